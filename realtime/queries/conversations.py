"""Conversations as one of the two sees them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Left

from realtime.models import Block, Conversation, Message, MessageFile, Participant
from realtime.queries import presence
from tutorme.core.files import serving

_EXCERPT = 140


def of(user: Any) -> QuerySet[Conversation]:
    """One's conversations that have begun, or that one began, with what a list shows."""
    others = Participant.objects.filter(conversation=OuterRef("pk")).exclude(user=user)
    newest = Message.objects.filter(conversation=OuterRef("pk"), seq=OuterRef("last_seq"))
    mine = Participant.objects.filter(conversation=OuterRef("pk"), user=user)
    return Conversation.objects.visible_to(user).annotate(
        other_id=Subquery(others.values("user_id")[:1]),
        other_name=Subquery(others.values("user__display_name")[:1]),
        read_seq=Subquery(mine.values("read_seq")[:1]),
        other_read_seq=Subquery(others.values("read_seq")[:1]),
        excerpt=Subquery(
            newest.filter(removed_at=None).values(text=Left("body", _EXCERPT))[:1],
            output_field=CharField(),
        ),
    )


def shown(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Rows of `of`."""
    here = presence.online({row.other_id for row in rows if row.other_id})
    return [_shown(row, here) for row in rows]


def _shown(row: Any, here: dict[UUID, datetime]) -> dict[str, Any]:
    return {
        "id": row.pk,
        "state": row.state,
        "with": {
            "user_id": row.other_id,
            "display_name": row.other_name,
            "online": row.other_id in here,
        },
        "unread": row.last_seq - row.read_seq,
        "last_seq": row.last_seq,
        "read_seq": row.read_seq,
        "other_read_seq": row.other_read_seq,
        "excerpt": row.excerpt or "",
        "last_message_at": row.last_message_at,
        "created_at": row.created_at,
    }


def messages(rows: Iterable[Message]) -> list[dict[str, Any]]:
    """Without the words and files of what was removed."""
    rows = list(rows)
    standing = [row.pk for row in rows if row.removed_at is None]
    files: dict[UUID, list[dict[str, Any]]] = {}
    for each in MessageFile.objects.filter(message__in=standing).select_related("file"):
        files.setdefault(each.message_id, []).append(_file(each))
    return [_message(row, files.get(row.pk, [])) for row in rows]


def _file(row: MessageFile) -> dict[str, Any]:
    """The link ends within two hours; who may read the message gets another."""
    file = row.file
    link = serving.signed_link(file)
    is_picture = file.content_type.startswith("image/")
    return {"name": file.name, "size": file.size, "link": link, "is_picture": is_picture}


def _message(row: Message, files: list[dict[str, Any]]) -> dict[str, Any]:
    gone = row.removed_at is not None
    return {
        "id": row.pk,
        "seq": row.seq,
        "author_id": row.author_id,
        "body": "" if gone else row.body,
        "files": files,
        "is_removed": gone,
        "created_at": row.created_at,
    }


def blocked(user: Any) -> QuerySet[Block]:
    return Block.objects.filter(blocker=user).select_related("blocked").order_by("-created_at")


def is_blocked_by(user: Any, other_id: UUID) -> bool:
    return Block.objects.filter(blocker=user, blocked=other_id).exists()


def apart_from(user_id: UUID) -> list[UUID]:
    """Whom one blocked, and who blocked one."""
    rows = Block.objects.filter(Q(blocker=user_id) | Q(blocked=user_id))
    pairs = rows.values_list("blocker_id", "blocked_id")
    return [other for pair in pairs for other in pair if other != user_id]
