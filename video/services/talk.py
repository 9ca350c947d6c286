"""What is written in a room: chat that stays, and one page of notes that all share."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from video.merging import merge
from video.models import NOTES_LENGTH, ChatLine, Room
from video.services import entry, signals
from video.services.signals import Kind, Message


@transaction.atomic
def say(*, user: Any, room_id: UUID, text: str) -> ChatLine:
    """By a member while the room is open."""
    room = entry.locked(entry.find(user=user, room_id=room_id).pk)
    member = entry.admit(user=user, room=room, now=timezone.now())
    line = ChatLine.objects.create(room=room, author_id=member.user_id, text=text)
    payload = {"id": str(line.pk), "name": user.display_name, "text": text}
    signals.write(room, [Message(Kind.CHAT, payload)], sender=signals.session_of(member))
    return line


@transaction.atomic
def write_notes(
    *, user: Any, room_id: UUID, text: str, base: str, session: UUID | None = None
) -> Room:
    """`base` is the text the writer started from: what others wrote since is kept beside it. Where
    both changed the same lines, both stand."""
    room = entry.locked(entry.find(user=user, room_id=room_id).pk)
    entry.admit(user=user, room=room, now=timezone.now())
    merged = merge(base=_plain(base), theirs=room.notes, ours=_plain(text))[:NOTES_LENGTH]
    if merged == room.notes:
        return room
    room.notes, room.notes_version = merged, room.notes_version + 1
    room.save(update_fields=["notes", "notes_version"])
    payload = {"version": room.notes_version, "text": merged}
    signals.write(room, [Message(Kind.NOTES, payload)], sender=session)
    return room


def _plain(text: str) -> str:
    """A browser's form sends lines that end in two characters."""
    return text.replace("\r\n", "\n")
