"""What is reported to those who teach and those who run the site.

Each app declares its part in a `report_parts.py`, found at start, from its own rows:

    @reports.part("lessons", Report.TEACHING, _("Lessons"), order=20)
    def lessons(asked: Asked) -> Iterator[Line]:
        yield Line("lessons.given", _("Lessons given"), Unit.COUNT, total=12, steps={…})

Days, weeks and months are those of the reader's zone. Amounts are minor units of the line's
currency; currencies are never added up.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.db.models.functions import Trunc
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tutorme.core.errors import ReportPeriodRefused
from tutorme.core.money import Money
from tutorme.core.row_security import as_system

TextLike = str | Promise
# Longer than this a report has more steps than anybody reads.
LONGEST_DAYS = 366 * 3
# So that a chart has at most fourteen bars, but for years.
_DAYS_OF_DAYS, _DAYS_OF_WEEKS = 14, 92


class Report(StrEnum):
    """One a reader: `teaching` speaks of one tutor, `business` of the whole site."""

    TEACHING = "teaching"
    BUSINESS = "business"


class Unit(StrEnum):
    COUNT = "count"
    MONEY = "money"
    PERCENT = "percent"
    SECONDS = "seconds"
    STARS = "stars"


class Step(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True)
class Period:
    """From the beginning of `first` to the end of `last`, by the clock of `zone`."""

    first: date
    last: date
    zone: str

    def __post_init__(self) -> None:
        if not date(2000, 1, 1) <= self.first <= self.last <= date(2099, 12, 31):
            raise ReportPeriodRefused(_("The last day comes before the first."))
        if self.days > LONGEST_DAYS:
            raise ReportPeriodRefused(_("A report covers three years at most."))

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        return self._midnight(self.first)

    @property
    def end(self) -> datetime:
        """Where the day after begins."""
        return self._midnight(self.last + timedelta(days=1))

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=ZoneInfo(self.zone))

    @property
    def is_over(self) -> bool:
        return self.end <= timezone.now()

    @property
    def step(self) -> Step:
        if self.days <= _DAYS_OF_DAYS:
            return Step.DAY
        return Step.WEEK if self.days <= _DAYS_OF_WEEKS else Step.MONTH

    def steps(self) -> list[date]:
        """The first day of each step; weeks begin on Monday."""
        found = [self._beginning(self.first)]
        while (following := self._following(found[-1])) <= self.last:
            found.append(following)
        return found

    def _beginning(self, day: date) -> date:
        if self.step is Step.WEEK:
            return day - timedelta(days=day.weekday())
        return day.replace(day=1) if self.step is Step.MONTH else day

    def _following(self, day: date) -> date:
        if self.step is Step.MONTH:
            return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
        return day + timedelta(days=7 if self.step is Step.WEEK else 1)

    def before(self) -> "Period":
        """As many days before it, to compare with."""
        last = self.first - timedelta(days=1)
        return Period(last - timedelta(days=self.days - 1), last, self.zone)


@dataclass(frozen=True)
class Asked:
    """`tutor_id` is whose teaching it is; None in a report on the site."""

    period: Period
    tutor_id: UUID | None = None

    @property
    def teacher(self) -> UUID:
        assert self.tutor_id is not None
        return self.tutor_id


@dataclass(frozen=True)
class Line:
    """`key` is stable, for programs. `total` is None where there is nothing to say (a share of
    nobody). `steps` hold what is not zero, by the first day of the step. Where `less_is_better`
    is true a rise is no good news."""

    key: str
    label: TextLike
    unit: Unit
    total: float | None
    steps: Mapping[date, float] = field(default_factory=dict)
    currency: str = ""
    less_is_better: bool = False


Tell = Callable[[Asked], Iterator[Line]]


@dataclass(frozen=True)
class Part:
    name: str
    report: Report
    title: TextLike
    order: int
    tell: Tell


@dataclass(frozen=True)
class Told:
    """A part with its lines."""

    name: str
    title: TextLike
    lines: Sequence[Line]


_parts: dict[tuple[Report, str], Part] = {}


def part(name: str, report: Report, title: TextLike, *, order: int) -> Callable[[Tell], Tell]:
    def register(tell: Tell) -> Tell:
        _parts[report, name] = Part(name, report, title, order, tell)
        return tell

    return register


def parts(report: Report) -> list[Part]:
    return sorted(
        (one for one in _parts.values() if one.report is report), key=lambda one: one.order
    )


@as_system("a report adds up; it names nobody")
def tell(report: Report, asked: Asked) -> list[Told]:
    """Every part that has anything to say."""
    told = [Told(one.name, one.title, list(one.tell(asked))) for one in parts(report)]
    return [one for one in told if one.lines]


def rows_by_step(
    rows: QuerySet[Any], column: str, period: Period, *by: str, **sums: Any
) -> list[dict[str, Any]]:
    """`rows` whose `column` lies in the period, as `on` (the step's first day), what `by` names and
    the aggregates; one query."""
    within = rows.filter((f"{column}__gte", period.start), (f"{column}__lt", period.end))
    step_on = Trunc(column, str(period.step), tzinfo=ZoneInfo(period.zone))
    grouped = within.order_by().annotate(step_on=step_on).values("step_on", *by).annotate(**sums)
    return [{**row, "on": row["step_on"].date()} for row in grouped]


def counted(
    key: str, label: TextLike, rows: Iterable[dict[str, Any]], name: str = "count", **more: Any
) -> Line:
    """A line of counts out of `rows_by_step`."""
    steps: dict[date, float] = {}
    for row in rows:
        if row[name]:
            steps[row["on"]] = steps.get(row["on"], 0) + row[name]
    return Line(key, label, Unit.COUNT, sum(steps.values()), steps, **more)


def amounts(
    key: str, label: TextLike, rows: Iterable[dict[str, Any]], name: str = "minor", **more: Any
) -> Iterator[Line]:
    """A line of money for each currency in `rows`, which have a `currency`."""
    found: dict[str, dict[date, float]] = {}
    for row in rows:
        if row[name]:
            steps = found.setdefault(row["currency"], {})
            steps[row["on"]] = steps.get(row["on"], 0) + row[name]
    for currency, steps in sorted(found.items()):
        yield Line(key, label, Unit.MONEY, sum(steps.values()), steps, currency, **more)


def percent(part_of: float, whole: float) -> float | None:
    return round(100 * part_of / whole, 1) if whole else None


def as_number(line: Line, value: float | None) -> str:
    """For files and programs: a point for a decimal point, amounts in the currency's own decimals,
    nothing for nothing."""
    if value is None:
        return ""
    if line.unit is Unit.MONEY:
        return str(Money(int(value), line.currency).amount)
    return str(int(value)) if value == int(value) else str(round(value, 2))
