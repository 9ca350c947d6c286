"""Twilio's status callbacks: checked, kept, and read for what they prove.

They come in any order and more than once, and are hints about recordings, whose truth is read at
Twilio. Who was present is not taken from them: that is our own leases' (`presence`).
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qs, urlencode
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from tutorme.core import inbox, outbox
from tutorme.core.gateways import GatewayMisconfigured, GatewayRejected, GatewayUnavailable
from tutorme.core.models import InboxMessage
from tutorme.core.transactions import outside_transaction
from video.errors import CallbackRefused
from video.events import RecordingFinished
from video.gateways import twilio
from video.gateways.base import Track
from video.models import CallEvent, Recording, Room, RoomMember
from video.services import membership

_NAMES = (
    "AccountSid",
    "RoomSid",
    "StatusCallbackEvent",
    "ParticipantSid",
    "TrackSid",
    "RecordingSid",
    "Timestamp",
    "SequenceNumber",
)
_FACTS = ("RoomStatus", "RoomDuration", "TrackKind", "TrackName", "ParticipantStatus", "MediaType")
_STATES = {"completed": "completed", "failed": "failed", "deleted": "deleted"}
_FORWARD = {
    "started": ("completed", "failed", "deleted"),
    "completed": ("deleted",),
    "failed": ("deleted",),
    "deleted": (),
}


def receive(*, body: bytes, signature: str) -> None:
    """Keeps a genuine message once; raises `CallbackRefused` for any other."""
    try:
        form = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=100, errors="strict")
    except ValueError as error:
        raise CallbackRefused from error
    account = settings.TWILIO
    genuine = twilio.is_genuine(
        auth_token=account["auth_token"],
        url=account["callback_url"],
        form=form,
        signature=signature,
    )
    if not genuine or _one(form, "AccountSid") != account["account_sid"]:
        raise CallbackRefused
    inbox.store(
        provider="twilio",
        delivery_id=delivery_id(form),
        kind=_one(form, "StatusCallbackEvent")[:120],
        # Sorted, so that the same message in another order of fields is the same.
        body=urlencode(sorted(form.items()), doseq=True).encode(),
        headers={},
    )


def delivery_id(form: Mapping[str, Sequence[str]]) -> str:
    """Twilio numbers nothing for us: what a message says is what it is known by."""
    said = "\x1f".join(_one(form, name) for name in _NAMES)
    return hashlib.sha256(said.encode()).hexdigest()


def _one(form: Mapping[str, Sequence[str]], name: str) -> str:
    return form.get(name, [""])[0]


@outside_transaction
def apply(message: InboxMessage) -> None:
    """Writes what was told, once for each message; forward only, so that order does not matter."""
    form = parse_qs(bytes(message.body).decode(), keep_blank_values=True)
    room = _room(form)
    if room is None:
        return  # a room of another program on the same account, or one deleted since
    kind = _one(form, "StatusCallbackEvent")
    sid = _one(form, "RecordingSid")
    if kind.startswith("recording-") and sid:
        _apply_recording(room, form, sid)
    event = _event(room, form, key=message.delivery_id)
    with transaction.atomic():
        CallEvent.objects.bulk_create([event], ignore_conflicts=True)
        _refuse_the_removed(room, event)


def _refuse_the_removed(room: Room, event: CallEvent) -> None:
    """Somebody who was put out came again by the token they still had."""
    member = event.member
    if event.kind == "participant-connected" and member and member.removed_at is not None:
        membership.put_out_at_provider(room, member, cause=event.key)


def _room(form: Mapping[str, Sequence[str]]) -> Room | None:
    """By our own name for it, which carries the room and which of its calls this is."""
    name, _, epoch = _one(form, "RoomName").rpartition("-")
    try:
        room = Room.objects.filter(pk=UUID(name)).first()
    except ValueError:
        return None
    return room if epoch.isdigit() else None


def _event(room: Room, form: Mapping[str, Sequence[str]], *, key: str) -> CallEvent:
    seconds = _one(form, "ParticipantDuration") or _one(form, "RoomDuration")
    return CallEvent(
        room=room,
        key=key[:64],
        kind=_one(form, "StatusCallbackEvent")[:40],
        member=_member(room, form),
        at=_moment(form),
        seconds=int(seconds) if seconds.isdigit() else None,
        facts={name: _one(form, name)[:200] for name in _FACTS if _one(form, name)},
    )


def _member(room: Room, form: Mapping[str, Sequence[str]]) -> RoomMember | None:
    try:
        return room.members.filter(pk=UUID(_one(form, "ParticipantIdentity"))).first()
    except ValueError:
        return None


def _moment(form: Mapping[str, Sequence[str]]) -> datetime:
    try:
        at = parse_datetime(_one(form, "Timestamp"))
    except ValueError:
        at = None
    return at if at is not None and timezone.is_aware(at) else timezone.now()


def _apply_recording(room: Room, form: Mapping[str, Sequence[str]], sid: str) -> None:
    try:
        track = twilio.gateway().recording(sid)
    except GatewayRejected:
        return  # gone at the provider: nothing to keep a row of
    except GatewayMisconfigured as error:
        raise GatewayUnavailable(str(error)) from error
    keep_recording(room, track, member=_member(room, form), at=_moment(form))


@transaction.atomic
def keep_recording(
    room: Room, track: Track, *, member: RoomMember | None, at: datetime
) -> Recording:
    row, _new = Recording.objects.get_or_create(
        sid=track.sid,
        defaults={"room": room, "member": member, "media": track.media[:8], "started_at": at},
    )
    row = Recording.objects.select_for_update(no_key=True).get(pk=row.pk)
    to = _STATES.get(track.status, Recording.State.STARTED)
    if to in _FORWARD[row.state]:
        row.state = to
        row.seconds, row.size_bytes = track.seconds, track.size_bytes
        row.save(update_fields=["state", "seconds", "size_bytes"])
        if to == Recording.State.COMPLETED:
            outbox.record(RecordingFinished(room.pk, row.pk), key=f"recording.finished:{row.pk}")
    return row
