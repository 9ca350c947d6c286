"""Who is to look for news now. Redis carries "look", never the news: rows are the truth.

One thread a process hears the channel and, every few seconds, asks the database in one query
whose feed has moved; with Redis away only the second remains, and nothing is lost.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import redis
import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from redis.client import PubSub

from realtime.models import Feed
from tutorme.core import limits

log = structlog.get_logger(__name__)

CHANNEL = "tutorme:feeds"
_TICK_S = 0.5
_AT_ONCE = 1000


def wake(user_id: UUID) -> None:
    """After a commit: tells every process that this person's feed moved. May be lost."""
    try:
        limits.client(settings.REDIS_URL).publish(CHANNEL, str(user_id))
    except redis.RedisError as error:
        log.warning("wakeups.redis_away", error=type(error).__name__)


def give_back_connection() -> None:
    """A stream lives long: between two looks it must not keep a database connection."""
    if not connection.in_atomic_block:
        connection.close()


@dataclass(eq=False)
class Listener:
    """`ring` is called from the hub's thread; `cursor` is the last number that was sent."""

    user_id: UUID
    ring: Callable[[], object]
    cursor: int = 0


class Hub:
    """The streams of this process. Its thread lives while there are any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[UUID, set[Listener]] = defaultdict(set)
        self._thread: threading.Thread | None = None
        # A plain attribute, because a signal handler sets it: it must take no lock.
        self.stopping = False

    @contextmanager
    def listening(self, listener: Listener) -> Iterator[Listener]:
        with self._lock:
            self._listeners[listener.user_id].add(listener)
            self._start()
        try:
            yield listener
        finally:
            self._forget(listener)

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="wakeups", daemon=True)
            self._thread.start()

    def _forget(self, listener: Listener) -> None:
        with self._lock:
            own = self._listeners[listener.user_id]
            own.discard(listener)
            if not own:
                del self._listeners[listener.user_id]

    def _run(self) -> None:
        channel = Channel()
        next_look = 0.0
        while self._is_needed():
            for user_id in channel.hear():
                self.ring(user_id)
            if self.stopping:
                self._ring(self._all())
            elif time.monotonic() >= next_look or channel.reopened:
                self._look()
                next_look = time.monotonic() + settings.STREAMS["poll_seconds"]
        channel.close()

    def _is_needed(self) -> bool:
        with self._lock:
            if not self._listeners:
                self._thread = None
            return bool(self._listeners)

    def ring(self, user_id: UUID) -> None:
        """Wakes the streams of one person in this process."""
        with self._lock:
            own = list(self._listeners.get(user_id, ()))
        self._ring(own)

    def _all(self) -> list[Listener]:
        with self._lock:
            return [each for group in self._listeners.values() for each in group]

    def _ring(self, listeners: list[Listener]) -> None:
        for listener in listeners:
            listener.ring()

    def _look(self) -> None:
        """One query for all streams: whoever is behind their feed is rung."""
        with self._lock:
            people = list(self._listeners)
        try:
            newest = dict(
                Feed.objects.filter(user_id__in=people).values_list("user_id", "last_seq")
            )
        except (OperationalError, InterfaceError) as error:
            log.warning("wakeups.database_away", error=type(error).__name__)
            newest = {}
        finally:
            give_back_connection()
        behind = [each for each in self._all() if newest.get(each.user_id, 0) > each.cursor]
        self._ring(behind)


class Channel:
    """A subscription that comes back by itself. `reopened`: something may have been missed."""

    def __init__(self) -> None:
        self._subscription: PubSub | None = None
        self.reopened = False

    def hear(self) -> list[UUID]:
        """Waits up to a tick for the first word, then takes what else is there."""
        self.reopened = False
        try:
            return self._hear()
        except redis.RedisError as error:
            log.warning("wakeups.redis_away", error=type(error).__name__)
            self.close()
            time.sleep(_TICK_S)
            return []

    def _hear(self) -> list[UUID]:
        if self._subscription is None:
            self._subscription = limits.client(settings.REDIS_URL).pubsub()  # type: ignore[no-untyped-call]
            self._subscription.subscribe(CHANNEL)
            self.reopened = True
        heard: set[UUID | None] = set()
        message = self._subscription.get_message(timeout=_TICK_S)
        while message is not None and len(heard) < _AT_ONCE:
            heard.add(_person(message))
            message = self._subscription.get_message(timeout=0)
        return [user_id for user_id in heard if user_id]

    def close(self) -> None:
        if self._subscription is not None:
            self._subscription.close()
            self._subscription = None


def _person(message: dict[str, Any]) -> UUID | None:
    """Anybody who reaches Redis can publish; what is no id of a person wakes nobody."""
    if message["type"] != "message":
        return None
    try:
        return UUID(message["data"].decode("ascii"))
    except ValueError:
        return None


hub = Hub()
