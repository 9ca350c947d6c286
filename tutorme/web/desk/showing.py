"""A report as people read it: figures beside those of the time before, and bars."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tutorme.core import reports
from tutorme.core.money import Money
from tutorme.core.report_exports import asked_by
from tutorme.core.reports import Line, Period, Report, Step, Told, Unit
from tutorme.web.charts import Row

# A part shows the course of so many of its figures, the rest stand in the table alone.
_CHARTS = 2


@dataclass(frozen=True)
class Figure:
    label: str | Promise
    now: str
    before: str
    note: str


@dataclass(frozen=True)
class Chart:
    label: str
    unit: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Shown:
    name: str
    title: str | Promise
    figures: Sequence[Figure]
    charts: Sequence[Chart]


def shown(owner: Any, report: Report, period: Period) -> list[Shown]:
    told = reports.tell(report, asked_by(owner, report, period))
    earlier = reports.tell(report, asked_by(owner, report, period.before()))
    return [_part(part, _lines(earlier, part.name), period) for part in told]


def _lines(told: Sequence[Told], name: str) -> dict[tuple[str, str], Line]:
    part = next((one for one in told if one.name == name), None)
    return {(line.key, line.currency): line for line in part.lines} if part else {}


def _part(told: Told, earlier: dict[tuple[str, str], Line], period: Period) -> Shown:
    figures = [_figure(line, earlier.get((line.key, line.currency))) for line in told.lines]
    drawn = [line for line in told.lines if sum(map(bool, line.steps.values())) > 1]
    charts = [_chart(line, period) for line in drawn[:_CHARTS]]
    return Shown(told.name, told.title, figures, charts)


def _figure(line: Line, before: Line | None) -> Figure:
    then = before.total if before else _nothing(line)
    return Figure(line.label, said(line, line.total), said(line, then), _change(line.total, then))


def _nothing(line: Line) -> float | None:
    return 0 if line.unit in {Unit.COUNT, Unit.MONEY} else None


def _change(now: float | None, before: float | None) -> str:
    """In per cent, where there is something to compare with."""
    if now is None or not before or before < 0:
        return ""
    percent = round(100 * (now - before) / before)
    if not percent:
        return _("as before")
    return f"{'+' if percent > 0 else '−'}{abs(percent)}%"


def said(line: Line, value: float | None) -> str:
    if value is None:
        return "–"
    if line.unit is Unit.MONEY:
        return Money(int(value), line.currency).localized(get_language() or "en")
    if line.unit is Unit.SECONDS:
        return _time(int(value))
    if line.unit is Unit.PERCENT:
        return f"{number_format(value, use_l10n=True)}%"
    return number_format(value, decimal_pos=2 if line.unit is Unit.STARS else 0, use_l10n=True)


def _time(seconds: int) -> str:
    """The two largest units that say something."""
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    if days > 3:
        return _("%(d)d d %(h)d h") % {"d": days, "h": hours}
    if seconds >= 3600 and not minutes:
        return _("%(h)d h") % {"h": days * 24 + hours}
    if seconds >= 3600:
        return _("%(h)d h %(m)d min") % {"h": days * 24 + hours, "m": minutes}
    if minutes:
        return _("%(m)d min") % {"m": minutes}
    return _("%(s)d s") % {"s": left} if left else _("%(m)d min") % {"m": 0}


def _chart(line: Line, period: Period) -> Chart:
    rows = [
        {
            "label": _step(on, period.step),
            "value": line.steps.get(on, 0),
            "shown": said(line, line.steps.get(on, 0)),
            "marked": line.steps.get(on, 0) < 0,
        }
        for on in period.steps()
    ]
    label = f"{line.label} ({line.currency})" if line.currency else str(line.label)
    return Chart(label, line.currency or str(line.label), rows)


def _step(on: date, step: Step) -> str:
    return date_format(on, "M Y" if step is Step.MONTH else "j M")
