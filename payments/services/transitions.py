"""Moving an order from state to state: forward only, written down, under its row lock.

Lock order: the order's row, then its refunds. Nothing here talks to a provider.
"""

from uuid import UUID

from django.db.models.functions import Now

from payments.events import PaymentCaptured, PaymentFailed
from payments.gateways.base import ProviderCapture, ProviderOrder
from payments.models import OPEN_STATES, Order, OrderTransition
from tutorme.core import audit, outbox

State = Order.State
_MONEY_ARRIVED = {"COMPLETED", "REFUNDED", "PARTIALLY_REFUNDED"}
_MONEY_REFUSED = {"DECLINED", "FAILED"}


def locked(order_id: UUID) -> Order:
    """The caller holds the transaction."""
    return Order.objects.select_for_update(of=("self",), no_key=True).get(pk=order_id)


def move(order: Order, to: Order.State, reason: str = "") -> None:
    """The caller holds the row lock and has checked that this is a step forward."""
    if order.state == to:
        return
    OrderTransition.objects.create(
        order=order, from_state=order.state, to_state=to, reason=reason[:300]
    )
    order.state = to
    order.note = reason[:300]
    order.save(update_fields=["state", "note"])


def apply_truth(order: Order, truth: ProviderOrder) -> None:
    """What the provider says now, applied to the locked row. Idempotent and forward only, so
    return page, webhook and sweep may all come here, in any order and number."""
    if problem := _mismatch(order, truth):
        _to_review(order, problem)
        return
    if truth.captures:
        _apply_capture(order, truth.captures[0])
    elif truth.status == "APPROVED" and order.state == State.CREATED:
        move(order, State.APPROVED, "approved at the provider")
    elif truth.status == "VOIDED" and order.state in OPEN_STATES:
        move(order, State.CANCELLED, "voided at the provider")


def _mismatch(order: Order, truth: ProviderOrder) -> str:
    """Money is only believed when amount, currency and our own reference agree."""
    if truth.reference != str(order.pk):
        return f"reference is {truth.reference!r}"
    if truth.amount != order.amount:
        return f"amount is {truth.amount.amount} {truth.amount.currency}"
    for capture in truth.captures:
        if capture.amount != order.amount:
            return f"captured {capture.amount.amount} {capture.amount.currency}"
        if capture.reference not in {"", str(order.pk)}:
            return f"capture's reference is {capture.reference!r}"
    return ""


def _to_review(order: Order, problem: str) -> None:
    if order.state in OPEN_STATES:
        move(order, State.REVIEW, problem)
        audit.record("order.mismatch", target=order, after={"problem": problem})


def _apply_capture(order: Order, capture: ProviderCapture) -> None:
    if capture.status in _MONEY_ARRIVED:
        complete(order, capture)
    elif capture.status == "PENDING" and order.state in OPEN_STATES:
        _remember(order, capture)
        move(order, State.CAPTURE_PENDING, "held by the provider")
    elif capture.status in _MONEY_REFUSED and order.state in OPEN_STATES:
        fail(order, State.DECLINED, capture.status)


def complete(order: Order, capture: ProviderCapture | None = None) -> None:
    """The one place where an order becomes captured; the event is recorded once for all time."""
    if order.state not in OPEN_STATES:
        return
    if capture:
        _remember(order, capture)
    move(order, State.CAPTURED, "money arrived" if capture else "nothing to pay")
    Order.objects.filter(pk=order.pk).update(captured_at=Now())
    outbox.record(
        PaymentCaptured(
            order_id=order.pk,
            kind=order.kind,
            target_id=order.target_id,
            buyer_id=order.buyer_id,
            amount_minor=order.amount_minor,
            currency=order.currency,
        ),
        key=f"payment.captured:{order.pk}",
    )


def _remember(order: Order, capture: ProviderCapture) -> None:
    order.provider_capture_id = capture.id
    order.fee_minor = capture.fee.minor if capture.fee else order.fee_minor
    order.save(update_fields=["provider_capture_id", "fee_minor"])


def fail(order: Order, to: Order.State, reason: str) -> None:
    """Ends an open order without money."""
    move(order, to, reason)
    outbox.record(
        PaymentFailed(order_id=order.pk, buyer_id=order.buyer_id, reason=reason[:100]),
        key=f"payment.failed:{order.pk}",
    )
