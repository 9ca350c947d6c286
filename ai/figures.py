"""The model's work, in figures."""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.conf import settings
from django.db.models import Sum

from ai.gateways.chat import PROVIDER
from ai.models import Run, RunTotal
from tutorme.core.metrics import Figure, figures

_MICROS_OF_A_DOLLAR = 1_000_000


@figures
def calls() -> Iterator[Figure]:
    """Of all time, and of ended calls alone: what those came to changes no more, so the figures
    only rise, and `increase()` says what an hour cost."""
    for row in RunTotal.objects.all():
        labels = {
            "provider": PROVIDER,
            "model": row.model,
            "purpose": row.purpose,
            "state": row.state,
        }
        yield Figure("tutorme_ai_calls", "Calls to a model that ended.", row.calls, **labels)
        told = "Tokens it read and wrote, as far as the provider said."
        yield Figure("tutorme_ai_tokens", told, row.read, direction="read", **labels)
        yield Figure("tutorme_ai_tokens", told, row.written, direction="written", **labels)
        told = "What they cost; of a call that was never answered, at most."
        cost = _dollars(row.micros)
        yield Figure("tutorme_ai_cost_dollars", told, cost, **labels)


@figures
def budget() -> Iterator[Figure]:
    """Of calls that have no answer yet what they cost at most: an alarm is better early."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    spent = Run.objects.filter(created_at__gte=midnight).aggregate(micros=Sum("cost_micros"))
    told = "What the model cost since midnight, UTC."
    yield Figure("tutorme_ai_day_cost_dollars", told, _dollars(spent["micros"] or 0))
    if settings.AI_DAY_BUDGET_MICROS:
        told = "What it should cost a day at most, where somebody said so."
        most = _dollars(settings.AI_DAY_BUDGET_MICROS)
        yield Figure("tutorme_ai_day_budget_dollars", told, most)


def _dollars(micros: int) -> float:
    return micros / _MICROS_OF_A_DOLLAR
