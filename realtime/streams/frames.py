"""What goes over a stream: server-sent events (WHATWG HTML 9.2), cut from rows."""

import random
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from realtime.queries import channels as queries
from realtime.streams import cursors
from realtime.streams.viewers import Viewer, may_listen
from realtime.streams.wakeups import Listener, hub
from tutorme.core.api.renderers import dumps

CONTENT_TYPE = "text/event-stream; charset=utf-8"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
HEARTBEAT = b": still here\n\n"
GOODBYE = b": come back\n\n"
_BATCH = 100


def event(name: str, cursor: cursors.Cursor, data: dict[str, Any]) -> bytes:
    return _frame(name, cursor, dumps(data))


def _frame(name: str, cursor: cursors.Cursor, body: bytes) -> bytes:
    """JSON holds no line break, so one data line is enough."""
    head = f"id: {cursors.written(cursor)}\nevent: {name}\ndata: "
    return head.encode() + body + b"\n\n"


@dataclass
class Reader:
    """One stream's place on its channels. Its methods but `at_hand` ask the database."""

    viewer: Viewer
    listener: Listener
    resume: cursors.Cursor

    def open(self) -> bytes:
        """The first frame: where the stream stands, and how many are unread. Its id lets a
        client that has heard nothing yet resume without a gap."""
        cursor = self.listener.cursor
        # First, because who rings meanwhile says so again.
        self.listener.must_read = False
        stand = queries.standing(list(cursor), self.viewer.user.pk)
        cursor.update(cursors.placed(self.resume, stand.newest, list(cursor)))
        if stand.is_ahead_of(cursor):
            self.listener.must_read = True
        hello = {"unread": stand.unread, "channels": list(cursor)}
        retry = b"retry: %d\n\n" % (settings.STREAMS["retry_seconds"] * 1000)
        return retry + event("hello", cursor, hello) + self._forgotten(stand)

    def _forgotten(self, stand: queries.Standing) -> bytes:
        """Who was away longer than events are kept reads anew what the channel is about."""
        cursor = self.listener.cursor
        names = stand.forgotten(cursor)
        return b"".join(event("resync", cursor, {"channel": name}) for name in names)

    def at_hand(self) -> bytes | None:
        """What the hub has read for all; None where this stream must ask for itself."""
        cursor = self.listener.cursor
        said = None if self.listener.must_read else hub.shelves.past(cursor)
        if said is None:
            return None
        frames = []
        for row in said:
            cursor[row.channel] = row.seq
            frames.append(_frame(row.event, cursor, row.body or b""))
        return b"".join(frames)

    def next_frames(self) -> tuple[bytes, bool]:
        """What was said since, oldest first, and whether there is more of it."""
        cursor = self.listener.cursor
        # First, because who rings meanwhile says so again.
        self.listener.must_read = False
        rows = queries.after(cursor, limit=_BATCH)
        frames = []
        for row in queries.heard(rows, self.viewer.user.pk, self.viewer.user.locale):
            cursor[row["channel"]] = row["seq"]
            if row["data"] is not None:
                frames.append(event(row["event"], cursor, row))
        return b"".join(frames), len(rows) == _BATCH

    def may_stay(self) -> bool:
        """Whether the sign-in lives and every channel is still open to this person."""
        self.listener.doubted = False
        return may_listen(self.viewer.credential, list(self.listener.cursor))


class Timetable:
    """When a stream breathes, asks again whether it may, and ends. Seconds, monotonic."""

    def __init__(self) -> None:
        now = time.monotonic()
        pace = settings.STREAMS
        self._heartbeat_s, self._recheck_s = pace["heartbeat_seconds"], pace["recheck_seconds"]
        # Not all at once: streams that began together must not come back together.
        self.ends_at = now + pace["lifetime_seconds"] * random.uniform(0.9, 1.0)  # noqa: S311
        self._breathes_at, self._asks_at = now + self._heartbeat_s, now + self._recheck_s

    def patience(self) -> float:
        until = min(self._breathes_at, self._asks_at, self.ends_at)
        return max(0.0, until - time.monotonic())

    def is_over(self) -> bool:
        return time.monotonic() >= self.ends_at

    def must_ask(self, *, doubted: bool = False) -> bool:
        now = time.monotonic()
        if now < self._asks_at and not doubted:
            return False
        self._asks_at = now + self._recheck_s
        return True

    def must_breathe(self) -> bool:
        now = time.monotonic()
        if now < self._breathes_at:
            return False
        self._breathes_at = now + self._heartbeat_s
        return True
