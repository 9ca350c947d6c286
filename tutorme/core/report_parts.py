"""Providers and the background in figures."""

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Count, F, Q, Sum
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from tutorme.core.brands import spelled
from tutorme.core.models import InboxMessage, Job
from tutorme.core.reports import Asked, Line, Report, Unit, counted, part, rows_by_step


@part("providers", Report.BUSINESS, _("Providers"), order=60)
def providers(asked: Asked) -> Iterator[Line]:
    """What providers told us, and how fast it took effect. What we asked them is counted since
    Redis was emptied, without days: the health page and /metrics have it."""
    rows = rows_by_step(
        InboxMessage.objects.all(),
        "received_at",
        asked.period,
        "provider",
        count=Count("pk"),
        dead=Count("pk", filter=Q(state="dead")),
        applied=Count("applied_at"),
        lag=Sum(F("applied_at") - F("received_at")),
    )
    by_provider = defaultdict(list)
    for row in rows:
        by_provider[row["provider"]].append(row)
    for provider, told in sorted(by_provider.items()):
        name = spelled(provider)
        label = format_lazy(_("{provider}: messages"), provider=name)
        yield counted(f"providers.{provider}.messages", label, told)
        label = format_lazy(_("{provider}: given up"), provider=name)
        yield counted(f"providers.{provider}.dead", label, told, "dead", less_is_better=True)
        lags = {row["on"]: row["lag"].total_seconds() for row in told if row["applied"]}
        applied = {row["on"]: row["applied"] for row in told}
        mean = sum(lags.values()) / sum(applied.values()) if lags else None
        means = {on: round(seconds / applied[on], 1) for on, seconds in lags.items()}
        label = format_lazy(_("{provider}: until they took effect"), provider=name)
        yield Line(f"providers.{provider}.lag", label, Unit.SECONDS, mean, means)


@part("background", Report.BUSINESS, _("Background"), order=80)
def background(asked: Asked) -> Iterator[Line]:
    rows = rows_by_step(
        Job.objects.all(),
        "finished_at",
        asked.period,
        count=Count("pk"),
        failed=Count("pk", filter=Q(state="failed")),
    )
    yield counted("background.jobs", _("Jobs that ended"), rows)
    yield counted("background.failed", _("Of them failed"), rows, "failed", less_is_better=True)
