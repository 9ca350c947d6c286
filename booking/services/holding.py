"""From a wish to a held time, and from there to a lesson.

    locks of both people → lapsed holds let go → the pure function asked again → insert

The locks make the answer still true at the insert; the constraints hold it even if it is not.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
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
from booking.events import BookingExpired, BookingHeld
from booking.models import Booking, LessonType, Schedule, Series
from booking.querysets import BookingQuerySet
from booking.services import changes, live, paying, standing
from booking.services.confirming import settle, tell
from booking.slots import Diary, Reason
from booking.walltime import Span
from tutorme.core.errors import NotAllowed, NotFound
from tutorme.core.transactions import constraints

State = Booking.State
HOLD = timedelta(minutes=15)
# Once the payer has agreed at the provider.
PAYING = timedelta(minutes=10)
MOST_HOLDS = 3
# A trial that its student called off may be made up for, once.
_MOST_TRIALS_CALLED_OFF = 1
CLASHES = {
    "booking_tutor_once": SlotTaken,
    "booking_student_once": StudentBusy,
    "booking_one_hold": TooManyHolds,
}


@dataclass(frozen=True)
class Wish:
    """`package_id` or `with_credit` say what pays for it now; else it is held to be paid for."""

    lesson_type_id: UUID
    start: datetime
    note: str = ""
    package_id: UUID | None = None
    with_credit: bool = False


def hold(*, student: User, wish: Wish, now: datetime | None = None) -> Booking:
    """Holds a time for a quarter of an hour; what costs nothing, or is paid for by a package or by
    credit, is confirmed, or asked for, at once. Raises `SlotTaken`, `StudentBusy`,
    `OutsideAvailability(reason)`, `NotBookable`, `TrialUsed`, `TooManyHolds`, and what is wrong
    with the package or the credit."""
    live.look(wish.lesson_type_id, wish.start)
    now = now or timezone.now()
    with constraints(CLASHES), transaction.atomic():
        kind = offered(wish.lesson_type_id, student)
        if kind.is_group:
            raise NotBookable("It is held for several, at times the tutor sets.")
        locks.hold([kind.tutor_id, student.pk])
        release_lapsed([kind.tutor_id, student.pk], now=now)
        few_holds(student, kind.tutor_id)
        row = take(student, kind, wish.start, note=wish.note, now=now)
        return paying.settle_if_paid(
            row, package_id=wish.package_id, with_credit=wish.with_credit, now=now
        )


def offered(lesson_type_id: UUID, student: User) -> LessonType:
    kind = LessonType.objects.filter(pk=lesson_type_id).first()
    if kind is None or not queries.is_bookable(kind.tutor_id):
        raise NotFound
    if not kind.is_offered or kind.tutor_id == student.pk:
        raise NotBookable
    return kind


def take(
    student: User,
    kind: LessonType,
    start: datetime,
    *,
    now: datetime,
    note: str = "",
    series: Series | None = None,
    keep: timedelta = HOLD,
) -> Booking:
    """The row, if everything still allows it. The caller has both people's locks."""
    span = Span(start, start + timedelta(minutes=kind.minutes))
    schedule, diary = diary_of(kind.tutor_id, span, now=now)
    accept(diary, start, kind.minutes)
    _allowed(student, kind, span)
    blocked = diary.blocked(start, minutes=kind.minutes)
    row = Booking(
        tutor_id=kind.tutor_id,
        student=student,
        lesson_type=kind,
        series=series,
        starts_at=span.start,
        ends_at=span.end,
        blocked_from=blocked.start,
        blocked_until=blocked.end,
        on=diary.date_of(start),
        tutor_zone=schedule.time_zone,
        price_minor=kind.price_minor,
        currency=kind.currency,
        commission_per_mille=standing.commission(kind),
        cancellation=schedule.cancellation,
        needs_approval=schedule.needs_approval,
        note=note,
        expires_at=now + keep,
    )
    return insert(row)


def insert(row: Booking) -> Booking:
    """With its first line of history."""
    row.save(force_insert=True)
    changes.write(row, actor_id=row.student_id)
    tell(row, BookingHeld, actor_id=row.student_id)
    return row


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


def few_holds(student: User, tutor_id: UUID) -> None:
    held = Booking.objects.filter(student=student, state=State.HELD, series=None)
    tutors = list(held.values_list("tutor_id", flat=True))
    if len(tutors) >= MOST_HOLDS:
        raise TooManyHolds
    if tutor_id in tutors:
        raise TooManyHolds("You hold another time with this tutor.")


def _allowed(student: User, kind: LessonType, span: Span) -> None:
    if kind.is_trial:
        _one_trial(student, kind)
    not_busy(Booking.objects.filter(student=student), span)


def _one_trial(student: User, kind: LessonType) -> None:
    had = Booking.objects.filter(student=student, tutor_id=kind.tutor_id)
    called_off = had.filter(lesson_type__is_trial=True, state=State.CANCELLED_BY_STUDENT).exclude(
        confirmed_at=None
    )
    if had.agreed().exists() or called_off.count() > _MOST_TRIALS_CALLED_OFF:
        raise TrialUsed


def not_busy(own: BookingQuerySet, span: Span) -> None:
    """Of a student's lessons none is at that time."""
    if own.active().filter(starts_at__lt=span.end, ends_at__gt=span.start).exists():
        raise StudentBusy


def take_up(
    *,
    booking_id: UUID,
    student: User,
    package_id: UUID | None = None,
    with_credit: bool = False,
    now: datetime | None = None,
) -> Booking:
    """A held time that costs nothing, or that a package or credit pays for, is confirmed; an offer
    from the waiting list among them."""
    live.look_again(booking_id)
    now = now or timezone.now()
    with constraints(CLASHES), transaction.atomic():
        row = locked(booking_id)
        if row.student_id != student.pk:
            raise NotAllowed
        lapsed = row.expires_at is not None and row.expires_at <= now
        if row.state != State.HELD or row.series_id is not None or lapsed:
            raise BookingOver(state=row.state)
        still_free(row)
        return paying.settle_if_paid(row, package_id=package_id, with_credit=with_credit, now=now)


def keep_while_paying(booking_id: UUID, *, now: datetime | None = None) -> None:
    """The provider says that its payer agreed: the hold lasts at least ten minutes more, once."""
    now = now or timezone.now()
    with transaction.atomic():
        rows = Booking.objects.select_for_update(of=("self",), no_key=True)
        row = rows.filter(pk=booking_id, state=State.HELD).first()
        if row is not None and row.expires_at is not None:
            ends = max(row.expires_at, now + PAYING)
            changes.move(row, State.PENDING_PAYMENT, reason="the payer agreed", expires_at=ends)


def pay(*, booking_id: UUID, order_id: UUID, now: datetime | None = None) -> Booking:
    """The money is here. A hold that lapsed while the payer was at PayPal is taken up again where
    the time is still free; where it is not, `BookingOver` leaves the money to be given back."""
    now = now or timezone.now()
    with constraints(CLASHES), transaction.atomic():
        row = locked(booking_id)
        return paid(row, order_id, now)


def paid(row: Booking, order_id: UUID, now: datetime) -> Booking:
    """As `pay`, of a locked row."""
    if row.order_id == order_id:
        return row
    return settle(payable(row, now), now=now, order_id=order_id)


def payable(row: Booking, now: datetime) -> Booking:
    """A held time that money may be taken for. One that ran out is held again: the constraints
    refuse what somebody else has by now. The caller has both people's locks."""
    if row.starts_at <= now:
        raise BookingOver(state=row.state)
    if row.state == State.EXPIRED:
        row = changes.revive(row)
    if row.state not in {State.HELD, State.PENDING_PAYMENT}:
        raise BookingOver(state=row.state)
    still_free(row)
    return row


def still_free(row: Booking) -> None:
    """Nothing came into the tutor's own calendar over a time that is held. `SlotTaken`."""
    if row.group_id is None and queries.is_busy_elsewhere(row):
        raise SlotTaken("The tutor has something else in their calendar then.")


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
