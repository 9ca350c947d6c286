"""A last look into a tutor's own calendars before a time is promised. What was synced may be some
minutes old; this is asked for now, within two seconds, and noted down beside it, so that the one
function that decides sees it. A calendar that does not answer keeps nobody from a lesson."""

import time
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from booking.events import AvailabilityChanged
from booking.gateways import oauth
from booking.gateways.base import Busy
from booking.models import Booking, CalendarConnection, LessonType
from booking.services import syncing
from booking.walltime import Span
from tutorme.core import outbox
from tutorme.core.gateways import GatewayError
from tutorme.core.transactions import outside_transaction

log = structlog.get_logger(__name__)

# Too little to ask anybody anything.
_LEAST_S = 0.1
# Wider than any lesson with its buffers.
_AROUND = timedelta(hours=12)


@outside_transaction
def look(lesson_type_id: UUID, first: datetime, last: datetime | None = None) -> None:
    """Into all calendars of the tutor who offers this, around lessons that start from `first` to
    `last`, within `LIVE_LOOK_SECONDS` together. Never raises for a provider."""
    ends_at = time.monotonic() + settings.LIVE_LOOK_SECONDS
    between = Span(first - _AROUND, (last or first) + _AROUND)
    offer = LessonType.objects.filter(pk=lesson_type_id, tutor=OuterRef("user_id"))
    for row in CalendarConnection.objects.filter(Exists(offer), state="active"):
        left = ends_at - time.monotonic()
        if left > _LEAST_S:
            _look_into(row, between, left)


def look_again(booking_id: UUID) -> None:
    """Around a time that is held or asked for already."""
    row = Booking.objects.values_list("lesson_type_id", "starts_at").get(pk=booking_id)
    look(*row)


def _look_into(row: CalendarConnection, between: Span, left_s: float) -> None:
    if oauth.expired(row.access_until, spare=timedelta(0)):
        # A new token is not asked for in a hurry: an answer that comes too late may be the only
        # one that carries it.
        syncing.hint(row)
        return
    calendar = oauth.calendar(row.provider, row.access_token, within_s=left_s)
    try:
        found = calendar.busy(since=between.start, until=between.end)
    except GatewayError as error:
        log.warning("calendar.not_seen", connection=str(row.pk), error=str(error))
        return
    _note(row, found)


@transaction.atomic
def _note(row: CalendarConnection, found: list[Busy]) -> None:
    """Only adds: what is gone is the sync's to say. What is new is a reason for it to look now."""
    rows = CalendarConnection.objects.select_for_update(no_key=True)
    if not rows.filter(pk=row.pk, state="active").exists():
        return
    made = syncing.add(row, found)
    if made:
        outbox.record(AvailabilityChanged(row.user_id))
        syncing.hint(row)
