"""The way into a lesson: one address for as long as there is the booking, open for a while around
it. Where it leads is decided when somebody comes."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import User
from booking import rooms
from booking.errors import RoomClosed
from booking.gateways import zoom
from booking.models import Booking, Meeting
from booking.services import presence
from tutorme.core.gateways import GatewayError
from tutorme.core.transactions import outside_transaction

log = structlog.get_logger(__name__)

_NO_ROOM = gettext_lazy("The room of this lesson is not there yet. Try again in a moment.")
_STANDING = {Booking.State.CONFIRMED, Booking.State.IN_PROGRESS}


@dataclass(frozen=True)
class Door:
    """`platform` is where it leads; our own room where the chosen one could not be had."""

    opens_at: datetime
    closes_at: datetime
    stands: bool
    platform: str
    fell_back: bool
    is_host: bool

    def is_open(self, now: datetime | None = None) -> bool:
        return self.stands and self.opens_at <= (now or timezone.now()) < self.closes_at


def door(booking: Booking, user: User) -> Door:
    meeting = Meeting.objects.filter(pk=booking.pk).first()
    ready = meeting is not None and meeting.state == Meeting.State.READY
    return Door(
        opens_at=booking.starts_at - rooms.OPENS_BEFORE,
        closes_at=booking.ends_at + rooms.CLOSES_AFTER,
        stands=booking.state in _STANDING,
        platform=meeting.platform if meeting and ready else Meeting.Platform.ROOM,
        fell_back=meeting is not None and meeting.state == Meeting.State.FAILED,
        is_host=user.pk == booking.tutor_id,
    )


@outside_transaction
def enter(booking: Booking, user: User) -> str:
    """Where this person is to go now. A tutor is let in as host where the platform knows such a
    thing: that address is asked for here and kept nowhere. Raises `RoomClosed`."""
    found = door(booking, user)
    if not found.is_open():
        raise RoomClosed(opens_at=found.opens_at.isoformat())
    if found.platform != Meeting.Platform.ROOM:
        # Other rooms do not say who is in them: that somebody went there is what can be known.
        presence.record(booking_id=booking.pk, user_id=user.pk)
        meeting = Meeting.objects.get(pk=booking.pk)
        return _as_host(meeting) if found.is_host else meeting.join_url
    url = rooms.url(booking.pk, user.pk)
    if url is None:
        raise RoomClosed(_NO_ROOM)
    return url


def _as_host(meeting: Meeting) -> str:
    """Zoom's guests wait for the host. Where Zoom does not say how to be one, the guest's address
    still leads to the same meeting."""
    if meeting.platform != Meeting.Platform.ZOOM:
        return meeting.join_url
    try:
        return zoom.gateway().host_url(meeting.reference)
    except GatewayError as error:
        log.warning("meeting.host_url", booking=meeting.pk, error=str(error))
        return meeting.join_url
