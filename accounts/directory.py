"""What the apps above know of a tutor's time, for the directory: told by them, asked here.

Accounts stands below booking and cannot look into its tables; without booking nobody is free."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, Value
from django.db.models.expressions import Combinable

LONGEST = timedelta(days=31)


@dataclass(frozen=True)
class FreeAt:
    """A lesson that begins and ends within [starts_at, ends_at); of so many minutes, or of any
    length the tutor offers."""

    starts_at: datetime
    ends_at: datetime
    minutes: int | None = None


@dataclass(frozen=True)
class Almanac:
    """`matching` narrows a list of profiles by what was noted down beforehand; `starts` looks into
    each of these tutors' diaries and leaves out who has no time after all. `rated` leaves those
    whose learners give them so many of five stars on the mean; `rank` is a whole number by which
    who is rated well by many comes first, `noted` everybody who has a time then by what was noted
    down, each with the first of them (a list of pairs, to be joined in a statement); `moments` are
    the first so many that were noted down of each profile, as a column."""

    matching: Callable[[FreeAt], Q]
    rated: Callable[[Decimal], Q]
    rank: Callable[[], Combinable]
    noted: Callable[[FreeAt], QuerySet[Any, tuple[UUID, datetime]]]
    moments: Callable[[FreeAt, int], Combinable]
    starts: Callable[[FreeAt, Sequence[UUID]], dict[UUID, list[datetime]]]


_told: list[Almanac] = []


def tell(almanac: Almanac) -> None:
    _told[:] = [almanac]


def matching(free: FreeAt) -> Q:
    return _told[0].matching(free) if _told else Q(pk__in=[])


def rated(least: Decimal) -> Q:
    return _told[0].rated(least) if _told else Q(pk__in=[])


def rank() -> Combinable:
    return _told[0].rank() if _told else Value(0)


def noted(free: FreeAt) -> QuerySet[Any, tuple[UUID, datetime]] | None:
    """None where nobody tells."""
    return _told[0].noted(free) if _told else None


def moments(free: FreeAt, count: int) -> Combinable:
    return _told[0].moments(free, count) if _told else Value(None)


def starts(free: FreeAt, tutor_ids: Sequence[UUID]) -> dict[UUID, list[Any]]:
    return _told[0].starts(free, tutor_ids) if _told and tutor_ids else {}
