"""What payments buy: time. Reckoned from the provider's list of payments alone, so it comes out the
same in whatever order and however often that list was read.

Each payment buys one interval of its price. It begins when it was paid, or when the time already
paid for ends, whichever is later; a payment that went back buys nothing.
"""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from payments.gateways.base import ProviderSale
from payments.models import PlanVersion

# A month from 28 February ends on 28 March; where the cycle began on a 31st it lasts until then.
_LONGEST_STEP = timedelta(days=4)
_ARRIVED = {"COMPLETED", "PARTIALLY_REFUNDED"}
# Our word, not the provider's: all of it came back as credit here.
GIVEN_BACK = "GIVEN_BACK"
_WENT_BACK = {"REFUNDED", GIVEN_BACK}


@dataclass(frozen=True)
class Bought:
    sale: ProviderSale
    version: PlanVersion
    starts_at: datetime
    ends_at: datetime
    is_good: bool


def reckon(
    sales: Sequence[ProviderSale], versions: Sequence[PlanVersion | None], began_at: datetime
) -> list[Bought]:
    """`sales` oldest first, each with the price it paid; one without a price is left out."""
    found: list[Bought] = []
    paid_until = began_at
    for sale, version in zip(sales, versions, strict=True):
        if version is None or sale.status not in _ARRIVED | _WENT_BACK:
            continue
        starts_at = max(sale.paid_at, paid_until)
        ends_at = _end(starts_at, began_at, version)
        is_good = sale.status in _ARRIVED
        paid_until = ends_at if is_good else paid_until
        found.append(Bought(sale, version, starts_at, ends_at, is_good))
    return found


def _end(starts_at: datetime, began_at: datetime, version: PlanVersion) -> datetime:
    end = later(starts_at, version.unit, version.count)
    for day in _cycle(began_at, version, until=end + _LONGEST_STEP):
        if end < day <= end + _LONGEST_STEP:
            return day
    return end


def _cycle(began_at: datetime, version: PlanVersion, *, until: datetime) -> Iterable[datetime]:
    """The days on which the provider asks the bank, counted from the first."""
    step, day = 0, began_at
    while day <= until:
        yield day
        step += 1
        day = later(began_at, version.unit, version.count * step)


def later(start: datetime, unit: str, count: int) -> datetime:
    """`count` weeks, months or years later; a day that month lacks becomes its last."""
    if unit == PlanVersion.Unit.WEEK:
        return start + timedelta(weeks=count)
    months = start.month - 1 + count * (12 if unit == PlanVersion.Unit.YEAR else 1)
    year, month = start.year + months // 12, months % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return start.replace(year=year, month=month, day=min(start.day, last))
