"""The model's work in figures."""

from collections.abc import Iterator

from django.db.models import Count, Q, Sum
from django.utils.translation import gettext_lazy as _

from ai.models import Run
from tutorme.core.reports import Asked, Line, Report, Unit, counted, part, rows_by_step

# A cent is ten thousand millionths of a dollar.
_MICROS_OF_A_CENT = 10_000


@part("ai", Report.BUSINESS, _("AI"), order=70)
def runs(asked: Asked) -> Iterator[Line]:
    rows = rows_by_step(
        Run.objects.all(),
        "created_at",
        asked.period,
        count=Count("pk"),
        failed=Count("pk", filter=~Q(state__in=("answered", "started"))),
        micros=Sum("cost_micros"),
    )
    if not rows:
        return
    yield counted("ai.calls", _("Calls to the model"), rows)
    yield counted("ai.failed", _("Of them without a usable answer"), rows, "failed")
    cents = {row["on"]: round(row["micros"] / _MICROS_OF_A_CENT) for row in rows}
    total = round(sum(row["micros"] for row in rows) / _MICROS_OF_A_CENT)
    yield Line("ai.cost", _("Cost"), Unit.MONEY, total, cents, "USD", less_is_better=True)
