"""Lessons for several: a time the tutor sets, so many seats, each seat a booking. How many stand is
kept by the tutor's lock; that the tutor is nowhere else, by it and the diary."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from booking import locks
from booking.errors import GroupFull, GroupOver, NotBookable, SlotTaken
from booking.events import AvailabilityChanged
from booking.models import Booking, GroupSession, LessonType
from booking.services import cancelling, holding, live, paying, standing
from booking.walltime import Span
from tutorme.core import outbox
from tutorme.core.errors import InvalidInput, NotFound
from tutorme.core.transactions import constraints

State = GroupSession.State
_CLASHES = {"group_session_tutor_once": SlotTaken}


def open_session(
    *,
    tutor: User,
    lesson_type_id: UUID,
    start: datetime,
    capacity: int | None = None,
    now: datetime | None = None,
) -> GroupSession:
    """At any free time ahead, within the stated hours or not: the tutor sets it. `SlotTaken`."""
    live.look(lesson_type_id, start)
    now = now or timezone.now()
    with constraints(_CLASHES), transaction.atomic():
        kind = LessonType.objects.filter(
            pk=lesson_type_id, tutor_id=tutor.pk, is_offered=True
        ).first()
        if kind is None or not kind.is_group:
            raise NotFound
        if start <= now:
            detail = "This time has passed."
            raise InvalidInput(errors=[{"pointer": "/start", "code": "past", "detail": detail}])
        locks.hold([tutor.pk])
        holding.release_lapsed([tutor.pk], now=now)
        span = Span(start, start + timedelta(minutes=kind.minutes))
        schedule, diary = holding.diary_of(tutor.pk, span, now=now)
        if diary.is_taken(start, minutes=kind.minutes):
            raise SlotTaken("You have another lesson or something else in your calendar then.")
        blocked = diary.blocked(start, minutes=kind.minutes)
        row = GroupSession.objects.create(
            tutor=tutor,
            lesson_type=kind,
            capacity=capacity or kind.capacity,
            starts_at=span.start,
            ends_at=span.end,
            blocked_from=blocked.start,
            blocked_until=blocked.end,
            on=diary.date_of(start),
            tutor_zone=schedule.time_zone,
        )
        outbox.record(AvailabilityChanged(tutor.pk), actor_id=tutor.pk)
        return row


def join(
    *,
    student: User,
    group_id: UUID,
    note: str = "",
    package_id: UUID | None = None,
    with_credit: bool = False,
    now: datetime | None = None,
) -> Booking:
    """A seat, held like any time; confirmed at once where nothing is left to pay. `GroupFull`,
    `GroupOver`, `StudentBusy`, `TooManyHolds`."""
    now = now or timezone.now()
    with constraints(holding.CLASHES), transaction.atomic():
        group = _locked(group_id, student)
        holding.release_lapsed([group.tutor_id, student.pk], now=now)
        holding.few_holds(student, group.tutor_id)
        row = take_seat(group, student, note=note, now=now)
        return paying.settle_if_paid(row, package_id=package_id, with_credit=with_credit, now=now)


def _locked(group_id: UUID, student: User) -> GroupSession:
    group = GroupSession.objects.select_related("lesson_type").filter(pk=group_id).first()
    if group is None:
        raise NotFound
    if group.tutor_id == student.pk:
        raise NotBookable
    holding.offered(group.lesson_type_id, student)
    locks.hold([group.tutor_id, student.pk])
    group.refresh_from_db(fields=["state", "starts_at", "ends_at", "capacity"])
    return group


def take_seat(
    group: GroupSession,
    student: User,
    *,
    now: datetime,
    note: str = "",
    keep: timedelta = holding.HOLD,
) -> Booking:
    """The caller has the tutor's and the student's locks."""
    if group.state != State.OPEN or group.starts_at <= now:
        raise GroupOver
    if not seats_left(group):
        raise GroupFull
    own = Booking.objects.filter(student=student)
    holding.not_busy(own, Span(group.starts_at, group.ends_at))
    schedule, _ = holding.diary_of(group.tutor_id, Span(group.starts_at, group.ends_at), now=now)
    kind = group.lesson_type
    return holding.insert(
        Booking(
            tutor_id=group.tutor_id,
            student=student,
            lesson_type=kind,
            group=group,
            starts_at=group.starts_at,
            ends_at=group.ends_at,
            blocked_from=group.blocked_from,
            blocked_until=group.blocked_until,
            on=group.on,
            tutor_zone=group.tutor_zone,
            price_minor=kind.price_minor,
            currency=kind.currency,
            commission_per_mille=standing.commission(kind),
            cancellation=schedule.cancellation,
            note=note,
            expires_at=min(now + keep, group.starts_at),
        )
    )


def seats_left(group: GroupSession) -> int:
    return max(0, group.capacity - group.bookings.active().count())


@transaction.atomic
def cancel(*, group_id: UUID, tutor: User, reason: str = "") -> GroupSession:
    """Everybody gets everything back."""
    found = GroupSession.objects.filter(pk=group_id, tutor=tutor).first()
    if found is None:
        raise NotFound
    students = list(found.bookings.active().values_list("student_id", flat=True))
    locks.hold([tutor.pk, *students])
    now = timezone.now()
    still = GroupSession.objects.filter(pk=group_id, state=State.OPEN, starts_at__gt=now)
    if not still.update(state=State.CANCELLED):
        raise GroupOver
    for row in found.bookings.active().select_for_update(of=("self",), no_key=True):
        _call_off(row, tutor, reason)
    outbox.record(AvailabilityChanged(tutor.pk), actor_id=tutor.pk)
    found.refresh_from_db()
    return found


def _call_off(row: Booking, tutor: User, reason: str) -> None:
    if row.state == Booking.State.CONFIRMED:
        cancelling.cancel(booking_id=row.pk, by=tutor, reason=reason)
    else:
        holding.expire(row)
