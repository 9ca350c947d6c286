"""What keeps somebody going, read: the streak as it stands now, and what they want to see."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from courses import streaks
from courses.models import ActivityDay, Motivation, RestChoice
from tutorme.core.prepared import first, prepared


def motivation_of(user: Any) -> Motivation:
    """One query; unsaved where nothing was done or chosen yet."""
    found: Motivation = first(_motivation(user.pk)) or Motivation(user_id=user.pk)
    found.user = user
    return found


@prepared
def _motivation(user_id: UUID) -> QuerySet[Motivation]:
    return Motivation.objects.filter(pk=user_id)[:1]


def local_today(mine: Motivation, now: datetime) -> date:
    """The one answer to what day it is for somebody."""
    zone = streaks.calendar_zone(mine.user.time_zone, mine.zone, mine.zone_since, now)
    return streaks.local_date(zone, now)


def current_streak(mine: Motivation, now: datetime) -> int:
    """Days in a row up to today or yesterday, rest days and freezes counted in; no query."""
    today = local_today(mine, now)
    stands = streaks.holds(mine.holds_on, mine.last_at, today=today, now=now)
    return mine.run if stands else 0


def is_calm(user_id: UUID) -> bool:
    return Motivation.objects.filter(pk=user_id, is_calm=True).exists()


def rests_of(user_id: UUID) -> streaks.Rests:
    rows = RestChoice.objects.filter(user_id=user_id).order_by("-from_on")
    chosen = rows.values_list("from_on", "weekdays")
    return streaks.Rests(tuple((since, frozenset(days)) for since, days in chosen))


def streak_of(user_id: UUID, rests: streaks.Rests) -> streaks.Streak:
    """From the days themselves."""
    rows = ActivityDay.objects.filter(user_id=user_id, first_at__isnull=False)
    days = rows.order_by("local_date").values_list("local_date", "first_at", "last_at")
    return streaks.replay(
        (streaks.Day(on, first, last) for on, first, last in days.iterator() if first and last),
        rests,
    )


@dataclass(frozen=True)
class Square:
    """A date of the calendar strip; `state` is active, rest, frozen, missed, today or ahead."""

    on: date
    state: str


@dataclass(frozen=True)
class Rhythm:
    """`weeks` run from Monday to Sunday, the last one being this one."""

    current: int
    longest: int
    freezes: int
    today: date
    rest_days: frozenset[int]
    next_rest_days: frozenset[int]
    weeks: tuple[tuple[Square, ...], ...]


def rhythm(mine: Motivation, now: datetime, *, weeks: int = 1) -> Rhythm:
    """Two queries beside the row that is given."""
    today, rests = local_today(mine, now), rests_of(mine.pk)
    streak = streaks.Streak(
        run=mine.run,
        longest=mine.longest,
        last_on=mine.last_on,
        last_at=mine.last_at,
        freezes=mine.freezes,
    )
    now_stands = streaks.standing(streak, today=today, now=now, rests=rests)
    first = today - timedelta(days=today.weekday() + 7 * (weeks - 1))
    frozen = frozenset(mine.frozen_on) | frozenset(now_stands.pending)
    squares = _squares(first, 7 * weeks, today, _active(mine.pk, first), frozen, rests)
    return Rhythm(
        current=now_stands.current,
        longest=mine.longest,
        freezes=now_stands.freezes,
        today=today,
        rest_days=_chosen(rests, today),
        next_rest_days=_chosen(rests, today + timedelta(days=1)),
        weeks=tuple(tuple(squares[n : n + 7]) for n in range(0, len(squares), 7)),
    )


def _active(user_id: UUID, first: date) -> frozenset[date]:
    rows = ActivityDay.objects.filter(
        user_id=user_id, local_date__gte=first, first_at__isnull=False
    )
    return frozenset(rows.values_list("local_date", flat=True))


def _squares(
    first: date,
    count: int,
    today: date,
    active: frozenset[date],
    frozen: frozenset[date],
    rests: streaks.Rests,
) -> list[Square]:
    def state(day: date) -> str:
        if day in active:
            return "active"
        if day > today:
            return "ahead"
        if rests.on(day):
            return "rest"
        if day == today:
            return "today"
        return "frozen" if day in frozen else "missed"

    return [Square(day, state(day)) for n in range(count) if (day := first + timedelta(days=n))]


def _chosen(rests: streaks.Rests, day: date) -> frozenset[int]:
    return next((days for since, days in rests.choices if since <= day), frozenset())
