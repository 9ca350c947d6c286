"""Days in a row: what counts, what is forgiven, and when it ends. Pure, without a clock.

Active days add. Rest days neither break nor add. A missed day is bridged by a freeze, the oldest
first; seven days of a run earn one, and two are held at most. A gap is only a gap when a whole
date was missed and more than 36 hours passed, so that no flight and no clock change ends a run.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

FREEZE_EVERY = 7
MOST_FREEZES = 2
MOST_REST_DAYS = 2
GRACE = timedelta(hours=36)
ZONE_KEPT = timedelta(hours=24)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """A date something counted on, from its first to its last moment."""

    on: date
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class Rests:
    """Weekdays of rest (0 Monday), each choice from its date on; the latest first."""

    choices: tuple[tuple[date, frozenset[int]], ...] = ()

    def on(self, day: date) -> bool:
        for since, weekdays in self.choices:
            if since <= day:
                return day.weekday() in weekdays
        return False


@dataclass(frozen=True)
class Streak:
    """As it stood at the last thing that counted."""

    run: int = 0
    longest: int = 0
    last_on: date | None = None
    last_at: datetime | None = None
    freezes: int = 0
    frozen_on: tuple[date, ...] = ()


@dataclass(frozen=True)
class Standing:
    """As it stands now. `pending` are missed days a freeze is keeping open."""

    current: int
    freezes: int
    pending: tuple[date, ...] = ()


def calendar_zone(wanted: str, kept: str, since: datetime | None, now: datetime) -> str:
    """The zone days are counted in: the wanted one, unless the last change is not a day old."""
    if not kept or wanted == kept:
        return wanted or "UTC"
    if since is not None and now - since < ZONE_KEPT:
        return kept
    return wanted or "UTC"


def local_date(zone: str, moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def replay(days: Iterable[Day], rests: Rests) -> Streak:
    """The streak after these days, in the order of their dates."""
    streak = Streak()
    for day in days:
        streak = _after(streak, day, rests)
    return streak


def _after(streak: Streak, day: Day, rests: Rests) -> Streak:
    missed = missed_before(streak, day.on, day.first_at, rests)
    kept = streak.last_on is not None and len(missed) <= streak.freezes
    used = missed[: streak.freezes]
    run = streak.run + 1 if kept else 1
    freezes = streak.freezes - len(used)
    if run % FREEZE_EVERY == 0:
        freezes = min(MOST_FREEZES, freezes + 1)
    return Streak(
        run=run,
        longest=max(streak.longest, run),
        last_on=day.on,
        last_at=max(day.last_at, streak.last_at or day.last_at),
        freezes=freezes,
        frozen_on=streak.frozen_on + used,
    )


def missed_before(streak: Streak, today: date, now: datetime, rests: Rests) -> tuple[date, ...]:
    """The dates missed between the last active one and today; one more than the freezes held says
    all there is to say, so no more are looked for."""
    if streak.last_on is None or streak.last_at is None or now - streak.last_at <= GRACE:
        return ()
    gap = (day for day in _between(streak.last_on, today) if not rests.on(day))
    return tuple(islice(gap, streak.freezes + 1))


def _between(after: date, before: date) -> Iterator[date]:
    return (after + n * _DAY for n in range(1, (before - after).days))


def holds_on(streak: Streak, rests: Rests) -> date | None:
    """The last date on which the run still holds: that of the first missed day no freeze is left
    for, because a day is only missed once it is over."""
    if streak.last_on is None:
        return None
    workdays = (day for n in range(1, 60) if not rests.on(day := streak.last_on + n * _DAY))
    return next(islice(workdays, streak.freezes, None))


def holds(until: date | None, last_at: datetime | None, *, today: date, now: datetime) -> bool:
    """Whether a run still stands, from what is kept beside it; nothing has to run at midnight."""
    if until is None or last_at is None:
        return False
    return today <= until or now - last_at <= GRACE


def standing(streak: Streak, *, today: date, now: datetime, rests: Rests) -> Standing:
    """The same, with the freezes that are being used up while nothing happens."""
    missed = missed_before(streak, today, now, rests)
    left = streak.freezes - len(missed)
    if streak.last_on is None or left < 0:
        return Standing(0, max(left, 0))
    return Standing(streak.run, left, missed)


def shortened(streak: Streak, most: int) -> Streak:
    """With the latest `most` frozen days: older ones are history nobody looks at."""
    return replace(streak, frozen_on=streak.frozen_on[-most:])
