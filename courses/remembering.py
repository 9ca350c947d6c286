"""Redis holds nothing that matters: what is kept there is read again where it is away."""

from typing import Any

import structlog
from django.core.cache import cache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


def recalled(key: str) -> Any:
    try:
        return cache.get(key)
    except (RedisError, OSError):
        log.warning("courses.cache_away")
        return None


def remember(key: str, value: Any, *, seconds: int) -> None:
    try:
        cache.set(key, value, seconds)
    except (RedisError, OSError):
        log.warning("courses.cache_away")
