"""Who is to look for news now. Redis carries "look", never the news: rows are the truth.

One thread a process hears the channel and, every few seconds, asks the database in one query
which channel has moved; with Redis away only the second remains, and nothing is lost. Where
several streams listen to a channel that moved, this thread reads what is new once for all.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from redis.client import PubSub

from realtime.queries import channels as queries
from realtime.services import presence
from realtime.streams import bell
from realtime.streams.places import places
from realtime.streams.shelves import Shelves
from tutorme.core import limits, row_security
from tutorme.core.channels import keeps_presence

T = TypeVar("T")
log = structlog.get_logger(__name__)

_TICK_S = 0.5
_AT_ONCE = 1000


def give_back_connection() -> None:
    """A stream lives long: between two looks it must not keep a database connection."""
    if not connection.in_atomic_block:
        row_security.give_back(connection)


@dataclass(eq=False)
class Listener:
    """`ring` is called from the hub's thread; `cursor` has the last number sent of each channel
    it listens to. `doubted`: somebody said that the right to listen may have ended. `must_read`:
    there may be something new that is on no shelf."""

    user_id: UUID
    ring: Callable[[], object]
    cursor: dict[str, int]
    doubted: bool = False
    must_read: bool = True

    def leases(self) -> list[tuple[str, UUID]]:
        return [(name, self.user_id) for name in self.cursor if keeps_presence(name)]


class Hub:
    """The streams of this process. Its thread lives while there are any."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._newcomers: set[Listener] = set()
        self._thread: threading.Thread | None = None
        self.shelves = Shelves()
        # A plain attribute, because a signal handler sets it: it must take no lock.
        self.stopping = False

    @contextmanager
    def listening(self, listener: Listener) -> Iterator[Listener]:
        with self._lock:
            for channel in listener.cursor:
                self._listeners[channel].add(listener)
            self._newcomers.add(listener)
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
            self._newcomers.discard(listener)
            for channel in listener.cursor:
                left = self._listeners[channel]
                left.discard(listener)
                if not left:
                    del self._listeners[channel]
                    self.shelves.clear(channel)

    def _run(self) -> None:
        ear = Ear()
        next_look = next_renewal = 0.0
        while self._is_needed():
            self._heed(ear.hear())
            now = time.monotonic()
            if self.stopping:
                self._ring(self._all())
            elif now >= next_look or ear.reopened:
                self._look()
                next_look = now + settings.STREAMS["poll_seconds"]
            here = self._arrived()
            if now >= next_renewal:
                here = self._all()
                next_renewal = now + settings.STREAMS["lease_seconds"] / 3
            if not self.stopping:
                self._renew(here)
        ear.close()

    def _is_needed(self) -> bool:
        with self._lock:
            if not self._listeners:
                self._thread = None
            return bool(self._listeners)

    def _heed(self, words: Iterable[str]) -> None:
        moved = []
        for word in words:
            if word.startswith(bell.DOUBT):
                self._doubt(word.removeprefix(bell.DOUBT))
            elif word.startswith(bell.RETIRE):
                self._retire(word.removeprefix(bell.RETIRE))
            else:
                moved.append(word)
        self._tell(moved)

    def _doubt(self, channel: str) -> None:
        own = self._of(channel)
        for listener in own:
            listener.doubted = True
        self._ring(own)

    def _retire(self, word: str) -> None:
        place, _space, channel = word.partition(" ")
        if places.retire(place):
            self.ring(channel)

    def ring(self, channel: str) -> None:
        """Wakes the streams of one channel in this process."""
        self._ring(self._of(channel))

    def _of(self, channel: str) -> list[Listener]:
        with self._lock:
            return list(self._listeners.get(channel, ()))

    def _tell(self, moved: Iterable[str]) -> None:
        """Rings whoever listens where something was said, once each. Who is alone on a channel
        reads for themselves; for several it is read here."""
        groups = {name: self._of(name) for name in moved}
        crowds = {name: group for name, group in groups.items() if len(group) > 1}
        heard = {name: max(each.cursor[name] for each in crowd) for name, crowd in crowds.items()}
        nothing: set[str] = set()
        read = _asking(lambda: self.shelves.fetch(heard), nothing) if heard else nothing
        for name, group in groups.items():
            for each in group if name not in read else ():
                each.must_read = True
        self._ring({each for group in groups.values() for each in group})

    def _all(self) -> set[Listener]:
        with self._lock:
            return {each for group in self._listeners.values() for each in group}

    def _ring(self, listeners: Iterable[Listener]) -> None:
        for listener in listeners:
            listener.ring()

    def _look(self) -> None:
        """One query for all streams: where somebody is behind a channel, it is told again."""
        with self._lock:
            slowest = {
                name: min(each.cursor[name] for each in group)
                for name, group in self._listeners.items()
            }
        self.shelves.tidy(slowest)
        nothing: dict[str, int] = {}
        newest = _asking(lambda: queries.newest(list(slowest)), nothing)
        self._tell(name for name, seq in slowest.items() if newest.get(name, 0) > seq)

    def _arrived(self) -> set[Listener]:
        """Those who came since this was last asked."""
        with self._lock:
            arrived, self._newcomers = self._newcomers, set()
        return arrived

    def _renew(self, listeners: Iterable[Listener]) -> None:
        """One statement for all of them: their people are here."""
        leases = {lease for each in listeners for lease in each.leases()}
        if leases:
            _asking(lambda: presence.here(leases), None)


def _asking(question: Callable[[], T], otherwise: T) -> T:
    try:
        return question()
    except (DatabaseError, InterfaceError) as error:
        # Nothing here may end the thread all streams hang on; the next round asks again.
        log.warning("wakeups.database_away", error=type(error).__name__)
        return otherwise
    finally:
        give_back_connection()


class Ear:
    """A subscription that comes back by itself. `reopened`: something may have been missed."""

    def __init__(self) -> None:
        self._subscription: PubSub | None = None
        self.reopened = False

    def hear(self) -> list[str]:
        """Waits up to a tick for the first word, then takes what else is there."""
        self.reopened = False
        try:
            return self._hear()
        except redis.RedisError as error:
            log.warning("wakeups.redis_away", error=type(error).__name__)
            self.close()
            time.sleep(_TICK_S)
            return []

    def _hear(self) -> list[str]:
        if self._subscription is None:
            self._subscription = limits.client(settings.REDIS_URL).pubsub()  # type: ignore[no-untyped-call]
            self._subscription.subscribe(bell.TOPIC)
            self.reopened = True
        heard: set[str] = set()
        message = self._subscription.get_message(timeout=_TICK_S)
        while message is not None and len(heard) < _AT_ONCE:
            heard.add(_word(message))
            message = self._subscription.get_message(timeout=0)
        return [word for word in heard if word]

    def close(self) -> None:
        if self._subscription is not None:
            self._subscription.close()
            self._subscription = None


def _word(message: dict[str, Any]) -> str:
    """Anybody who reaches Redis can publish; what is no channel's name wakes nobody."""
    if message["type"] != "message":
        return ""
    try:
        return str(message["data"].decode("ascii"))
    except UnicodeDecodeError:
        return ""


hub = Hub()
