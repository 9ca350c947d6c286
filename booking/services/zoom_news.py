"""What Zoom tells of its meetings: who came and who left. It is kept once, and read as evidence of
presence beside what our own door saw; see `services/presence.py`.

Shapes: Zoom, "Meetings: webhook events" (developers.zoom.us/docs/api/meetings/events), and types
`Meeting…Event` of Zoom's own library Rivet (zoom.github.io/rivet-javascript). Times are
`join_time`, `leave_time`, and `date_time` in waiting rooms; who waits for the host to begin has a
name alone, and the time is the message's `event_ts` in milliseconds."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now

from booking.errors import NoticeRefused
from booking.gateways import zoom_notices
from booking.gateways.base import readable
from booking.models import Booking, Meeting, Presence
from booking.services import presence
from tutorme.core import inbox
from tutorme.core.models import InboxMessage

PROVIDER = "zoom"
# Who waits for the host has come, in Zoom's waiting room or before the meeting began ("jbh").
_CAME = {
    "meeting.participant_joined",
    "meeting.participant_joined_waiting_room",
    "meeting.participant_jbh_waiting",
}
_LEFT = {
    "meeting.participant_left",
    "meeting.participant_left_waiting_room",
    "meeting.participant_jbh_waiting_left",
}
_ENDED = "meeting.ended"
_WHEN = ("join_time", "leave_time", "date_time")
Seen = tuple[UUID, UUID]


def receive(*, body: bytes, timestamp: str, signature: str) -> dict[str, str] | None:
    """Keeps a genuine message once. Zoom's question whether the address is ours is answered and
    not kept. Raises `NoticeRefused`."""
    secret = settings.ZOOM["webhook_secret"]
    if not zoom_notices.is_genuine(
        secret=secret, timestamp=timestamp, body=body, signature=signature
    ):
        raise NoticeRefused
    said = _object(body)
    kind, payload = str(said.get("event", "")), said.get("payload")
    if kind == zoom_notices.VALIDATION:
        word = str(payload.get("plainToken", "")) if isinstance(payload, dict) else ""
        return {"plainToken": word, "encryptedToken": zoom_notices.proof(secret, word)}
    # Zoom numbers nothing for us: what a message says is what it is known by.
    delivery = hashlib.sha256(body).hexdigest()
    inbox.store(provider=PROVIDER, delivery_id=delivery, kind=kind[:120], body=body, headers={})
    return None


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except ValueError as error:
        raise NoticeRefused from error
    if not isinstance(said, dict):
        raise NoticeRefused
    return said


def apply(message: InboxMessage) -> None:
    """Writes down who came and went. What is said of meetings that are not ours is not."""
    if message.kind not in _CAME | _LEFT | {_ENDED}:
        return
    with readable("a message of Zoom's"):
        said = json.loads(bytes(message.body))
        thing = said["payload"]["object"]
        rows = _seats(str(thing["id"]))
        Meeting.objects.filter(booking__in=rows).update(heard_at=Now())
        if message.kind == _ENDED:
            _all_left(rows, _moment(thing["end_time"]))
            return
        who = thing["participant"]
        at = _at(who, said)
        host = str(thing.get("host_id", ""))
    for booking_id, user_id in _known(rows, who, host):
        presence.record(booking_id=booking_id, user_id=user_id, at=at, joined=message.kind in _CAME)


def _at(who: dict[str, Any], said: dict[str, Any]) -> datetime:
    for name in _WHEN:
        if who.get(name):
            return _moment(who[name])
    return datetime.fromtimestamp(int(said["event_ts"]) / 1000, tz=UTC)


def _seats(reference: str) -> list[Booking]:
    """One lesson, or the seats of a class, which meet in one."""
    met = Meeting.objects.filter(platform=Meeting.Platform.ZOOM, reference=reference)
    rows = Booking.objects.filter(meeting__in=met).select_related("tutor", "student")
    return list(rows.order_by("pk"))


def _known(rows: Sequence[Booking], who: dict[str, Any], host: str) -> Iterator[Seen]:
    """By the host's id or by an address we know. Somebody else in a lesson of two, whom the host
    let in, is its student, if they went there through our door."""
    if not rows:
        return
    first, email = rows[0], str(who.get("email", "")).casefold()
    ids = {str(who.get(name, "")) for name in ("id", "participant_user_id")}
    if (host and host in ids) or email == first.tutor.email.casefold():
        yield first.pk, first.tutor_id
        return
    named = [row for row in rows if email == row.student.email.casefold()]
    if not named and len(rows) == 1 and first.group_id is None:
        named = [first] if _went_there(first) else []
    for row in named:
        yield row.pk, row.student_id


def _went_there(row: Booking) -> bool:
    return Presence.objects.filter(booking=row, user_id=row.student_id, joined=True).exists()


def _all_left(rows: Sequence[Booking], at: datetime) -> None:
    for row in rows:
        for user_id in (row.tutor_id, row.student_id):
            if any(joined for _at, joined in presence.marks(row, user_id)):
                presence.record(booking_id=row.pk, user_id=user_id, at=at, joined=False)


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
