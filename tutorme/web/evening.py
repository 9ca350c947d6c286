"""Whom the front door shows: tutors who are free this evening by the visitor's clock, else those
who are free next, else those who came last."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.utils import timezone

from accounts.directory import LONGEST, FreeAt
from accounts.queries import tutors
from accounts.queries.tutors import Card

_BEGINS = time(17)
_PEOPLE, _TIMES = 3, 3


@dataclass(frozen=True)
class Door:
    """`first` is the first time anybody shown has; None where nobody has any."""

    cards: Sequence[Card]
    first: datetime | None
    is_evening: bool = False

    @property
    def is_next(self) -> bool:
        return bool(self.first) and not self.is_evening


def door(now: datetime) -> Door:
    """Three queries; one more where nobody is free this evening."""
    found = tutors.first_free(evening(now), _PEOPLE, times=_TIMES)
    if found:
        return Door(found, found[0].starts[0], is_evening=True)
    ahead = FreeAt(now, now + LONGEST)
    others = tutors.first_free(ahead, _PEOPLE, times=_TIMES, or_newest=True)
    return Door(others, next((start for card in others for start in card.starts), None))


def evening(now: datetime) -> FreeAt:
    """From five to midnight, or what is left of it, in the zone this is shown in."""
    zone = timezone.get_current_timezone()
    today = now.astimezone(zone).date()
    begin = max(datetime.combine(today, _BEGINS, zone), now)
    end = datetime.combine(today + timedelta(days=1), time(0), zone)
    return FreeAt(begin.astimezone(UTC), end.astimezone(UTC))
