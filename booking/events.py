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
class BookingLost(_About, Event):
    """A held time went to something else before its payment was through. `was_paid`: money was
    taken, and all of it goes back."""

    name: ClassVar[str] = "booking.lost"
    was_paid: bool


@dataclass(frozen=True)
class BookingMoved(_About, Event):
    name: ClassVar[str] = "booking.moved"
    was_at: datetime


@dataclass(frozen=True)
class BookingCancelled(_About, Event):
    """`by` is student, tutor or platform; `refund_percent` of the price is due, `as_credit` where
    the student wants it so. `whole`: nothing is to be paid for having booked, so that a lesson of
    a package goes back into it."""

    name: ClassVar[str] = "booking.cancelled"
    by: str
    refund_percent: int
    whole: bool = True
    as_credit: bool = False


@dataclass(frozen=True)
class BookingExpired(_About, Event):
    name: ClassVar[str] = "booking.expired"


@dataclass(frozen=True)
class BookingStarted(_About, Event):
    """Its hour has come."""

    name: ClassVar[str] = "booking.started"


@dataclass(frozen=True)
class BookingCompleted(_About, Event):
    """Both were there."""

    name: ClassVar[str] = "booking.completed"


@dataclass(frozen=True)
class BookingMissed(_About, Event):
    """`who` did not come is student or tutor."""

    name: ClassVar[str] = "booking.missed"
    who: str


@dataclass(frozen=True)
class BookingDisputed(_About, Event):
    """By one of the two, or by the house (`opened_by` None) where nobody was seen."""

    name: ClassVar[str] = "booking.disputed"
    dispute_id: UUID
    opened_by: UUID | None


@dataclass(frozen=True)
class BookingResolved(_About, Event):
    name: ClassVar[str] = "booking.resolved"
    dispute_id: UUID
    refund_percent: int


@dataclass(frozen=True)
class BookingReminded(_About, Event):
    """`kind` is a word of `Reminder.Kind`."""

    name: ClassVar[str] = "booking.reminded"
    kind: str


@dataclass(frozen=True)
class MoveProposed(_About, Event):
    name: ClassVar[str] = "move.proposed"
    proposal_id: UUID
    proposed_by: UUID


@dataclass(frozen=True)
class MoveDeclined(_About, Event):
    """An accepted one is a move: `booking.moved`."""

    name: ClassVar[str] = "move.declined"
    proposal_id: UUID
    proposed_by: UUID


@dataclass(frozen=True)
class WaitlistOffered(Event):
    """A time is held for somebody who waited, until `until`."""

    name: ClassVar[str] = "waitlist.offered"
    entry_id: UUID
    booking_id: UUID
    student_id: UUID
    until: datetime


@dataclass(frozen=True)
class TutorReviewWritten(Event):
    name: ClassVar[str] = "tutor_review.written"
    review_id: UUID
    tutor_id: UUID
    student_id: UUID


@dataclass(frozen=True)
class TutorReviewAnswered(Event):
    name: ClassVar[str] = "tutor_review.answered"
    review_id: UUID
    tutor_id: UUID
    student_id: UUID


@dataclass(frozen=True)
class TutorReviewReported(Event):
    """Somebody finds that a review should not stand."""

    name: ClassVar[str] = "tutor_review.reported"
    report_id: UUID


@dataclass(frozen=True)
class TutorReviewModerated(Event):
    """An admin hid a review, or shows it again; `reason` is theirs, for both to read."""

    name: ClassVar[str] = "tutor_review.moderated"
    review_id: UUID
    hidden: bool
    reason: str
    notice_id: UUID


@dataclass(frozen=True)
class CalendarBroken(Event):
    """A connected calendar does not let us in any more; its owner connects it again."""

    name: ClassVar[str] = "calendar.broken"
    connection_id: UUID
    user_id: UUID
    provider: str


@dataclass(frozen=True)
class CalendarUnseen(Event):
    """A connected calendar was not seen since `seen_at`, for a day at least: its tutor's times are
    not offered until it is."""

    name: ClassVar[str] = "calendar.unseen"
    connection_id: UUID
    user_id: UUID
    provider: str
    seen_at: datetime
