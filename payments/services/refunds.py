"""Giving money back: intent, call, outcome; and refunds that were made at the provider."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Now

from payments.errors import NotRefundable, RefundTooLarge
from payments.events import PaymentRefunded
from payments.gateways import paypal
from payments.gateways.base import ProviderRefund
from payments.models import Order, Refund
from payments.services import transitions
from payments.services.transitions import State
from tutorme.core import audit, outbox
from tutorme.core.errors import ProviderNotConfigured, ProviderUnavailable
from tutorme.core.gateways import GatewayMisconfigured, GatewayRejected, GatewayUnavailable
from tutorme.core.inbox import NotYet
from tutorme.core.money import Money
from tutorme.core.transactions import outside_transaction

_REFUNDABLE = (State.CAPTURED, State.PARTIALLY_REFUNDED)


@outside_transaction
def refund(*, order: Order, amount: Money | None, note: str, actor: Any) -> Refund:
    """Refunds `amount`, or all that is left. The row exists before the provider is asked; when it
    does not answer, `ProviderUnavailable` is raised and the sweep asks again."""
    row = _intend(order.pk, amount, note, actor)
    return carry_out(row.pk)


def _intend(order_id: UUID, amount: Money | None, note: str, actor: Any) -> Refund:
    with transaction.atomic():
        order = transitions.locked(order_id)
        if order.state not in _REFUNDABLE or not order.provider_capture_id:
            raise NotRefundable
        left = order.amount - Money(_promised(order), order.currency)
        wanted = amount or left
        if wanted.currency != order.currency or not wanted or left < wanted:
            raise RefundTooLarge
        row = Refund.objects.create(
            order=order, amount_minor=wanted.minor, note=note[:200], requested_by_id=actor.pk
        )
        audit.record(
            "order.refund_requested",
            target=order,
            actor_id=actor.pk,
            after=wanted.as_json(),
            reason=note,
        )
    return row


def _promised(order: Order) -> int:
    """Minor units that went back or are on their way."""
    rows = order.refunds.exclude(state=Refund.State.FAILED)
    return int(rows.aggregate(total=Sum("amount_minor"))["total"] or 0)


@outside_transaction
def carry_out(refund_id: UUID) -> Refund:
    """Asks the provider, under the request id the row fixes: repeating finds the same refund."""
    row = Refund.objects.select_related("order").get(pk=refund_id)
    if row.state not in {Refund.State.REQUESTED, Refund.State.PENDING}:
        return row
    try:
        gateway = paypal.gateway()
        if row.provider_refund_id:
            truth = gateway.refund_state(row.provider_refund_id)
        else:
            truth = gateway.refund(
                str(row.order.provider_capture_id),
                request_id=row.request_id,
                amount=row.amount,
                note=row.note,
            )
    except GatewayUnavailable as error:
        raise ProviderUnavailable from error
    except GatewayMisconfigured as error:
        raise ProviderNotConfigured from error
    except GatewayRejected as refusal:
        return _failed(row, refusal.code)
    return apply_truth(row.order_id, truth, refund_id=row.pk)


def _failed(row: Refund, code: str) -> Refund:
    with transaction.atomic():
        transitions.locked(row.order_id)
        Refund.objects.filter(pk=row.pk, state=Refund.State.REQUESTED).update(
            state=Refund.State.FAILED, failure=code[:100]
        )
    row.refresh_from_db()
    return row


def apply_truth(
    order_id: UUID,
    truth: ProviderRefund,
    *,
    refund_id: UUID | None = None,
    is_reversal: bool = False,
) -> Refund:
    """What the provider says of a refund, ours or one made in its own dashboard. Forward only.
    `is_reversal` where it or a bank took the money back."""
    with transaction.atomic():
        order = transitions.locked(order_id)
        row = _row_for(order, truth, refund_id)
        row.is_reversal = row.is_reversal or is_reversal
        if truth.status == "COMPLETED" and row.state != Refund.State.COMPLETED:
            _complete(order, row)
        elif truth.status in {"FAILED", "CANCELLED"} and row.state != Refund.State.COMPLETED:
            row.state, row.failure = Refund.State.FAILED, truth.status
        elif truth.status == "PENDING" and row.state == Refund.State.REQUESTED:
            row.state = Refund.State.PENDING
        row.save()
    return row


def _row_for(order: Order, truth: ProviderRefund, refund_id: UUID | None) -> Refund:
    known = order.refunds.filter(provider_refund_id=truth.id).first()
    if known:
        return known
    if refund_id:
        row = order.refunds.get(pk=refund_id)
    else:
        if order.refunds.filter(provider_refund_id=None, state=Refund.State.REQUESTED).exists():
            # Our own call may be under way and this its refund: its answer will tell.
            raise NotYet("a refund of this order is being asked for")
        note = "made at the provider"
        row = Refund(order=order, amount_minor=truth.amount.minor, note=note)
    row.provider_refund_id = truth.id
    return row


def _complete(order: Order, row: Refund) -> None:
    row.state = Refund.State.COMPLETED
    order.refunded_minor += row.amount_minor
    order.save(update_fields=["refunded_minor"])
    row.save()
    full = order.refunded_minor == order.amount_minor
    transitions.stand(order, row.note)
    outbox.record(
        PaymentRefunded(
            refund_id=row.pk,
            order_id=order.pk,
            kind=order.kind,
            target_id=order.target_id,
            buyer_id=order.buyer_id,
            amount_minor=row.amount_minor,
            currency=order.currency,
            full=full,
            is_reversal=row.is_reversal,
        ),
        key=f"payment.refunded:{row.pk}",
    )


@outside_transaction
def carry_out_open(*, older_than: timedelta = timedelta(0), limit: int = 100) -> int:
    """The sweep: asks again for refunds whose outcome is not known. `older_than` leaves out those
    whose first asking may still be under way."""
    open_states = (Refund.State.REQUESTED, Refund.State.PENDING)
    rows = Refund.objects.filter(state__in=open_states, created_at__lt=Now() - older_than).order_by(
        "pk"
    )
    done = 0
    for refund_id in list(rows.values_list("pk", flat=True)[:limit]):
        try:
            done += carry_out(refund_id).state == Refund.State.COMPLETED
        except (ProviderUnavailable, ProviderNotConfigured):
            return done
    return done
