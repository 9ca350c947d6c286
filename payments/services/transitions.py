"""Moving an order from state to state: forward only, written down, under its row lock.

Lock order: the buyer's row, the order's row, its refunds. Nothing here talks to a provider.
"""

from uuid import UUID

from django.db.models import QuerySet, Sum
from django.db.models.functions import Now

from payments.events import PaymentApproved, PaymentCaptured, PaymentFailed
from payments.gateways.base import ProviderCapture, ProviderOrder
from payments.models import (
    OPEN_STATES,
    UNPAID_STATES,
    Dispute,
    Order,
    OrderTransition,
    Refund,
)
from payments.services import earnings, settlement
from tutorme.core import audit, outbox

State = Order.State
_MONEY_ARRIVED = {"COMPLETED", "REFUNDED", "PARTIALLY_REFUNDED"}
_MONEY_REFUSED = {"DECLINED", "FAILED"}
# An order can hold a declined capture and a later good one: the one that moved money counts.
_WEIGHT = {**dict.fromkeys(_MONEY_ARRIVED, 2), "PENDING": 1}

_ENDS = frozenset({State.DECLINED, State.CANCELLED, State.VOIDED, State.REVIEW})
_MONEY = frozenset({State.CAPTURED, State.CAPTURE_PENDING})
_TAKEN_BACK = frozenset({State.REFUNDED, State.DISPUTED, State.REVERSED})
_HELD = frozenset({State.DISPUTED, State.REVERSED})
STEPS: dict[Order.State, frozenset[Order.State]] = {
    State.CREATED: _ENDS | _MONEY | {State.APPROVED, State.EXPIRED},
    State.APPROVED: _ENDS | _MONEY | {State.CAPTURING, State.EXPIRED},
    # Back to created: the bank refused this card and the payer may choose another.
    State.CAPTURING: _ENDS | _MONEY | {State.CREATED},
    State.CAPTURE_PENDING: _ENDS | {State.CAPTURED},
    State.CAPTURED: _TAKEN_BACK | {State.PARTIALLY_REFUNDED},
    State.PARTIALLY_REFUNDED: _TAKEN_BACK,
    # What is disputed ends one way or the other, and may be taken up again at the provider.
    State.DISPUTED: frozenset(
        {State.CAPTURED, State.PARTIALLY_REFUNDED, State.REFUNDED, State.REVERSED}
    ),
    State.REVERSED: frozenset({State.CAPTURED, State.PARTIALLY_REFUNDED, State.DISPUTED}),
    State.REFUNDED: frozenset({State.REVERSED}),
    # Money that arrives after the end is for a person to judge, and may be accepted.
    State.DECLINED: frozenset({State.REVIEW}),
    State.EXPIRED: frozenset({State.REVIEW}),
    State.CANCELLED: frozenset({State.REVIEW}),
    State.VOIDED: frozenset({State.REVIEW}),
    State.REVIEW: frozenset({State.CAPTURED}),
}


class ImpossibleStep(RuntimeError):
    """A programming error: a caller moved an order without looking where it stood."""


def locked(order_id: UUID) -> Order:
    """The caller holds the transaction."""
    return Order.objects.select_for_update(of=("self",), no_key=True).get(pk=order_id)


def move(order: Order, to: Order.State, reason: str = "") -> None:
    """The caller holds the row lock and has checked that this is one of `STEPS`."""
    if order.state == to:
        return
    if to not in STEPS[State(order.state)]:
        raise ImpossibleStep(f"{order.state} → {to}")
    OrderTransition.objects.create(
        order=order, from_state=order.state, to_state=to, reason=reason[:300]
    )
    order.state = to
    order.note = reason[:300]
    order.save(update_fields=["state", "note"])
    if to in UNPAID_STATES:
        settlement.let_go(order)


def apply_truth(order: Order, truth: ProviderOrder) -> None:
    """What the provider says now, applied to the locked row. Idempotent and forward only, so
    return page, webhook and sweep may all come here, in any order and number."""
    capture = weightiest(truth)
    if problem := mismatch(order, truth):
        if order.state in OPEN_STATES or (capture and order.state in UNPAID_STATES):
            review(order, capture, problem)
    elif capture:
        _apply_capture(order, capture)
    elif truth.status == "APPROVED" and order.state == State.CREATED:
        move(order, State.APPROVED, "approved at the provider")
        outbox.record(
            PaymentApproved(order.pk, order.kind, order.target_id),
            key=f"{PaymentApproved.name}:{order.pk}",
        )
    elif truth.status == "VOIDED" and order.state in OPEN_STATES:
        fail(order, State.VOIDED, "voided at the provider")


def weightiest(truth: ProviderOrder) -> ProviderCapture | None:
    return max(truth.captures, key=lambda row: _WEIGHT.get(row.status, 0), default=None)


def mismatch(order: Order, truth: ProviderOrder) -> str:
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


def review(order: Order, capture: ProviderCapture | None, problem: str) -> None:
    if capture:
        _remember(order, capture)
    audit.record(
        "order.review", target=order, before={"state": order.state}, after={"problem": problem}
    )
    move(order, State.REVIEW, problem)


def _apply_capture(order: Order, capture: ProviderCapture) -> None:
    refused = capture.status in _MONEY_REFUSED
    if order.state in UNPAID_STATES and not refused:
        review(order, capture, f"money came after the order was {order.state}")
    elif order.state not in OPEN_STATES:
        return
    elif capture.status in _MONEY_ARRIVED:
        complete(order, capture)
    elif refused:
        fail(order, State.DECLINED, capture.status)
    elif capture.status == "PENDING":
        _remember(order, capture)
        move(order, State.CAPTURE_PENDING, "held by the provider")


def accept(order: Order, truth: ProviderOrder) -> bool:
    """Completes a reviewed order whose money is right and was only late."""
    capture = weightiest(truth)
    if order.state != State.REVIEW or mismatch(order, truth):
        return False
    if capture is None or capture.status not in _MONEY_ARRIVED:
        return False
    complete(order, capture)
    return True


def complete(order: Order, capture: ProviderCapture | None = None) -> None:
    """The one place where an order becomes captured; the event is recorded once for all time."""
    if capture:
        _remember(order, capture)
    move(order, State.CAPTURED, "money arrived" if capture else "nothing to pay")
    Order.objects.filter(pk=order.pk).update(captured_at=Now())
    settlement.record_sale(order)
    outbox.record(
        PaymentCaptured(
            order_id=order.pk,
            kind=order.kind,
            target_id=order.target_id,
            buyer_id=order.buyer_id,
            amount_minor=order.amount_minor,
            currency=order.currency,
        ),
        key=captured_key(order),
    )


def stand(order: Order, reason: str) -> None:
    """Moves a paid order to where its refunds and disputes put it. Decided by those facts alone, so
    the order in which they became known does not matter. What it earned is let go where a dispute
    ends or nothing is left; what others hold of it, they let go. The caller holds the row lock."""
    was, to = order.state, _standing(order)
    move(order, to, reason)
    if to in _HELD:
        earnings.hold(order.pk, reason=reason)
    elif was in _HELD or to == State.REFUNDED:
        earnings.lift(order.pk)


def _standing(order: Order) -> Order.State:
    kept = order.total.minor - order.refunded_minor
    reversals = order.refunds.filter(is_reversal=True, state=Refund.State.COMPLETED)
    taken = _sum(reversals)
    if kept == 0:
        return State.REVERSED if taken else State.REFUNDED
    if order.disputes.filter(state=Dispute.State.OPEN).exists():
        return State.DISPUTED
    # Of one that was marked here nobody took the money: what is given back is a refund.
    lost = order.disputes.filter(state=Dispute.State.LOST, opened_by=None)
    if _sum(lost) - taken >= kept:
        return State.REVERSED
    return State.PARTIALLY_REFUNDED if order.refunded_minor else State.CAPTURED


def _sum(rows: QuerySet[Refund] | QuerySet[Dispute]) -> int:
    return int(rows.aggregate(total=Sum("amount_minor"))["total"] or 0)


def captured_key(order: Order) -> str:
    return f"payment.captured:{order.pk}"


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
