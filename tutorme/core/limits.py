"""A limiter that holds under parallel requests and never opens.

A sliding window kept in Redis by one Lua script (read and reserve are one step, Redis' own
clock). When Redis is away, one upsert per hit in PostgreSQL counts fixed windows instead.
"""

import secrets
from dataclasses import dataclass
from functools import lru_cache

import redis
import structlog
from django.conf import settings
from django.db import connection

log = structlog.get_logger(__name__)

_SCRIPT = """
local key, limit, window, member = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local held = redis.call('PTTL', KEYS[2])
if held > 0 then
  return {0, 0, held}
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
local used = redis.call('ZCARD', key)
if used < limit then
  redis.call('ZADD', key, now, member)
  redis.call('PEXPIRE', key, window)
  return {1, limit - used - 1, window}
end
local oldest = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
return {0, 0, window - (now - tonumber(oldest[2]))}
"""

_UPSERT = """
INSERT INTO core_limitwindow AS w (key, window_ends_at, count)
VALUES (%s, clock_timestamp() + %s * interval '1 second', 1)
ON CONFLICT (key) DO UPDATE SET
  count = CASE WHEN w.window_ends_at < clock_timestamp() THEN 1 ELSE w.count + 1 END,
  window_ends_at = CASE WHEN w.window_ends_at < clock_timestamp()
                        THEN excluded.window_ends_at ELSE w.window_ends_at END
RETURNING count, extract(epoch FROM window_ends_at - clock_timestamp())
"""

_HOLD = """
INSERT INTO core_limitwindow AS w (key, window_ends_at, count)
VALUES (%s, clock_timestamp() + %s * interval '1 second', %s)
ON CONFLICT (key) DO UPDATE SET count = excluded.count, window_ends_at = excluded.window_ends_at
"""


@dataclass(frozen=True)
class Limit:
    """At most `count` hits per `seconds` for one key."""

    name: str
    count: int
    seconds: int


@dataclass(frozen=True)
class Verdict:
    allowed: bool
    remaining: int
    retry_after_s: int


@lru_cache(maxsize=4)
def client(url: str) -> redis.Redis:
    """A pooled client with short time-outs: a limiter must answer or step aside."""
    wait_s = settings.REDIS_TIMEOUT_SECONDS
    return redis.Redis.from_url(url, socket_timeout=wait_s, socket_connect_timeout=wait_s)


def hit(limit: Limit, key: str) -> Verdict:
    """Counts one try and says whether it may go ahead. Atomic across processes."""
    full_key = f"limit:{limit.name}:{key}"
    try:
        return _hit_redis(limit, full_key)
    except redis.RedisError as error:
        log.warning("limits.redis_away", error=type(error).__name__)
        return _hit_database(limit, full_key)


def _hit_redis(limit: Limit, key: str) -> Verdict:
    member = secrets.token_hex(8)
    allowed, remaining, wait_ms = client(settings.REDIS_URL).eval(
        _SCRIPT, 2, key, _hold_key(key), limit.count, limit.seconds * 1000, member
    )
    return Verdict(bool(allowed), int(remaining), -(-int(wait_ms) // 1000))


def _hit_database(limit: Limit, key: str) -> Verdict:
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [key[:200], limit.seconds])
        count, wait_s = cursor.fetchone()
    return Verdict(count <= limit.count, max(0, limit.count - count), max(1, int(wait_s) + 1))


def hold(limit: Limit, key: str, seconds: float) -> None:
    """Lets nobody through for so long, in whichever process: whom we call asked for it."""
    full_key = f"limit:{limit.name}:{key}"
    try:
        client(settings.REDIS_URL).set(_hold_key(full_key), 1, px=max(1, int(seconds * 1000)))
    except redis.RedisError as error:
        log.warning("limits.redis_away", error=type(error).__name__)
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [full_key[:200], seconds, limit.count])


def _hold_key(full_key: str) -> str:
    return f"{full_key}:held"


def forget(limit: Limit, key: str) -> None:
    """After a success, the failures before it no longer count."""
    full_key = f"limit:{limit.name}:{key}"
    try:
        client(settings.REDIS_URL).delete(full_key)
    except redis.RedisError as error:
        log.warning("limits.redis_away", error=type(error).__name__)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_limitwindow WHERE key = %s", [full_key[:200]])
