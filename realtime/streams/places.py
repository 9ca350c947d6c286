"""How many streams one account, and one process, may hold open."""

import secrets
import threading
from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

import redis
import structlog
from django.conf import settings

from tutorme.core import limits
from tutorme.core.errors import Unavailable

log = structlog.get_logger(__name__)

_RETRY_S = 30
# Redis' own clock; what a killed process left behind is the oldest and goes first.
_ENTER = """
local key, place, most, life = KEYS[1], ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', key, '-inf', now - life)
redis.call('ZADD', key, now, place)
redis.call('PEXPIRE', key, life)
local over, gone = redis.call('ZCARD', key) - most, {}
if over > 0 then
  local popped = redis.call('ZPOPMIN', key, over)
  for at = 1, #popped, 2 do gone[#gone + 1] = popped[at] end
end
return gone
"""


@dataclass(eq=False)
class Place:
    """`retired` tells its stream to end: the same person opened a newer one."""

    user_id: UUID
    retired: bool = False
    id: str = field(default_factory=lambda: secrets.token_hex(8))


class Places:
    """Those of this process. They keep its room, and an account's where Redis is away.

    A stream whose reader left is noticed at its next breath only, and walking through pages
    leaves one behind at each. So the newest is let in and the oldest of that person goes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: dict[UUID, list[Place]] = defaultdict(list)
        self._by_id: dict[str, Place] = {}

    def take(self, user_id: UUID, *, per_user: int, per_process: int) -> Place:
        """Raises `Unavailable` where the process is full."""
        place = Place(user_id)
        with self._lock:
            own = self._taken.get(user_id, [])
            living = [each for each in own if not each.retired]
            if len(living) >= per_user:
                living[0].retired = True
            elif len(self._by_id) >= per_process:
                raise Unavailable(retry_after=_RETRY_S)
            self._taken[user_id].append(place)
            self._by_id[place.id] = place
        return place

    def leave(self, place: Place) -> None:
        """Leaving twice is leaving once."""
        with self._lock:
            self._by_id.pop(place.id, None)
            left = [each for each in self._taken.pop(place.user_id, []) if each is not place]
            if left:
                self._taken[place.user_id] = left

    def retire(self, place_id: str) -> bool:
        """Whether it is one of this process."""
        with self._lock:
            place = self._by_id.get(place_id)
            if place:
                place.retired = True
        return place is not None


places = Places()


def enter(place: Place) -> list[str]:
    """Counts it among the person's streams of all processes; which of those, the oldest, are one
    too many. Without Redis each process counts for itself."""
    pace = settings.STREAMS
    life_ms = int(pace["lifetime_seconds"] + 60) * 1000
    try:
        gone: list[bytes] = limits.client(settings.REDIS_URL).eval(
            _ENTER, 1, _key(place), place.id, int(pace["per_user"]), life_ms
        )
    except redis.RedisError as error:
        log.warning("places.redis_away", error=type(error).__name__)
        return []
    return [each.decode() for each in gone]


def withdraw(place: Place) -> None:
    try:
        limits.client(settings.REDIS_URL).zrem(_key(place), place.id)
    except redis.RedisError as error:
        log.warning("places.redis_away", error=type(error).__name__)


def _key(place: Place) -> str:
    return f"streams:{place.user_id}"
