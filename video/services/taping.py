"""Recordings: only of what passes a provider, and only while every member says yes.

    host asks → every member agrees → on; one takes it back, or somebody new comes → asked

The database holds what is wanted; a job makes the provider do it, by the state it finds.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from payments import queries as payments
from payments.models import Feature
from tutorme.core import jobs
from tutorme.core.errors import NotAllowed
from video.errors import RecordingNotIncluded, RecordingNotOffered
from video.models import Room, RoomMember
from video.services import entry, signals
from video.services.signals import Kind, Message

Taping = Room.Taping


@transaction.atomic
def ask(*, user: Any, room_id: UUID, wanted: bool) -> Room:
    """The host's wish. It needs a plan with recordings, the host's or a guest's."""
    room = entry.locked(entry.find(user=user, room_id=room_id).pk)
    member = entry.membership(user=user, room=room)
    entry.refuse_closed(room, timezone.now())
    if member.role != RoomMember.Role.HOST:
        raise NotAllowed
    if wanted:
        _refuse_where_impossible(room)
        member.consented_at = member.consented_at or timezone.now()
        member.save(update_fields=["consented_at"])
    _turn(room, Taping.ASKED if wanted else Taping.OFF)
    settle(room)
    return room


def _refuse_where_impossible(room: Room) -> None:
    if room.provider == Room.Provider.BUILTIN:
        raise RecordingNotOffered
    people = list(room.members.filter(removed_at=None).values_list("user_id", flat=True))
    if not payments.entitled_among(people, Feature.VIDEO):
        raise RecordingNotIncluded


@transaction.atomic
def consent(*, user: Any, room_id: UUID, given: bool) -> Room:
    """A member's own word, which can be taken back at any moment of the room's life."""
    room = entry.locked(entry.find(user=user, room_id=room_id).pk)
    member = entry.membership(user=user, room=room)
    if given:
        entry.refuse_closed(room, timezone.now())
    member.consented_at = timezone.now() if given else None
    member.save(update_fields=["consented_at"])
    settle(room)
    return room


def settle(room: Room) -> None:
    """On while asked for and agreed to by all, and not a moment longer. The caller holds the
    room's row."""
    if room.taping == Taping.OFF:
        return
    waiting = room.members.filter(removed_at=None, consented_at=None).exists()
    possible = room.provider != Room.Provider.BUILTIN and room.state == Room.State.OPEN
    _turn(room, Taping.ASKED if waiting or not possible else Taping.ON)


def _turn(room: Room, to: str) -> None:
    if room.taping == to:
        return
    room.taping = to
    room.save(update_fields=["taping"])
    signals.write(room, [Message(Kind.TAPING, {"state": str(to)})])
    if room.provider_room:
        apply_later(room)


def apply_later(room: Room) -> None:
    """One job for each change: the signal's number tells them apart."""
    jobs.enqueue(
        "video.tape",
        key=f"video.tape:{room.provider_room}:{room.last_seq}",
        args={"room_id": str(room.pk)},
    )
