"""What the house keeps of a sale: tiers by what the seller did before, fixed at order time."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from payments.models import PAID_STATES, CommissionSchedule, Order
from payments.sellers import Quote
from tutorme.core import audit

Tiers = list[list[int]]


def current() -> tuple[CommissionSchedule | None, Tiers]:
    """The newest schedule; the site's setting where nobody made one yet."""
    schedule = CommissionSchedule.objects.order_by("-pk").first()
    return schedule, schedule.tiers if schedule else settings.COMMISSION_TIERS


def rate_for(quote: Quote) -> tuple[CommissionSchedule | None, int]:
    """Thousandths of the price, and the schedule they came from."""
    if quote.payee_id is None:
        return None, 0
    if quote.commission_per_mille is not None:
        return None, quote.commission_per_mille
    schedule, tiers = current()
    volume = quote.volume if quote.volume is not None else _sales(quote.payee_id)
    return schedule, rate_at(tiers, volume)


def rate_at(tiers: Tiers, volume: int) -> int:
    return next(rate for start, rate in sorted(tiers, reverse=True) if volume >= start)


def _sales(payee_id: UUID) -> int:
    return Order.objects.filter(payee_id=payee_id, state__in=PAID_STATES).count()


def problem_with(tiers: Any) -> str:
    """Why these are no tiers; empty where they are."""
    try:
        pairs = [(int(start), int(rate)) for start, rate in tiers]
    except (TypeError, ValueError):
        return "not pairs of numbers"
    starts = [start for start, _rate in pairs]
    if not pairs or starts[0] != 0 or starts != sorted(set(starts)):
        return "the first begins at 0, and each at more than the one before"
    if any(not 0 <= rate <= 1000 for _start, rate in pairs):
        return "a rate is between 0 and 1000 thousandths"
    return ""


def publish(*, tiers: Tiers, note: str, actor: Any) -> CommissionSchedule:
    """From now on, for new orders; those that exist keep their rate."""
    if problem := problem_with(tiers):
        raise ValueError(problem)
    with transaction.atomic():
        row = CommissionSchedule.objects.create(tiers=tiers, note=note, created_by_id=actor.pk)
        audit.record("commission.published", target=row, actor_id=actor.pk, after={"tiers": tiers})
    return row
