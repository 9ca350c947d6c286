"""From a wish to a held time, and from there to a lesson.

    locks of both people → lapsed holds let go → the pure function asked again → insert

The locks make the answer still true at the insert; the constraints hold it even if it is not.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from booking import locks, queries
from booking.errors import (
    BookingOver,
    NotBookable,
    OutsideAvailability,
    SlotTaken,
    StudentBusy,
    TooManyHolds,
    TrialUsed,
)
from booking.events import (
    AvailabilityChanged,
    BookingConfirmed,
    BookingExpired,
    BookingHeld,
    BookingRequested,
)
from booking.models import Booking, LessonType, Schedule
from booking.services import changes
from booking.slots import Diary, Reason
from booking.walltime import Span
from tutorme.core import outbox
from tutorme.core.errors import NotFound
from tutorme.core.transactions import constraints

State = Booking.State
HOLD = timedelta(minutes=15)
ANSWER = timedelta(hours=24)
MOST_HOLDS = 3
CLASHES = {
    "booking_tutor_once": SlotTaken,
    "booking_student_once": StudentBusy,
    "booking_one_hold": TooManyHolds,
}
# A lapsed hold keeps a time only until somebody else wants it.
_WAITING = (State.HELD, State.PENDING_PAYMENT, State.PENDING_APPROVAL)


@dataclass(frozen=True)
class Wish:
    lesson_type_id: UUID
    start: datetime
    note: str = ""


def hold(*, student: User, wish: Wish, now: datetime | None = None) -> Booking:
    """Holds a time for a quarter of an hour; what costs nothing is confirmed, or asked for, at
    once. Raises `SlotTaken`, `StudentBusy`, `OutsideAvailability(reason)`, `NotBookable`,
    `TrialUsed` and `TooManyHolds`."""
    now = now or timezone.now()
    with constraints(CLASHES), transaction.atomic():
        kind = _offered(wish.lesson_type_id, student)
        locks.hold([kind.tutor_id, student.pk])
        end = wish.start + timedelta(minutes=kind.minutes)
        span = Span(wish.start, end)
        release_lapsed([kind.tutor_id, student.pk], now=now)
        schedule, diary = diary_of(kind.tutor_id, span, now=now)
        accept(diary, wish.start, kind.minutes)
        _allowed(student, kind, span)
        row = _insert(student, kind, wish, schedule, diary, now=now)
        if kind.price_minor:
            return row
        return settle(row, now=now)


def _offered(lesson_type_id: UUID, student: User) -> LessonType:
    kind = LessonType.objects.filter(pk=lesson_type_id).first()
    if kind is None or not queries.is_bookable(kind.tutor_id):
        raise NotFound
    if not kind.is_offered or kind.tutor_id == student.pk:
        raise NotBookable
    return kind


def diary_of(
    tutor_id: UUID, span: Span, *, now: datetime, without: UUID | None = None
) -> tuple[Schedule, Diary]:
    schedule = queries.schedule_of(tutor_id)
    if schedule is None or not schedule.is_open:
        raise NotBookable
    return schedule, queries.diary(schedule, span, now=now, without=without)


def accept(diary: Diary, start: datetime, minutes: int) -> None:
    reason = diary.reason(start, minutes=minutes)
    if reason is Reason.TAKEN:
        raise SlotTaken
    if reason is not None:
        raise OutsideAvailability(reason=str(reason))


def _allowed(student: User, kind: LessonType, span: Span) -> None:
    own = Booking.objects.filter(student=student)
    if own.filter(state=State.HELD).count() >= MOST_HOLDS:
        raise TooManyHolds
    if own.filter(state=State.HELD, tutor_id=kind.tutor_id).exists():
        raise TooManyHolds("You hold another time with this tutor.")
    overlapping = own.filter(starts_at__lt=span.end, ends_at__gt=span.start)
    if overlapping.active().exists():
        raise StudentBusy
    if kind.is_trial and own.filter(tutor_id=kind.tutor_id).agreed().exists():
        raise TrialUsed


def _insert(
    student: User,
    kind: LessonType,
    wish: Wish,
    schedule: Schedule,
    diary: Diary,
    *,
    now: datetime,
) -> Booking:
    blocked = diary.blocked(wish.start, minutes=kind.minutes)
    row = Booking.objects.create(
        tutor_id=kind.tutor_id,
        student=student,
        lesson_type=kind,
        starts_at=wish.start,
        ends_at=wish.start + timedelta(minutes=kind.minutes),
        blocked_from=blocked.start,
        blocked_until=blocked.end,
        on=diary.date_of(wish.start),
        tutor_zone=schedule.time_zone,
        price_minor=kind.price_minor,
        currency=kind.currency,
        cancellation=schedule.cancellation,
        needs_approval=schedule.needs_approval,
        note=wish.note,
        expires_at=now + HOLD,
    )
    changes.write(row, actor_id=student.pk)
    tell(row, BookingHeld, actor_id=student.pk)
    return row


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
    tell(row, BookingConfirmed, actor_id=actor_id)
    return row


def pay(*, booking_id: UUID, order_id: UUID, now: datetime | None = None) -> Booking:
    """The money is here. A hold that lapsed while the payer was at PayPal is taken up again where
    the time is still free; where it is not, `BookingOver` leaves the money to be given back."""
    now = now or timezone.now()
    with constraints(CLASHES), transaction.atomic():
        row = locked(booking_id)
        if row.order_id == order_id and row.state not in _WAITING:
            return row
        if row.state == State.EXPIRED:
            # The constraints refuse what somebody else has by now.
            row = changes.revive(row)
        if row.state not in {State.HELD, State.PENDING_PAYMENT}:
            raise BookingOver(state=row.state)
        return settle(row, now=now, order_id=order_id)


def locked(booking_id: UUID) -> Booking:
    """The row with both people's locks, which come first: whoever holds a time has them and then
    wants rows."""
    pair = Booking.objects.values_list("tutor_id", "student_id").get(pk=booking_id)
    locks.hold(pair)
    row: Booking = Booking.objects.select_for_update(of=("self",), no_key=True).get(pk=booking_id)
    return row


def release_lapsed(people: list[UUID], *, now: datetime) -> int:
    """Lets go of what these people held too long. The caller has their locks."""
    rows = list(Booking.objects.overdue(now).concerning(people).select_for_update(of=("self",)))
    for row in rows:
        expire(row)
    return len(rows)


def expire(row: Booking) -> None:
    row = changes.move(row, State.EXPIRED, reason="time ran out", expires_at=None)
    tell(row, BookingExpired)


def sweep(*, now: datetime | None = None) -> int:
    """Lets go of every lapsed hold; hygiene, as nobody is kept from a time by one."""
    now = now or timezone.now()
    overdue = Booking.objects.overdue(now).order_by("expires_at")
    return sum(_expire_one(pk, now) for pk in overdue.values_list("pk", flat=True)[:500])


@transaction.atomic
def _expire_one(booking_id: UUID, now: datetime) -> int:
    rows = Booking.objects.overdue(now).filter(pk=booking_id)
    row = rows.select_for_update(of=("self",), skip_locked=True).first()
    if row is None:
        return 0
    expire(row)
    return 1


Told = type[BookingHeld | BookingRequested | BookingConfirmed | BookingExpired]


def tell(row: Booking, event: Told, *, actor_id: UUID | None = None) -> None:
    """The event once for each version of the booking, and that the tutor's times are others."""
    outbox.record(
        event(row.pk, row.version, row.tutor_id, row.student_id),
        actor_id=actor_id,
        key=f"{event.name}:{row.pk}:{row.version}",
    )
    outbox.record(AvailabilityChanged(row.tutor_id))
