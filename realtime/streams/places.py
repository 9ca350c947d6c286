"""How many streams one account, and one process, may hold open."""

import threading
from collections import Counter
from collections.abc import Callable
from uuid import UUID

from realtime.errors import TooManyStreams
from tutorme.core.errors import Unavailable

_RETRY_S = 30


class Places:
    """Counted in this process: with n processes an account may hold n times as many."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: Counter[UUID] = Counter()

    def take(self, user_id: UUID, *, per_user: int, per_process: int) -> Callable[[], None]:
        """A function that gives the place back, once; raises where there is none."""
        with self._lock:
            if self._taken[user_id] >= per_user:
                raise TooManyStreams(retry_after=_RETRY_S)
            if self._taken.total() >= per_process:
                raise Unavailable(retry_after=_RETRY_S)
            self._taken[user_id] += 1
        return _once(lambda: self._give_back(user_id))

    def _give_back(self, user_id: UUID) -> None:
        with self._lock:
            self._taken[user_id] -= 1
            if not self._taken[user_id]:
                del self._taken[user_id]


def _once(action: Callable[[], None]) -> Callable[[], None]:
    left = [action]

    def run() -> None:
        if left:
            left.pop()()

    return run


places = Places()
