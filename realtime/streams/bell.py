"""After a commit: tells every process that a channel moved. A word may be lost: rows are the
truth, and whoever listens looks by itself every few seconds."""

import redis
import structlog
from django.conf import settings

from tutorme.core import limits

log = structlog.get_logger(__name__)

TOPIC = "tutorme:channels"
# Before a channel's name: may those who listen still do so?
DOUBT = "?"
# Before a stream's place and its person's channel: it gives way to a newer one.
RETIRE = "!"


def wake(channel: str) -> None:
    _say(channel)


def doubt(channel: str) -> None:
    _say(DOUBT + channel)


def retire(place_id: str, channel: str) -> None:
    _say(f"{RETIRE}{place_id} {channel}")


def _say(word: str) -> None:
    try:
        limits.client(settings.REDIS_URL).publish(TOPIC, word)
    except redis.RedisError as error:
        log.warning("wakeups.redis_away", error=type(error).__name__)
