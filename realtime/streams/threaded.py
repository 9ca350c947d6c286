"""A stream held by a thread of the web process, for small installations on one port."""

import threading
from collections.abc import Callable, Generator, Iterator
from typing import TypeVar

import structlog
from django.db import InterfaceError, OperationalError

from realtime.streams.doors import Admission, leave, make_room
from realtime.streams.frames import GOODBYE, HEARTBEAT, Reader, Timetable
from realtime.streams.places import Place, withdraw
from realtime.streams.wakeups import give_back_connection, hub

log = structlog.get_logger(__name__)
T = TypeVar("T")


class ThreadedStream:
    """What the server iterates and closes. A generator alone would not run its clean-up when the
    client is gone before the first frame."""

    def __init__(self, admission: Admission, place: Place) -> None:
        self._frames = _frames(admission, place)
        self._place = place

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._frames)

    def close(self) -> None:
        try:
            self._frames.close()
        finally:
            leave(self._place)
            withdraw(self._place)


def _frames(admission: Admission, place: Place) -> Generator[bytes, None, None]:
    try:
        yield from _live(admission, place)
    except (OperationalError, InterfaceError) as error:
        # The client comes back with the number it has read up to.
        log.warning("stream.database_away", error=type(error).__name__)
    yield GOODBYE


def _live(admission: Admission, place: Place) -> Generator[bytes, None, None]:
    bell, timetable = threading.Event(), Timetable()
    # Listening first, reading second: what commits in between rings.
    with hub.listening(admission.listener(bell.set)) as listener:
        make_room(place)
        reader = Reader(admission.viewer, listener, admission.resume)
        yield _asking(reader.open)
        bell.set()
        while not (hub.stopping or place.retired or timetable.is_over()):
            rang = bell.wait(timetable.patience())
            bell.clear()
            if timetable.must_ask(doubted=listener.doubted) and not _asking(reader.may_stay):
                return
            if rang:
                yield from _all_frames(reader)
            if timetable.must_breathe():
                yield HEARTBEAT


def _all_frames(reader: Reader) -> Generator[bytes, None, None]:
    frames = reader.at_hand()
    more = frames is None
    if frames:
        yield frames
    while more:
        frames, more = _asking(reader.next_frames)
        if frames:
            yield frames


def _asking(question: Callable[[], T]) -> T:
    """Asks the database and gives the connection back before anything is waited for."""
    try:
        return question()
    finally:
        give_back_connection()
