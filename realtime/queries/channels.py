"""What was said on channels, as one listener hears it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from realtime.models import Channel, ChannelEvent, Notification
from realtime.queries.notifications import COLUMNS, spoken, unread_count

_EVENT = ("id", "channel_id", "seq", "event", "payload", "speaker_id", "created_at")
_NEWS = "notification-new"


_STANDING = """
SELECT name, last_seq, purged_seq FROM realtime_channel WHERE name = ANY(%s)
UNION ALL
SELECT '', count(*), 0 FROM realtime_notification WHERE user_id = %s AND read_at IS NULL
"""


@dataclass(frozen=True)
class Standing:
    """What a listener has to know to begin: the last number of each channel, up to where each was
    forgotten, and how many notifications are unread."""

    newest: dict[str, int]
    purged: dict[str, int]
    unread: int

    def forgotten(self, cursor: Mapping[str, int]) -> list[str]:
        """Channels of which something was forgotten that this reader has not heard."""
        return [name for name, seq in self.purged.items() if cursor[name] < seq]

    def is_ahead_of(self, cursor: Mapping[str, int]) -> bool:
        return any(seq > cursor[name] for name, seq in self.newest.items())


def standing(names: Collection[str], user_id: UUID) -> Standing:
    """One statement: a thousand come back at once when a server was restarted."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, [list(names), user_id])
        rows = {name: (last, purged) for name, last, purged in cursor.fetchall()}
    unread, _none = rows.pop("")
    newest = {name: last for name, (last, _purged) in rows.items()}
    return Standing(newest, {name: purged for name, (_last, purged) in rows.items()}, unread)


def newest(names: Collection[str]) -> dict[str, int]:
    """The last number of each channel on which anything was ever said."""
    rows = Channel.objects.filter(pk__in=names)
    return dict(rows.values_list("pk", "last_seq"))


def after(cursor: Mapping[str, int], *, limit: int) -> list[dict[str, Any]]:
    """The oldest rows past each channel's number. Within a channel ids rise with the numbers, so
    a page that ends early leaves no gap in any of them."""
    past = Q()
    for name, seq in cursor.items():
        past |= Q(channel_id=name, seq__gt=seq)
    return list(ChannelEvent.objects.filter(past).order_by("id").values(*_EVENT)[:limit])


def fact(row: ChannelEvent) -> dict[str, Any]:
    """A row of `after` from a row of the table."""
    return {name: getattr(row, name) for name in _EVENT}


def heard(
    rows: Iterable[Mapping[str, Any]], user_id: UUID | None, locale: str
) -> list[dict[str, Any]]:
    """Rows of `after` in the one shape every way of delivery has. A notification gets its words
    here; one that is gone meanwhile is heard by nobody."""
    rows = list(rows)
    ids = [row["payload"]["id"] for row in rows if row["event"] == _NEWS]
    words = _notifications(ids, user_id, locale) if ids and user_id else {}
    return [
        _envelope(row, words.get(row["payload"]["id"]) if row["event"] == _NEWS else row["payload"])
        for row in rows
    ]


def _envelope(row: Mapping[str, Any], data: dict[str, Any] | None) -> dict[str, Any]:
    shown = {
        "channel": row["channel_id"],
        "seq": row["seq"],
        "event": row["event"],
        "at": row["created_at"],
        "data": data,
    }
    return {**shown, "by": row["speaker_id"]} if row["speaker_id"] else shown


def _notifications(ids: list[str], user_id: UUID, locale: str) -> dict[str, dict[str, Any]]:
    rows = Notification.objects.filter(pk__in=ids, user_id=user_id).values(*COLUMNS)
    unread = unread_count(user_id)
    plain = ("id", "title", "body", "url", "kind", "created_at")
    return {
        str(row["id"]): {**{name: row[name] for name in plain}, "unread": unread}
        for row in spoken(rows, locale)
    }
