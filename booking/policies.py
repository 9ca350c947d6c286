"""What a student who cancels gets back. Boundaries are inclusive and count elapsed time, so a clock
change moves none."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tutorme.core.money import Money


@dataclass(frozen=True)
class Policy:
    """`tiers` are (time before the start, per cent given back), the longest first."""

    sentence: str | Promise
    tiers: tuple[tuple[timedelta, int], ...]

    @property
    def most(self) -> int:
        return self.tiers[0][1]

    def percent(self, *, starts_at: datetime, cancelled_at: datetime) -> int:
        ahead = starts_at - cancelled_at
        return next((percent for least, percent in self.tiers if ahead >= least), 0)


POLICIES = {
    "flexible": Policy(
        _("Everything back until 12 hours before the lesson."), ((timedelta(hours=12), 100),)
    ),
    "moderate": Policy(
        _("Everything back until 24 hours before the lesson, half until 12 hours before."),
        ((timedelta(hours=24), 100), (timedelta(hours=12), 50)),
    ),
    "strict": Policy(
        _("Half back until 48 hours before the lesson."), ((timedelta(hours=48), 50),)
    ),
}


TRIAL = _("A trial is cancelled without cost.")


def sentence(cancellation: str, *, is_trial: bool) -> str | Promise:
    """What a student is told before they book."""
    return TRIAL if is_trial else POLICIES[cancellation].sentence


def share(price: Money, percent: int) -> Money:
    """Rounded down to the minor unit: what is kept is never less than agreed."""
    return Money(price.minor * percent // 100, price.currency)
