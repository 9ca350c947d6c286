"""Whoever waits for a tutor's time gets the first one that becomes free, held for a while at the
usual price; who came first is asked first."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from booking import locks, queries
from booking.errors import (
    GroupFull,
    GroupOver,
    NotBookable,
    NothingToWaitFor,
    OutsideAvailability,
    SlotTaken,
    StudentBusy,
    TooManyHolds,
    TrialUsed,
)
from booking.events import WaitlistOffered
from booking.models import Booking, GroupSession, LessonType, WaitlistEntry
from booking.services import cancelling, groups, holding, live
from booking.walltime import Span
from tutorme.core import outbox
from tutorme.core.errors import InvalidInput, NotFound
from tutorme.core.transactions import constraints

State = WaitlistEntry.State
OFFER = timedelta(hours=2)
# An offer has to leave time to come.
_LAST_MOMENT = timedelta(hours=1)
MOST_DAYS = 60
SERVE = "booking.serve_waitlist"
_REFUSALS = (
    GroupFull,
    GroupOver,
    NotBookable,
    NotFound,
    OutsideAvailability,
    SlotTaken,
    StudentBusy,
    TooManyHolds,
    TrialUsed,
)


@transaction.atomic
def join(
    *,
    student: User,
    lesson_type_id: UUID,
    earliest: datetime,
    latest: datetime,
    now: datetime | None = None,
) -> WaitlistEntry:
    """For any time of the tutor within the stretch; asking again changes it. `NothingToWaitFor`
    where one is free."""
    now = now or timezone.now()
    kind = holding.offered(lesson_type_id, student)
    earliest = max(earliest, now)
    if kind.is_group or not earliest < latest <= now + timedelta(days=MOST_DAYS):
        detail = "Name a stretch ahead, within 60 days."
        raise InvalidInput(errors=[{"pointer": "/latest", "code": "invalid", "detail": detail}])
    if _free(kind, Span(earliest, latest), now):
        raise NothingToWaitFor
    return _kept(
        WaitlistEntry(
            student=student,
            tutor_id=kind.tutor_id,
            lesson_type=kind,
            earliest=earliest,
            latest=latest,
        )
    )


@transaction.atomic
def join_group(*, student: User, group_id: UUID, now: datetime | None = None) -> WaitlistEntry:
    """For a seat of a group that is full."""
    now = now or timezone.now()
    group = GroupSession.objects.select_related("lesson_type").filter(pk=group_id).first()
    if group is None:
        raise NotFound
    kind = holding.offered(group.lesson_type_id, student)
    if group.state != GroupSession.State.OPEN or group.starts_at <= now:
        raise GroupOver
    if groups.seats_left(group):
        raise NothingToWaitFor
    return _kept(
        WaitlistEntry(
            student=student,
            tutor_id=kind.tutor_id,
            lesson_type=kind,
            group=group,
            earliest=now,
            latest=group.starts_at,
        )
    )


def _kept(wanted: WaitlistEntry) -> WaitlistEntry:
    """The one that waits already keeps its place in the row, with the new stretch."""
    known = WaitlistEntry.objects.filter(
        student_id=wanted.student_id,
        lesson_type_id=wanted.lesson_type_id,
        group_id=wanted.group_id,
        state__in=(State.WAITING, State.OFFERED),
    )
    row = known.select_for_update(of=("self",)).first()
    if row is None:
        wanted.save(force_insert=True)
        return wanted
    row.earliest, row.latest = wanted.earliest, wanted.latest
    row.save(update_fields=["earliest", "latest"])
    return row


@transaction.atomic
def leave(*, entry_id: UUID, student: User) -> None:
    """An offer that is left goes to the next one."""
    mine = WaitlistEntry.objects.select_for_update(of=("self",)).filter(student=student)
    found = mine.filter(pk=entry_id, state__in=(State.WAITING, State.OFFERED)).first()
    if found is None:
        raise NotFound
    WaitlistEntry.objects.filter(pk=found.pk).update(state=State.LEFT)
    if found.booking_id is not None:
        cancelling.cancel(booking_id=found.booking_id, by=student)


def _free(kind: LessonType, between: Span, now: datetime) -> list[datetime]:
    schedule = queries.schedule_of(kind.tutor_id)
    if schedule is None or not schedule.is_open:
        return []
    start = max(between.start, now + _LAST_MOMENT)
    if start >= between.end:
        return []
    diary = queries.diary(schedule, Span(start, between.end), now=now)
    return diary.offered(Span(start, between.end), minutes=kind.minutes)


def is_waited_for(tutor_id: UUID) -> bool:
    return WaitlistEntry.objects.filter(tutor_id=tutor_id, state=State.WAITING).exists()


def serve(*, tutor_id: UUID | None = None, now: datetime | None = None, limit: int = 200) -> int:
    """Offers what is free to those who wait, in the order they came; each in a transaction of its
    own. Returns how many offers were made. Safe beside itself."""
    now = now or timezone.now()
    waiting = WaitlistEntry.objects.filter(state=State.WAITING)
    waiting.filter(latest__lte=now).update(state=State.PASSED)
    mine = waiting if tutor_id is None else waiting.filter(tutor_id=tutor_id)
    rows = mine.select_related("lesson_type", "group", "student").order_by("created_at", "pk")
    return sum(_offer(row, now) for row in list(rows[:limit]))


def _offer(entry: WaitlistEntry, now: datetime) -> bool:
    if entry.group is None:
        found = _free(entry.lesson_type, Span(entry.earliest, entry.latest), now)[:1]
        return any(_looked_and_held(entry, start, now) for start in found)
    return bool(groups.seats_left(entry.group)) and _hold(entry, entry.group.starts_at, now)


def _looked_and_held(entry: WaitlistEntry, start: datetime, now: datetime) -> bool:
    """What is found in the tutor's calendar now makes the next free time be looked for."""
    live.look(entry.lesson_type_id, start)
    return _hold(entry, start, now)


def _hold(entry: WaitlistEntry, start: datetime, now: datetime) -> bool:
    """False where somebody was quicker, or the one who waits cannot come then."""
    try:
        with constraints(holding.CLASHES), transaction.atomic():
            return _held(entry, start, now)
    except _REFUSALS:
        return False


def _held(entry: WaitlistEntry, start: datetime, now: datetime) -> bool:
    locks.hold([entry.tutor_id, entry.student_id])
    waits = WaitlistEntry.objects.select_for_update(of=("self",)).filter(
        pk=entry.pk, state=State.WAITING
    )
    if not waits.exists():
        return False
    holding.release_lapsed([entry.tutor_id, entry.student_id], now=now)
    keep = min(OFFER, start - _LAST_MOMENT - now)
    if keep <= timedelta(0):
        return False
    row = _taken(entry, start, now, keep)
    WaitlistEntry.objects.filter(pk=entry.pk).update(
        state=State.OFFERED, booking=row, offer_until=row.expires_at
    )
    assert row.expires_at is not None
    outbox.record(
        WaitlistOffered(entry.pk, row.pk, entry.student_id, row.expires_at),
        key=f"{WaitlistOffered.name}:{entry.pk}",
    )
    return True


def _taken(entry: WaitlistEntry, start: datetime, now: datetime, keep: timedelta) -> Booking:
    kind = holding.offered(entry.lesson_type_id, entry.student)
    if entry.group is None:
        return holding.take(entry.student, kind, start, now=now, keep=keep)
    return groups.take_seat(entry.group, entry.student, now=now, keep=keep)


def follow(booking_id: UUID, *, taken: bool) -> None:
    """What became of the time that was held for somebody who waited."""
    offered = WaitlistEntry.objects.filter(booking_id=booking_id, state=State.OFFERED)
    offered.update(state=State.TAKEN if taken else State.PASSED)
