"""The order as a row: drawn up under the buyer's lock, with what it holds set aside."""

from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from payments.gateways import paypal
from payments.models import OPEN_STATES, Order
from payments.services import coupons, credits, pricing, transitions
from payments.services.pricing import Bill
from payments.services.transitions import State
from tutorme.core.errors import ProviderNotConfigured
from tutorme.core.models import OutboxDelivery


@transaction.atomic
def open_order(
    *, buyer: Any, kind: str, target_id: UUID, coupon_code: str, with_credit: bool
) -> Order:
    """Under the buyer's row lock, so that a second click sees what the first one did."""
    get_user_model().objects.select_for_update(of=("self",), no_key=True).get(pk=buyer.pk)
    paid = _paid_unheard(buyer, kind, target_id)
    if paid:
        return paid
    standing = open_orders(buyer, kind, target_id).first()
    bill = pricing.draw_up(
        buyer=buyer,
        kind=kind,
        target_id=target_id,
        coupon_code=coupon_code,
        with_credit=with_credit,
        besides=standing,
    )
    if bill.to_pay and not paypal.is_configured():
        raise ProviderNotConfigured
    order = _kept(standing, bill) or _new(buyer, kind, target_id, bill)
    if not order.amount_minor and order.state == State.CREATED:
        transitions.complete(order)
    return order


def _kept(standing: Order | None, bill: Bill) -> Order | None:
    """The open order, unless nobody may pay it any more: too old, or at another price. One whose
    money may be moving is left alone."""
    if standing is None:
        return None
    order = transitions.locked(standing.pk)
    if not order.is_open:
        return None
    stale = order.expires_at < timezone.now() or not _same(order, bill)
    if order.state != State.CREATED or not stale:
        return order
    transitions.move(order, State.EXPIRED, "replaced by a newer order")
    return None


def _same(order: Order, bill: Bill) -> bool:
    use = getattr(order, "coupon_use", None)
    return bill.is_of(order) and (use.coupon_id if use else None) == (
        bill.coupon.pk if bill.coupon else None
    )


def _new(buyer: Any, kind: str, target_id: UUID, bill: Bill) -> Order:
    quote = bill.quote
    order = Order.objects.create(
        buyer_id=buyer.pk,
        payee_id=quote.payee_id,
        kind=kind,
        target_id=target_id,
        description=quote.description[:200],
        url=quote.url,
        provider=Order.Provider.PAYPAL if bill.to_pay else Order.Provider.NONE,
        **bill.facts(),
    )
    if bill.coupon:
        coupons.take(bill.coupon, order)
    credits.hold(order)
    return order


def _paid_unheard(buyer: Any, kind: str, target_id: UUID) -> Order | None:
    """Paid, but its seller has not reacted yet and would sell it a second time."""
    paid = Order.objects.filter(
        buyer_id=buyer.pk, kind=kind, target_id=target_id, state=State.CAPTURED
    )
    order = paid.order_by("-id").first()
    if order is None:
        return None
    owed = OutboxDelivery.objects.filter(
        event__key=transitions.captured_key(order), state=OutboxDelivery.State.PENDING
    )
    return order if owed.exists() else None


def open_orders(buyer: Any, kind: str, target_id: UUID) -> QuerySet[Order]:
    return Order.objects.filter(
        buyer_id=buyer.pk, kind=kind, target_id=target_id, state__in=OPEN_STATES
    )
