"""What a student looks for in a tutor. Pure."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from booking.walltime import Hours, Span, instants, unite

DAYS_AHEAD = 14
LEVELS = ("beginner", "intermediate", "advanced", "expert")


@dataclass(frozen=True)
class Window:
    """Hours of a weekday in the student's own zone; 0 is Sunday. An end at or before the start is
    on the next day."""

    day_of_week: int
    start: time
    end: time

    def as_json(self) -> dict[str, Any]:
        return {
            "day_of_week": self.day_of_week,
            "start": f"{self.start:%H:%M}",
            "end": f"{self.end:%H:%M}",
        }


@dataclass(frozen=True)
class Wishes:
    """`subjects` are slugs, `families` whole families of them; one of the two is named. `budget` is
    by the hour, in minor units of `currency`; `is_strict` leaves out whoever asks more."""

    subjects: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    level: str = ""
    languages: tuple[str, ...] = ()
    budget_minor: int | None = None
    currency: str = ""
    is_strict: bool = False
    minutes: int = 60
    windows: tuple[Window, ...] = ()
    goals: tuple[str, ...] = ()
    zone: str = "UTC"
    note: str = field(default="")

    def as_json(self) -> dict[str, Any]:
        said = {**asdict(self), "windows": [window.as_json() for window in self.windows]}
        return {name: list(v) if isinstance(v, tuple) else v for name, v in said.items()}


def spans(wishes: Wishes, now: datetime) -> list[Span]:
    """When a lesson may lie, in UTC: all of the next fourteen days where no hours are named."""
    whole = Span(now, now + timedelta(days=DAYS_AHEAD))
    if not wishes.windows:
        return [whole]
    first = now.astimezone(ZoneInfo(wishes.zone)).date()
    found = unite(_instants(wishes, first))
    return [
        Span(max(span.start, whole.start), min(span.end, whole.end))
        for span in found
        if span.overlaps(whole)
    ]


def _instants(wishes: Wishes, first: date) -> Iterator[Span]:
    for ahead in range(-1, DAYS_AHEAD + 1):
        on = first + timedelta(days=ahead)
        for window in wishes.windows:
            if window.day_of_week == on.isoweekday() % 7:
                yield from instants(wishes.zone, on, Hours(window.start, window.end))


def offset_seconds(zone: str, now: datetime) -> int:
    shift = now.astimezone(UTC).astimezone(ZoneInfo(zone)).utcoffset()
    assert shift is not None
    return int(shift.total_seconds())
