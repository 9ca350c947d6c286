"""From a held time to a lesson that stands: nothing is left to pay, nobody is left to ask."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from booking.events import (
    AvailabilityChanged,
    BookingConfirmed,
    BookingExpired,
    BookingHeld,
    BookingRequested,
)
from booking.models import Booking
from booking.services import changes, reminders
from tutorme.core import outbox

State = Booking.State
ANSWER = timedelta(hours=24)
Told = type[BookingHeld | BookingRequested | BookingConfirmed | BookingExpired]


@transaction.atomic
def settle(row: Booking, *, now: datetime, **facts: Any) -> Booking:
    """Nothing is left to pay: the lesson stands, or waits for the tutor's word."""
    if row.needs_approval:
        ends = min(now + ANSWER, row.starts_at)
        row = changes.move(row, State.PENDING_APPROVAL, expires_at=ends, **facts)
        tell(row, BookingRequested)
        return row
    return confirm(row, now=now, **facts)


@transaction.atomic
def confirm(row: Booking, *, now: datetime, actor_id: UUID | None = None, **facts: Any) -> Booking:
    row = changes.move(
        row, State.CONFIRMED, actor_id=actor_id, confirmed_at=now, expires_at=None, **facts
    )
    reminders.plan(row, now=now)
    tell(row, BookingConfirmed, actor_id=actor_id)
    return row


def tell(row: Booking, event: Told, *, actor_id: UUID | None = None) -> None:
    """The event once for each version of the booking, and that the tutor's times are others."""
    outbox.record(
        event(row.pk, row.version, row.tutor_id, row.student_id),
        actor_id=actor_id,
        key=f"{event.name}:{row.pk}:{row.version}",
    )
    outbox.record(AvailabilityChanged(row.tutor_id))
