"""What goes over a stream: server-sent events (WHATWG HTML 9.2), cut from rows."""

import random
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from realtime import queries
from realtime.models import Feed
from realtime.streams.viewers import Viewer
from realtime.streams.wakeups import Listener
from tutorme.core.api.renderers import dumps

CONTENT_TYPE = "text/event-stream; charset=utf-8"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
HEARTBEAT = b": still here\n\n"
GOODBYE = b": come back\n\n"
_BATCH = 100
_MAX_SEQ = 2**63 - 1


def resume_point(header: str, parameter: str) -> int | None:
    """The number a client has read up to; what is not a number of ours is none."""
    given = (header or parameter).strip()
    if not (given.isascii() and given.isdigit() and len(given) <= 19):
        return None
    return min(int(given), _MAX_SEQ)


def event(name: str, seq: int, data: dict[str, Any]) -> bytes:
    """JSON holds no line break, so one data line is enough."""
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (seq, name.encode(), dumps(data))


@dataclass
class Reader:
    """One stream's place in one person's feed. Its methods ask the database."""

    viewer: Viewer
    listener: Listener

    def open(self, resume_at: int | None) -> bytes:
        """The first frame: where the stream stands, and how many are unread. Its id lets a
        client that has seen no notification yet resume without a gap."""
        user_id = self.viewer.user_id
        newest = (
            Feed.objects.filter(user_id=user_id).values_list("last_seq", flat=True).first() or 0
        )
        self.listener.cursor = newest if resume_at is None else min(resume_at, newest)
        hello = {"unread": queries.unread_count(user_id)}
        retry = b"retry: %d\n\n" % (settings.STREAMS["retry_seconds"] * 1000)
        return retry + event("unread", self.listener.cursor, hello)

    def next_frames(self) -> tuple[bytes, bool]:
        """What came since, oldest first, and whether there is more of it."""
        rows = queries.after(self.viewer.user_id, self.listener.cursor, limit=_BATCH)
        if not rows:
            return b"", False
        unread = queries.unread_count(self.viewer.user_id)
        news = queries.spoken(rows, self.viewer.locale)
        frames = b"".join(_notification(each, unread) for each in news)
        self.listener.cursor = rows[-1]["seq"]
        return frames, len(rows) == _BATCH


def _notification(row: dict[str, Any], unread: int) -> bytes:
    shown = {name: row[name] for name in ("id", "title", "body", "url", "kind", "created_at")}
    return event("notification", row["seq"], {**shown, "unread": unread})


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

    def must_ask(self) -> bool:
        now = time.monotonic()
        if now < self._asks_at:
            return False
        self._asks_at = now + self._recheck_s
        return True

    def must_breathe(self) -> bool:
        now = time.monotonic()
        if now < self._breathes_at:
            return False
        self._breathes_at = now + self._heartbeat_s
        return True
