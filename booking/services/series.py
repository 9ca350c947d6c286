"""The same hour of the week, so many times: all of them or none, or those that can be had."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from booking import locks
from booking.errors import (
    BookingOver,
    NotBookable,
    OutsideAvailability,
    SeriesBlocked,
    SlotTaken,
    StudentBusy,
    TooManyHolds,
)
from booking.models import Booking, LessonType, Series
from booking.services import confirming, holding, live, paying
from booking.slots import Reason
from booking.walltime import Span
from payments.services import credits, placing
from tutorme.core.transactions import constraints

KIND = "series"
LEAST, MOST = 2, 26
State = Booking.State
_REFUSALS = (SlotTaken, StudentBusy, OutsideAvailability)
# In the words in which `look` says it.
_SAID = {SlotTaken.code: str(Reason.TAKEN)}


@dataclass(frozen=True)
class Wish:
    """`clock` is the zone whose clock reads the same in each lesson. `skipping` leaves out what
    cannot be had; else one such time refuses them all."""

    lesson_type_id: UUID
    start: datetime
    lessons: int
    clock: str
    every_weeks: int = 1
    skipping: bool = False
    note: str = ""
    package_id: UUID | None = None
    with_credit: bool = False


@dataclass(frozen=True)
class Occurrence:
    """`reason` is why it cannot be had: a word of `slots.Reason` or `student-busy`."""

    start: datetime
    reason: str | None


def starts(wish: Wish) -> Iterator[tuple[datetime, bool]]:
    """Each start, and whether the clock shows it on that date at all."""
    zone = ZoneInfo(wish.clock)
    first = wish.start.astimezone(zone)
    for number in range(wish.lessons):
        wall = first.replace(tzinfo=None) + timedelta(weeks=number * wish.every_weeks)
        moment = wall.replace(tzinfo=zone, fold=first.fold).astimezone(UTC)
        yield moment, moment.astimezone(zone).replace(tzinfo=None) == wall


def look(*, student: User, wish: Wish, now: datetime | None = None) -> list[Occurrence]:
    """Which of the times can be had, as things are now; books nothing."""
    now = now or timezone.now()
    kind = holding.offered(wish.lesson_type_id, student)
    return [
        Occurrence(start, _reason(student, kind, start, now) if there else Reason.OUTSIDE_HOURS)
        for start, there in starts(wish)
    ]


def _reason(student: User, kind: LessonType, start: datetime, now: datetime) -> str | None:
    span = Span(start, start + timedelta(minutes=kind.minutes))
    _, diary = holding.diary_of(kind.tutor_id, span, now=now)
    reason = diary.reason(start, minutes=kind.minutes)
    if reason is not None:
        return str(reason)
    try:
        holding.not_busy(Booking.objects.filter(student=student), span)
    except StudentBusy as busy:
        return busy.code
    return None


def book(*, student: User, wish: Wish, now: datetime | None = None) -> Series:
    """Holds the lessons, and confirms them at once where nothing is left to pay. `SeriesBlocked`
    names what cannot be had."""
    every = [start for start, _ in starts(wish)]
    live.look(wish.lesson_type_id, every[0], every[-1])
    now = now or timezone.now()
    with constraints(holding.CLASHES), transaction.atomic():
        kind = holding.offered(wish.lesson_type_id, student)
        if kind.is_group or kind.is_trial:
            raise NotBookable("Lessons of this kind are booked one by one.")
        locks.hold([kind.tutor_id, student.pk])
        holding.release_lapsed([kind.tutor_id, student.pk], now=now)
        _one_unpaid(student)
        row = _draft(student, kind, wish)
        rows, refused = _take_all(row, student, kind, wish, now)
        if (refused and not wish.skipping) or len(rows) < LEAST:
            raise SeriesBlocked(occurrences=[vars(each) for each in refused])
        row.lessons, row.price_minor = len(rows), kind.price_minor * len(rows)
        row.starts_at = rows[0].starts_at
        row.save(update_fields=["lessons", "price_minor", "starts_at"])
        _settle_if_paid(row, rows, wish, now)
        return row


def _one_unpaid(student: User) -> None:
    unpaid = Booking.objects.filter(student=student, state=State.HELD).exclude(series=None)
    if unpaid.exists():
        raise TooManyHolds("You hold another series already.")


def _draft(student: User, kind: LessonType, wish: Wish) -> Series:
    return Series.objects.create(
        tutor_id=kind.tutor_id,
        student=student,
        lesson_type=kind,
        time_zone=wish.clock,
        starts_at=wish.start,
        every_weeks=wish.every_weeks,
        lessons=wish.lessons,
        price_minor=kind.price_minor * wish.lessons,
        currency=kind.currency,
    )


def _take_all(
    row: Series, student: User, kind: LessonType, wish: Wish, now: datetime
) -> tuple[list[Booking], list[Occurrence]]:
    taken: list[Booking] = []
    refused: list[Occurrence] = []
    for start, there in starts(wish):
        try:
            if not there:
                raise OutsideAvailability(reason=str(Reason.OUTSIDE_HOURS))
            with transaction.atomic():
                taken.append(
                    holding.take(student, kind, start, note=wish.note, now=now, series=row)
                )
        except _REFUSALS as refusal:
            word = _SAID.get(refusal.code, refusal.code)
            refused.append(Occurrence(start, refusal.extras.get("reason", word)))
    return taken, refused


def _settle_if_paid(row: Series, rows: list[Booking], wish: Wish, now: datetime) -> None:
    if wish.package_id is not None or not row.price_minor:
        for each in rows:
            paying.settle_if_paid(each, package_id=wish.package_id, with_credit=False, now=now)
    elif wish.with_credit and not credits.spendable(row.student_id, row.currency) < row.price:
        order = placing.open_order(
            buyer=row.student, kind=KIND, target_id=row.pk, coupon_code="", with_credit=True
        )
        for each in rows:
            confirming.settle(each, now=now, order_id=order.pk)


def pay(*, series_id: UUID, order_id: UUID, now: datetime | None = None) -> None:
    """The money for all of it is here: all stand, or `BookingOver` and none does."""
    now = now or timezone.now()
    with constraints(holding.CLASHES), transaction.atomic():
        series = Series.objects.get(pk=series_id)
        locks.hold([series.tutor_id, series.student_id])
        rows = series.bookings.select_for_update(of=("self",), no_key=True).order_by("pk")
        for row in rows:
            holding.paid(row, order_id, now)


def check_unpaid(series: Series) -> None:
    """`BookingOver` unless every lesson of it waits to be paid for."""
    waiting = (State.HELD, State.PENDING_PAYMENT)
    moved_on = series.bookings.exclude(state__in=waiting).values_list("state", flat=True).first()
    if moved_on is not None:
        raise BookingOver(state=moved_on)
