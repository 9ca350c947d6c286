"""How many streams one account, and one process, may hold open."""

import threading
from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from tutorme.core.errors import Unavailable

_RETRY_S = 30


@dataclass(eq=False)
class Place:
    """`retired` tells its stream to end: the same person opened a newer one."""

    user_id: UUID
    retired: bool = False


class Places:
    """Counted in this process: with n processes an account may hold n times as many.

    A stream whose reader left is noticed at its next breath only, and walking through pages
    leaves one behind at each. So the newest is let in and the oldest of that person goes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: dict[UUID, list[Place]] = defaultdict(list)

    def take(self, user_id: UUID, *, per_user: int, per_process: int) -> Place:
        """Raises `Unavailable` where the process is full."""
        place = Place(user_id)
        with self._lock:
            own = self._taken.get(user_id, [])
            living = [each for each in own if not each.retired]
            if len(living) >= per_user:
                living[0].retired = True
            elif sum(map(len, self._taken.values())) >= per_process:
                raise Unavailable(retry_after=_RETRY_S)
            self._taken[user_id].append(place)
        return place

    def leave(self, place: Place) -> None:
        """Leaving twice is leaving once."""
        with self._lock:
            left = [each for each in self._taken.pop(place.user_id, []) if each is not place]
            if left:
                self._taken[place.user_id] = left


places = Places()
