"""Wall time to instants. A zone's clock is cut into stretches of one UTC offset; a window of wall
time falls into each stretch as a plain shift, so that a gap holds nothing of it and a fold holds
it twice, by arithmetic and without a special case.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
# No zone is further from UTC, with a day to spare.
_REACH = timedelta(hours=40)
_PROBE = timedelta(hours=1)


@dataclass(frozen=True, order=True)
class Span:
    """A half-open stretch of time, [start, end), in UTC."""

    start: datetime
    end: datetime

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end

    def contains(self, other: "Span") -> bool:
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True)
class Hours:
    """Wall time within a day. An end at or before the start lies on the next day, so that an end
    of 00:00 is midnight."""

    start: time
    end: time


def unite(spans: Iterable[Span]) -> list[Span]:
    """In order, overlapping and touching ones joined."""
    united: list[Span] = []
    for span in sorted(spans):
        if united and span.start <= united[-1].end:
            united[-1] = Span(united[-1].start, max(united[-1].end, span.end))
        else:
            united.append(span)
    return united


def instants(zone: str, on: date, hours: Hours, *, until_midnight: bool = False) -> list[Span]:
    """When the clocks of `zone` show these hours of that date. `until_midnight` clips what would
    run into the next date."""
    start = datetime.combine(on, hours.start)
    end = datetime.combine(on, hours.end)
    if hours.end <= hours.start:
        end += DAY
    if until_midnight:
        end = min(end, datetime.combine(on, time(0)) + DAY)
    return unite(_shifted(zone, start, end))


def moment_of(zone: str, wall: datetime) -> datetime | None:
    """The first instant at which the clocks of `zone` show this naive wall time, in UTC; None in a
    gap, where they never do."""
    clock = ZoneInfo(zone)
    moment = wall.replace(tzinfo=clock).astimezone(UTC)
    return moment if moment.astimezone(clock).replace(tzinfo=None) == wall else None


def is_shown_twice(zone: str, wall: datetime) -> bool:
    """Whether the clocks of `zone` are put back over this wall time."""
    first = moment_of(zone, wall)
    second = wall.replace(tzinfo=ZoneInfo(zone), fold=1).astimezone(UTC)
    return first is not None and second > first


def _shifted(zone: str, start: datetime, end: datetime) -> Iterator[Span]:
    for stretch, offset in _stretches(zone, start, end):
        first = max(stretch.start, (start - offset).replace(tzinfo=UTC))
        last = min(stretch.end, (end - offset).replace(tzinfo=UTC))
        if first < last:
            yield Span(first, last)


def _stretches(zone: str, start: datetime, end: datetime) -> Iterator[tuple[Span, timedelta]]:
    """The stretches that can show a wall time between these two, with their offsets."""
    first = start.replace(tzinfo=UTC) - _REACH
    last = end.replace(tzinfo=UTC) + _REACH
    changes = [
        moment
        for year in range(first.year, last.year + 1)
        for moment in changes_of(zone, year)
        if first < moment < last
    ]
    edges = [first, *changes, last]
    for begin, finish in pairwise(edges):
        yield Span(begin, finish), _offset(zone, begin)


@lru_cache(maxsize=4096)
def changes_of(zone: str, year: int) -> tuple[datetime, ...]:
    """The instants of a year at which the zone's offset changes, to the second."""
    moment, end = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    found = []
    offset = _offset(zone, moment - _PROBE)
    moment -= _PROBE
    while moment < end - _PROBE:
        following = moment + _PROBE
        if _offset(zone, following) != offset:
            found.append(_change_within(zone, moment, following))
            offset = _offset(zone, following)
        moment = following
    return tuple(change for change in found if change.year == year)


def _change_within(zone: str, before: datetime, after: datetime) -> datetime:
    """Bisects to the first second of the new offset."""
    old = _offset(zone, before)
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if _offset(zone, middle) == old:
            before = middle
        else:
            after = middle
    return after


def _offset(zone: str, moment: datetime) -> timedelta:
    offset = moment.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return offset
