"""What the pure function is asked with, and what pages and the API show."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.directory import FreeAt
from accounts.models import TutorProfile
from booking import finding
from booking.models import (
    ACTIVE_STATES,
    COUNTED_STATES,
    Booking,
    BusyTime,
    DateOverride,
    GroupSession,
    LessonType,
    Schedule,
    WeeklyHours,
)
from booking.slots import Diary, Rules, Taken
from booking.walltime import Hours, Span
from tutorme.core.lookups import among
from tutorme.core.prepared import first, prepared
from tutorme.core.row_security import as_system

# Wider than any buffer, so that what merely touches is seen.
_MARGIN = timedelta(hours=12)
# What counts towards a limit lies within the tutor's week, wherever in it the question is.
_WEEK = timedelta(days=9)
# How far from a time that is gone another one is looked for.
_NEAR = timedelta(days=7)


@dataclass(frozen=True)
class Slot:
    """Free is what can be booked now; one that is not is shown as taken."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Day:
    """A date of the student's calendar."""

    on: date
    slots: list[Slot]


def is_bookable(tutor_id: UUID) -> bool:
    return TutorProfile.objects.public().filter(user_id=tutor_id).exists()


def schedule_of(tutor_id: UUID) -> Schedule | None:
    rows = Schedule.objects.prefetch_related("weekly", "overrides")
    return rows.filter(tutor_id=tutor_id).first()


def hours_of(windows: Iterable[Iterable[str]]) -> tuple[Hours, ...]:
    return tuple(Hours(*(time.fromisoformat(text) for text in window)) for window in windows)


def rules_of(schedule: Schedule) -> Rules:
    weekly = _by_day(
        (row.day_of_week, Hours(row.starts, row.ends)) for row in schedule.weekly.all()
    )
    overrides = {row.on: hours_of(row.windows) for row in schedule.overrides.all()}
    return _rules(schedule, weekly, overrides)


def _by_day(rows: Iterable[tuple[int, Hours]]) -> dict[int, tuple[Hours, ...]]:
    weekly: dict[int, tuple[Hours, ...]] = {}
    for day, hours in rows:
        weekly[day] = (*weekly.get(day, ()), hours)
    return weekly


def _rules(
    schedule: Schedule,
    weekly: dict[int, tuple[Hours, ...]],
    overrides: dict[date, tuple[Hours, ...]],
) -> Rules:
    return Rules(
        zone=schedule.time_zone,
        weekly=weekly,
        overrides=overrides,
        step_minutes=schedule.slot_minutes,
        buffer_before=timedelta(minutes=schedule.buffer_before),
        buffer_after=timedelta(minutes=schedule.buffer_after),
        notice=timedelta(minutes=schedule.notice_minutes),
        horizon_days=schedule.horizon_days,
        max_per_day=schedule.max_per_day,
        max_per_week=schedule.max_per_week,
    )


def taken(tutor_id: UUID, between: Span, *, now: datetime, without: UUID | None = None) -> Taken:
    """What stands in the tutor's diary around `between`. A hold whose time is over does not, nor
    does the booking `without`, which is about to be moved."""
    return taken_of([tutor_id], between, now=now, without=without)[tutor_id]


@as_system("what stands in a diary decides what is free; who stands there is not told")
def taken_of(
    tutor_ids: Sequence[UUID], between: Span, *, now: datetime, without: UUID | None = None
) -> dict[UUID, Taken]:
    """Of many at once, with three queries."""
    keys = list(tutor_ids)
    blocked: dict[UUID, list[Span]] = {tutor_id: [] for tutor_id in keys}
    lessons: dict[UUID, Counter[date]] = {tutor_id: Counter() for tutor_id in keys}
    after, before = between.start - _WEEK, between.end + _WEEK
    for tutor_id, state, start, end, on in _lessons(keys, after, before, now, without):
        lessons[tutor_id][on] += 1
        if state in ACTIVE_STATES:
            blocked[tutor_id].append(Span(start, end))
    for tutor_id, start, end in _busy(keys, between.start - _MARGIN, between.end + _MARGIN):
        blocked[tutor_id].append(Span(start, end))
    for tutor_id, state, start, end, on in _groups(keys, after, before):
        lessons[tutor_id][on] += 1
        if state == GroupSession.State.OPEN:
            blocked[tutor_id].append(Span(start, end))
    return {key: Taken(tuple(blocked[key]), lessons[key]) for key in keys}


@prepared
def _lessons(
    tutor_ids: list[UUID], after: datetime, before: datetime, now: datetime, without: UUID | None
) -> QuerySet[Booking, tuple[UUID, str, datetime, datetime, date]]:
    lapsed = Q(state__in=("held", "pending_payment", "pending_approval"), expires_at__lte=now)
    near = Booking.objects.filter(
        among("tutor_id", tutor_ids),
        starts_at__gt=after,
        starts_at__lt=before,
        state__in=COUNTED_STATES,
        group=None,
    ).exclude(lapsed)
    rows = near.exclude(pk=without) if without else near
    return rows.values_list("tutor_id", "state", "blocked_from", "blocked_until", "on")


@prepared
def _busy(
    tutor_ids: list[UUID], after: datetime, before: datetime
) -> QuerySet[BusyTime, tuple[UUID, datetime, datetime]]:
    near = BusyTime.objects.filter(ends_at__gt=after, starts_at__lt=before)
    return near.filter(among("tutor_id", tutor_ids)).values_list("tutor_id", "starts_at", "ends_at")


@prepared
def _groups(
    tutor_ids: list[UUID], after: datetime, before: datetime
) -> QuerySet[GroupSession, tuple[UUID, str, datetime, datetime, date]]:
    """Classes take the tutor's time with or without anybody in them, and count once."""
    near = GroupSession.objects.filter(starts_at__gt=after, starts_at__lt=before)
    found = near.filter(among("tutor_id", tutor_ids)).exclude(state=GroupSession.State.CANCELLED)
    return found.values_list("tutor_id", "state", "blocked_from", "blocked_until", "on")


@as_system("what stands in a diary decides what is free; who stands there is not told")
def is_busy_elsewhere(row: Booking) -> bool:
    """Whether the tutor's own calendars, as far as we read them, have something then. That one of
    them was not seen for a day closes what can be booked, not what is held."""
    busy = BusyTime.objects.filter(
        tutor_id=row.tutor_id, starts_at__lt=row.blocked_until, ends_at__gt=row.blocked_from
    )
    return busy.exclude(reference=BusyTime.UNSEEN).exists()


def diary(
    schedule: Schedule, between: Span, *, now: datetime, without: UUID | None = None
) -> Diary:
    known = taken(schedule.tutor_id, between, now=now, without=without)
    return Diary(rules_of(schedule), known, now=now)


def diaries(tutor_ids: Sequence[UUID], between: Span, *, now: datetime) -> dict[UUID, Diary]:
    """Of those who take bookings, with six queries however many they are."""
    known = taken_of(tutor_ids, between, now=now)
    open_ones = list(_open_schedules(list(tutor_ids)))
    rules = _rules_of_many(open_ones) if open_ones else {}
    return {key: Diary(found, known[key], now=now) for key, found in rules.items()}


def _rules_of_many(schedules: Sequence[Schedule]) -> dict[UUID, Rules]:
    """Bare columns: prefetching makes a manager for each schedule, which costs more than all the
    rest of a search by time."""
    keys = [row.pk for row in schedules]
    weekly: dict[UUID, list[tuple[int, Hours]]] = {key: [] for key in keys}
    for key, day, starts, ends in _weekly_hours(keys):
        weekly[key].append((day, Hours(starts, ends)))
    overrides: dict[UUID, dict[date, tuple[Hours, ...]]] = {key: {} for key in keys}
    for key, on, windows in _overrides(keys):
        overrides[key][on] = hours_of(windows)
    return {row.pk: _rules(row, _by_day(weekly[row.pk]), overrides[row.pk]) for row in schedules}


@prepared
def _open_schedules(tutor_ids: list[UUID]) -> QuerySet[Schedule]:
    return Schedule.objects.filter(among("tutor_id", tutor_ids), is_open=True)


@prepared
def _weekly_hours(schedule_ids: list[UUID]) -> QuerySet[WeeklyHours, tuple[UUID, int, time, time]]:
    rows = WeeklyHours.objects.filter(among("schedule_id", schedule_ids))
    ordered = rows.order_by("day_of_week", "starts")
    return ordered.values_list("schedule_id", "day_of_week", "starts", "ends")


@prepared
def _overrides(schedule_ids: list[UUID]) -> QuerySet[DateOverride, tuple[UUID, date, Any]]:
    rows = DateOverride.objects.filter(among("schedule_id", schedule_ids))
    return rows.values_list("schedule_id", "on", "windows")


def free_starts(free: FreeAt, tutor_ids: Sequence[UUID]) -> dict[UUID, list[datetime]]:
    """When each of these tutors has a lesson that fits, by their diaries; who has none is left
    out or has an empty list."""
    return finding.exact(free, tutor_ids, diaries, now=timezone.now())


def slots(
    schedule: Schedule, between: Span, *, minutes: int, zone: str, now: datetime
) -> list[Day]:
    """Free starts by the dates of `zone`, days without any left out."""
    found = diary(schedule, between, now=now).offered(between, minutes=minutes)
    days: dict[date, list[Slot]] = {}
    for start in found:
        on = start.astimezone(ZoneInfo(zone)).date()
        days.setdefault(on, []).append(Slot(start, start + timedelta(minutes=minutes)))
    return [Day(on, free) for on, free in days.items()]


@as_system("what stands in a diary decides what is free; who stands there is not told")
def unseen(tutor_id: UUID) -> set[str]:
    """Sources of those of somebody's calendars that were not seen for a day; where there is one,
    none of their times is offered."""
    marks = BusyTime.objects.filter(tutor_id=tutor_id, reference=BusyTime.UNSEEN)
    return set(marks.values_list("source", flat=True))


def instead_of(row: Booking, *, now: datetime, most: int = 3) -> list[datetime]:
    """Free times of the same tutor and length within a week of a lesson that cannot be: those
    nearest to it, in their order."""
    schedule = schedule_of(row.tutor_id)
    if schedule is None or not schedule.is_open:
        return []
    between = Span(max(now, row.starts_at - _NEAR), max(now, row.starts_at) + _NEAR)
    found = diary(schedule, between, now=now).offered(between, minutes=row.minutes)
    return sorted(sorted(found, key=lambda start: abs(start - row.starts_at))[:most])


def next_lesson(user_id: UUID, *, now: datetime) -> Booking | None:
    """The first that stands and is not over, taken or given, with its people and its kind."""
    found: Booking | None = first(_next_lesson(user_id, now))
    return found


@prepared
def _next_lesson(user_id: UUID, now: datetime) -> QuerySet[Booking]:
    stands = (Booking.State.CONFIRMED, Booking.State.IN_PROGRESS)
    rows = Booking.objects.concerning([user_id]).filter(state__in=stands, ends_at__gt=now)
    people = rows.select_related("tutor", "student", "lesson_type")
    return people.order_by("starts_at", "pk")[:1]


def lesson_types(tutor_id: UUID) -> list[LessonType]:
    return list(LessonType.objects.filter(tutor_id=tutor_id, is_offered=True))


def availability(schedule: Schedule) -> dict[str, Any]:
    """As the API reads and writes it."""
    return {
        "time_zone": schedule.time_zone,
        "weekly": [
            {"day_of_week": row.day_of_week, "start": clock(row.starts), "end": clock(row.ends)}
            for row in schedule.weekly.all()
        ],
        "overrides": [
            {
                "date": row.on.isoformat(),
                "windows": [{"start": start, "end": end} for start, end in row.windows],
            }
            for row in schedule.overrides.all()
        ],
        "slot_minutes": schedule.slot_minutes,
        "buffer_before": schedule.buffer_before,
        "buffer_after": schedule.buffer_after,
        "notice_minutes": schedule.notice_minutes,
        "horizon_days": schedule.horizon_days,
        "max_per_day": schedule.max_per_day,
        "max_per_week": schedule.max_per_week,
        "cancellation": schedule.cancellation,
        "needs_approval": schedule.needs_approval,
        "is_open": schedule.is_open,
    }


def clock(moment: time) -> str:
    return f"{moment:%H:%M}"
