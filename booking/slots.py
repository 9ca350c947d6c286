"""When a tutor can be booked: one pure function that lists and decides.

`Diary.reason` is that function. The list is every start of the grid for which it has no objection;
creating a booking asks it again, with what was read under the tutor's lock. No database, no clock.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from booking.walltime import DAY, Hours, Span, instants, unite

# A window may cross midnight and a lesson may run into the next window.
_NEIGHBOURS = 2


class Reason(StrEnum):
    """Why a start is not offered; the word is part of the API."""

    OUTSIDE_HOURS = "outside-hours"
    OFF_GRID = "off-grid"
    TAKEN = "taken"
    TOO_SOON = "too-soon"
    TOO_FAR = "too-far"
    DAY_FULL = "day-full"
    WEEK_FULL = "week-full"


@dataclass(frozen=True)
class Rules:
    """What a tutor set. Days of the week count from 0, Sunday; an override replaces its date, and
    one without hours closes it. `step_minutes` of None is the lesson's own length."""

    zone: str
    weekly: Mapping[int, tuple[Hours, ...]]
    overrides: Mapping[date, tuple[Hours, ...]] = field(default_factory=dict)
    step_minutes: int | None = None
    buffer_before: timedelta = timedelta(0)
    buffer_after: timedelta = timedelta(0)
    notice: timedelta = timedelta(0)
    horizon_days: int = 60
    max_per_day: int | None = None
    max_per_week: int | None = None

    def hours_on(self, on: date) -> tuple[Hours, ...]:
        if on in self.overrides:
            return self.overrides[on]
        return self.weekly.get(on.isoweekday() % 7, ())


@dataclass(frozen=True)
class Taken:
    """What is already in the tutor's diary. `blocked` has lessons with their buffers around them
    and busy times from elsewhere; `lessons` counts the tutor's dates of lessons that stand."""

    blocked: tuple[Span, ...] = ()
    lessons: Mapping[date, int] = field(default_factory=dict)


class Diary:
    """The rules applied to a stretch of dates. Made for one question, then thrown away."""

    def __init__(self, rules: Rules, taken: Taken, *, now: datetime) -> None:
        self.rules = rules
        self.now = now
        self.zone = ZoneInfo(rules.zone)
        self._blocked = unite(taken.blocked)
        self._starts = [span.start for span in self._blocked]
        self._lessons = taken.lessons
        self._pieces: dict[date, list[Span]] = {}
        self._hours: dict[tuple[date, date], list[Span]] = {}

    def offered(self, between: Span, *, minutes: int) -> list[datetime]:
        """Starts within `between` at which a lesson of that many minutes can be booked."""
        starts = (start for start in self._grid(between, minutes) if between.start <= start)
        return [
            start
            for start in starts
            if start < between.end and self._objection(start, minutes) is None
        ]

    def reason(self, start: datetime, *, minutes: int) -> Reason | None:
        """Why a lesson cannot start then; None where it can."""
        objection = self._objection(start, minutes)
        if objection is Reason.OUTSIDE_HOURS:
            return objection
        if start not in set(self._grid(Span(start, start), minutes)):
            return Reason.OFF_GRID
        return objection

    def blocked(self, start: datetime, *, minutes: int) -> Span:
        """What a lesson takes of the tutor's time: the buffers of two lessons in a row add up."""
        end = start + timedelta(minutes=minutes)
        return Span(start - self.rules.buffer_before, end + self.rules.buffer_after)

    def is_taken(self, start: datetime, *, minutes: int) -> bool:
        """Whether something else is in the diary then, whatever the hours say."""
        return self._is_taken(self.blocked(start, minutes=minutes))

    def date_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    @cached_property
    def _last_date(self) -> date:
        return self.date_of(self.now) + timedelta(days=self.rules.horizon_days)

    def _objection(self, start: datetime, minutes: int) -> Reason | None:
        if not self._is_open(Span(start, start + timedelta(minutes=minutes))):
            return Reason.OUTSIDE_HOURS
        if start < self.now + self.rules.notice:
            return Reason.TOO_SOON
        on = self.date_of(start)
        if on > self._last_date:
            return Reason.TOO_FAR
        if self._is_taken(self.blocked(start, minutes=minutes)):
            return Reason.TAKEN
        return self._full(on)

    def _full(self, on: date) -> Reason | None:
        """Limits count by the tutor's dates; a week begins on Monday."""
        most, in_week = self.rules.max_per_day, self.rules.max_per_week
        if most is not None and self._lessons.get(on, 0) >= most:
            return Reason.DAY_FULL
        if in_week is None:
            return None
        monday = on - on.weekday() * DAY
        had = sum(self._lessons.get(monday + n * DAY, 0) for n in range(7))
        return Reason.WEEK_FULL if had >= in_week else None

    def _is_taken(self, wanted: Span) -> bool:
        at = bisect_right(self._starts, wanted.start)
        near = self._blocked[max(0, at - 1) : at + 1]
        return any(span.overlaps(wanted) for span in near)

    def _is_open(self, lesson: Span) -> bool:
        """Whether the lesson lies within stated hours, which may touch across dates."""
        dates = self.date_of(lesson.start), self.date_of(lesson.end)
        if dates not in self._hours:
            pieces = (piece for on in self._dates(lesson) for piece in self.pieces(on))
            self._hours[dates] = unite(pieces)
        return any(span.contains(lesson) for span in self._hours[dates])

    def _grid(self, between: Span, minutes: int) -> Iterator[datetime]:
        """Starts anchored at each piece's own start, never at what a booking left over."""
        step = timedelta(minutes=self.rules.step_minutes or minutes)
        found: set[datetime] = set()
        for on in self._dates(between):
            for piece in self.pieces(on):
                found.update(_steps(piece, step))
        return iter(sorted(found))

    def _dates(self, span: Span) -> Iterable[date]:
        first = self.date_of(span.start) - _NEIGHBOURS * DAY
        last = self.date_of(span.end) + _NEIGHBOURS * DAY
        return (first + timedelta(days=n) for n in range((last - first).days + 1))

    def pieces(self, on: date) -> list[Span]:
        """The instants of that date's hours. Those that cross midnight end there where the next
        date has rules of its own."""
        if on not in self._pieces:
            clipped = on + DAY in self.rules.overrides
            self._pieces[on] = unite(
                span
                for hours in self.rules.hours_on(on)
                for span in instants(self.rules.zone, on, hours, until_midnight=clipped)
            )
        return self._pieces[on]


def _steps(piece: Span, step: timedelta) -> Iterator[datetime]:
    start = piece.start
    while start < piece.end:
        yield start
        start += step
