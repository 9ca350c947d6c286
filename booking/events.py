from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from tutorme.core.events import Event


@dataclass(frozen=True)
class AvailabilityChanged(Event):
    """What can be booked with a tutor is another: rules, busy times or bookings."""

    name: ClassVar[str] = "availability.changed"
    tutor_id: UUID


@dataclass(frozen=True)
class _About:
    booking_id: UUID
    version: int
    tutor_id: UUID
    student_id: UUID


@dataclass(frozen=True)
class BookingHeld(_About, Event):
    name: ClassVar[str] = "booking.held"


@dataclass(frozen=True)
class BookingRequested(_About, Event):
    """The tutor is to answer."""

    name: ClassVar[str] = "booking.requested"


@dataclass(frozen=True)
class BookingConfirmed(_About, Event):
    name: ClassVar[str] = "booking.confirmed"


@dataclass(frozen=True)
class BookingDeclined(_About, Event):
    name: ClassVar[str] = "booking.declined"


@dataclass(frozen=True)
class BookingMoved(_About, Event):
    name: ClassVar[str] = "booking.moved"
    was_at: datetime


@dataclass(frozen=True)
class BookingCancelled(_About, Event):
    """`by` is student, tutor or platform; `refund_percent` of the price is due."""

    name: ClassVar[str] = "booking.cancelled"
    by: str
    refund_percent: int


@dataclass(frozen=True)
class BookingExpired(_About, Event):
    name: ClassVar[str] = "booking.expired"


@dataclass(frozen=True)
class CalendarBroken(Event):
    """A connected calendar does not let us in any more; its owner connects it again."""

    name: ClassVar[str] = "calendar.broken"
    connection_id: UUID
    user_id: UUID
    provider: str
