"""What a person has been told, in their language."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from realtime.announcements import words
from realtime.models import Notification

COLUMNS = ("id", "seq", "kind", "facts", "url", "read_at", "created_at")


def unread_count(user_id: UUID) -> int:
    """One index-only count over unread rows."""
    return Notification.objects.filter(user_id=user_id, read_at=None).count()


def spoken(rows: Iterable[Mapping[str, Any]], locale: str) -> list[dict[str, Any]]:
    """Rows of `COLUMNS` as a reader of `locale` sees them."""
    return [_spoken(row, locale) for row in rows]


def _spoken(row: Mapping[str, Any], locale: str) -> dict[str, Any]:
    said = words(row["kind"], row["facts"], locale)
    return {
        "id": row["id"],
        "seq": row["seq"],
        "kind": row["kind"],
        "title": said.title,
        "body": said.body,
        "url": row["url"],
        "read_at": row["read_at"],
        "created_at": row["created_at"],
    }
