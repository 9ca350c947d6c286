"""What PayPal tells of orders, their captures and their refunds."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from payments.errors import NotApproved, OrderBusy, OrderClosed, PaymentDeclined
from payments.gateways import paypal
from payments.models import Order, Refund
from payments.services import messages, orders, refunds
from tutorme.core import inbox

_REFUNDED, _REVERSED = "PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED"


@messages.concerns(
    "CHECKOUT.ORDER.APPROVED",
    "CHECKOUT.ORDER.COMPLETED",
    "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
    "PAYMENT.CAPTURE.COMPLETED",
    "PAYMENT.CAPTURE.PENDING",
    "PAYMENT.CAPTURE.DENIED",
    "PAYMENT.CAPTURE.DECLINED",
    _REFUNDED,
    _REVERSED,
)
def apply_message(kind: str, resource: dict[str, Any]) -> None:
    """Finds our order and brings it up to PayPal's truth."""
    order = order_of(resource)
    if order is None:
        raise inbox.NotYet("it speaks of an order we do not know")
    if kind in {_REFUNDED, _REVERSED}:
        _apply_refund(order, resource, is_reversal=kind == _REVERSED)
        return
    try:
        orders.settle_now(order.pk)
    except (NotApproved, PaymentDeclined, OrderClosed):
        return
    except OrderBusy as error:
        # Whoever has the turn may have read the truth before this happened.
        raise inbox.NotYet("the order is being worked on") from error


def order_of(resource: dict[str, Any]) -> Order | None:
    """By our own reference, of the order or of the refund; by PayPal's order; for a refund made
    there, by the capture it points up to."""
    units = resource.get("purchase_units") or [{}]
    reference = str(resource.get("custom_id") or units[0].get("custom_id") or "")
    return _by_reference(reference) or _by_number(resource)


def _by_reference(reference: str) -> Order | None:
    try:
        own = UUID(reference)
    except ValueError:
        return None
    return Order.objects.filter(Q(pk=own) | Q(pk__in=_refunded_by(own))).first()


def _refunded_by(refund_id: UUID) -> QuerySet[Refund, UUID]:
    return Refund.objects.filter(pk=refund_id).values_list("order_id", flat=True)


def _by_number(resource: dict[str, Any]) -> Order | None:
    ids = (resource.get("supplementary_data") or {}).get("related_ids") or {}
    named = {str(resource.get("id")), str(resource.get("order_id")), str(ids.get("order_id"))}
    links = {link.get("rel"): link.get("href") for link in resource.get("links") or []}
    capture_id = str(links.get("up") or "").rpartition("/")[2]
    known = Q(provider_order_id__in=named)
    return Order.objects.filter(known | Q(provider_capture_id=capture_id)).first()


def _apply_refund(order: Order, resource: dict[str, Any], *, is_reversal: bool) -> None:
    truth = paypal.gateway().refund_state(str(resource.get("id", "")))
    if order.is_open:
        # The capture's own message has not come yet; its truth goes first.
        order = orders.settle(order.pk)
    if not order.provider_capture_id:
        raise inbox.NotYet("nothing was captured yet")
    refunds.apply_truth(order.pk, truth, is_reversal=is_reversal)
