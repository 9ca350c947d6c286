"""A tutor's hours. Written as a whole under the row's lock: half of a week is nobody's wish."""

from datetime import date, time
from itertools import pairwise
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction

from booking.errors import ScheduleMissing
from booking.events import AvailabilityChanged
from booking.models import DateOverride, Schedule, WeeklyHours
from booking.walltime import DAY, Hours, Span, instants
from tutorme.core import outbox
from tutorme.core.errors import InvalidInput, PreconditionFailed

FIGURES = (
    "time_zone",
    "slot_minutes",
    "buffer_before",
    "buffer_after",
    "notice_minutes",
    "horizon_days",
    "max_per_day",
    "max_per_week",
    "cancellation",
    "needs_approval",
    "is_open",
)
# A Monday with no clock change anywhere near it, to compare windows on.
_PLAIN = date(2024, 1, 8)


class Week(TypedDict):
    day_of_week: int
    start: time
    end: time


def ensure(*, tutor_id: UUID, time_zone: str) -> Schedule:
    """The tutor's schedule; an empty one in the given zone where there was none."""
    Schedule.objects.bulk_create(
        [Schedule(tutor_id=tutor_id, time_zone=time_zone)], ignore_conflicts=True
    )
    return Schedule.objects.get(tutor_id=tutor_id)


@transaction.atomic
def change(
    *, tutor_id: UUID, changes: dict[str, Any], expected_version: int | None = None
) -> Schedule:
    """Replaces what `changes` names: figures, `weekly`, `overrides`. Bookings that stand are not
    touched. `expected_version` refuses an edit made on an older one."""
    row = Schedule.objects.select_for_update().filter(tutor_id=tutor_id).first()
    if row is None:
        raise ScheduleMissing
    if expected_version not in {None, row.version}:
        raise PreconditionFailed
    for name in FIGURES:
        if name in changes:
            setattr(row, name, changes[name])
    row.version = row.version + 1
    row.save()
    if "weekly" in changes:
        _replace_week(row, changes["weekly"])
    if "overrides" in changes:
        _replace_overrides(row, changes["overrides"])
    outbox.record(AvailabilityChanged(tutor_id), actor_id=tutor_id)
    return row


def _replace_week(schedule: Schedule, week: list[Week]) -> None:
    _refuse_overlaps(
        [
            span
            for window in week
            for span in _of_week(window["day_of_week"], Hours(window["start"], window["end"]))
        ],
        "/weekly",
    )
    schedule.weekly.all().delete()
    WeeklyHours.objects.bulk_create(
        WeeklyHours(
            schedule=schedule,
            day_of_week=window["day_of_week"],
            starts=window["start"],
            ends=window["end"],
        )
        for window in week
    )


def _of_week(day_of_week: int, hours: Hours) -> list[Span]:
    """On an endless week: what crosses its end comes in at its start as well."""
    on = _PLAIN + (day_of_week - 1) % 7 * DAY
    return [span for shift in (0, 7) for span in instants("UTC", on + shift * DAY, hours)]


def _replace_overrides(schedule: Schedule, overrides: list[dict[str, Any]]) -> None:
    dates = [each["date"] for each in overrides]
    if len(set(dates)) != len(dates):
        raise _invalid("/overrides", "A date is named twice.")
    for each in overrides:
        hours = [Hours(window["start"], window["end"]) for window in each["windows"]]
        spans = [span for one in hours for span in instants("UTC", _PLAIN, one)]
        _refuse_overlaps(spans, "/overrides")
    schedule.overrides.all().delete()
    DateOverride.objects.bulk_create(
        DateOverride(
            schedule=schedule,
            on=each["date"],
            windows=[
                [f"{window['start']:%H:%M}", f"{window['end']:%H:%M}"] for window in each["windows"]
            ],
        )
        for each in overrides
    )


def _refuse_overlaps(spans: list[Span], pointer: str) -> None:
    ordered = sorted(spans)
    for one, following in pairwise(ordered):
        if one.overlaps(following):
            raise _invalid(pointer, "Two windows overlap.")


def _invalid(pointer: str, detail: str) -> InvalidInput:
    return InvalidInput(errors=[{"pointer": pointer, "code": "overlap", "detail": detail}])
