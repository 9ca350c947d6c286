"""The nightly look at what was paid lately: refunds, reversals and complaints whose messages never
came are brought in, and what does not agree is written down for a person."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import structlog
from django.utils import timezone

from payments.gateways import paypal
from payments.gateways.base import ProviderOrder
from payments.models import PAID_STATES, Order, Refund, Subscription, SubscriptionPeriod
from payments.services import disputes, refunds, subscriptions, transitions
from tutorme.core import audit
from tutorme.core.errors import ProviderNotConfigured, ProviderUnavailable
from tutorme.core.gateways import GatewayMisconfigured, GatewayRejected, GatewayUnavailable
from tutorme.core.inbox import NotYet
from tutorme.core.transactions import outside_transaction

log = structlog.get_logger(__name__)
_SILENT = (GatewayUnavailable, GatewayMisconfigured, GatewayRejected)


@dataclass
class Found:
    compared: int = 0
    subscriptions: int = 0
    refunds: int = 0
    disputes: int = 0
    differing: int = 0
    unreachable: int = 0

    def as_json(self) -> dict[str, int]:
        return asdict(self)


@outside_transaction
def compare(*, since: datetime, limit: int = 5000) -> Found:
    """Every order, and every subscription, paid through the provider since then. Safe beside itself
    and everything else."""
    found = Found()
    rows = Order.objects.filter(state__in=PAID_STATES, captured_at__gte=since)
    for order in rows.exclude(provider_order_id=None).order_by("captured_at")[:limit]:
        try:
            _compare_one(order, found)
        except _SILENT as error:
            log.warning("compare.unreachable", order=str(order.pk), error=str(error))
            found.unreachable += 1
    _compare_subscriptions(since, found, limit)
    # Who sells nothing has nobody to ask; what was sold once was asked for above.
    if paypal.is_configured():
        _follow_disputes(since, found)
    return found


def _follow_disputes(since: datetime, found: Found) -> None:
    try:
        found.disputes = disputes.follow_all(since=since)
    except _SILENT as error:
        log.warning("compare.disputes", error=str(error))
        found.unreachable += 1


def _compare_one(order: Order, found: Found) -> None:
    truth = paypal.gateway().order(str(order.provider_order_id))
    found.compared += 1
    found.refunds += sum(_bring_in(order, truth))
    if problem := _difference(order, truth):
        found.differing += 1
        log.error("compare.differs", order=str(order.pk), problem=problem)
        audit.record("order.differs", target=order, after={"problem": problem})


def _bring_in(order: Order, truth: ProviderOrder) -> list[bool]:
    known = set(order.refunds.values_list("provider_refund_id", flat=True))
    return [_apply(order, row.id, truth) for row in truth.refunds if row.id not in known]


def _apply(order: Order, refund_id: str, truth: ProviderOrder) -> bool:
    row = next(one for one in truth.refunds if one.id == refund_id)
    try:
        return refunds.apply_truth(order.pk, row).state == Refund.State.COMPLETED
    except NotYet:
        return False


def _difference(order: Order, truth: ProviderOrder) -> str:
    capture = transitions.weightiest(truth)
    if capture is None:
        return "nothing was captured there"
    if capture.id != order.provider_capture_id:
        return f"the capture is {capture.id}"
    return transitions.mismatch(order, truth)


def _compare_subscriptions(since: datetime, found: Found, limit: int) -> None:
    """Those that are over too, which no sweep follows any more: their payments can go back."""
    paid = SubscriptionPeriod.objects.filter(paid_at__gte=since)
    rows = Subscription.objects.filter(pk__in=paid.values("subscription_id"))
    for row in rows.exclude(provider_subscription_id=None).order_by("pk")[:limit]:
        try:
            subscriptions.settle(row.pk)
            _compare_payments(row, since, found)
        except (ProviderUnavailable, ProviderNotConfigured, *_SILENT) as error:
            log.warning("compare.unreachable", subscription=str(row.pk), error=str(error))
            found.unreachable += 1


def _compare_payments(row: Subscription, since: datetime, found: Found) -> None:
    """Of a part that went back the list names no sum; one whose message never came is a person's
    to look up there."""
    found.subscriptions += 1
    number, until = str(row.provider_subscription_id), timezone.now() + timedelta(days=1)
    for sale in paypal.gateway().sales(number, since=since, until=until):
        period = row.periods.filter(sale_id=sale.id).first()
        told = period is not None and period.refunds.filter(as_credit=False).exists()
        if sale.status == "PARTIALLY_REFUNDED" and not told:
            found.differing += 1
            problem = f"a part of payment {sale.id} went back, and no message said how much"
            log.error("compare.differs", subscription=str(row.pk), problem=problem)
            audit.record("subscription.differs", target=row, after={"problem": problem})
