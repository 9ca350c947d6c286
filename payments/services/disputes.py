"""What payers complain about at the provider. Answering is a person's work, done there; here the
money concerned is marked, and what came of it is followed."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from payments import sellers
from payments.events import DisputeResolved, PaymentDisputed, SubscriptionPaymentDisputed
from payments.gateways import paypal
from payments.gateways.base import ProviderDispute
from payments.models import PAID_STATES, Dispute, Order, SubscriptionPeriod
from payments.services import messages, transitions
from tutorme.core import audit, outbox
from tutorme.core.inbox import NotYet
from tutorme.core.transactions import outside_transaction

_LOST = {"RESOLVED_BUYER_FAVOUR", "ACCEPTED"}


@messages.concerns(
    "CUSTOMER.DISPUTE.CREATED", "CUSTOMER.DISPUTE.UPDATED", "CUSTOMER.DISPUTE.RESOLVED"
)
def apply_message(_kind: str, resource: dict[str, Any]) -> None:
    follow(str(resource.get("dispute_id", "")))


@outside_transaction
def follow(provider_dispute_id: str) -> Dispute:
    """Reads one dispute at the provider and applies it. Raises `NotYet` where it is about a
    payment we do not know."""
    return apply_truth(paypal.gateway().dispute(provider_dispute_id))


@outside_transaction
def follow_all(*, since: datetime) -> int:
    """Every dispute that moved since then; for messages that never came."""
    return sum(_known(dispute_id) for dispute_id in paypal.gateway().disputes(since=since))


def _known(dispute_id: str) -> bool:
    try:
        follow(dispute_id)
    except NotYet:
        return False
    return True


def apply_truth(truth: ProviderDispute) -> Dispute:
    paid = [one for one in truth.transaction_ids if one]
    order = Order.objects.filter(provider_capture_id__in=paid).first()
    period = SubscriptionPeriod.objects.filter(sale_id__in=paid).first() if not order else None
    if order is None and period is None:
        raise NotYet("it is about a payment we do not know")
    with transaction.atomic():
        if order is not None:
            order = transitions.locked(order.pk)
            if order.state not in PAID_STATES:
                raise NotYet("its payment is not here yet")
        row = _row(truth, order, period)
        before, row.state = row.state, _state_of(truth)
        row.status, row.stage, row.outcome = truth.status[:40], truth.stage[:40], truth.outcome[:40]
        row.respond_by = truth.respond_by
        row.save()
        if row.state != Dispute.State.OPEN and before == Dispute.State.OPEN:
            Dispute.objects.filter(pk=row.pk).update(resolved_at=Now())
        if order is not None:
            transitions.stand(order, f"dispute {row.provider_dispute_id}: {row.state}")
            tell(row, order)
        elif period is not None:
            _tell_of_period(row, period)
    return row


def _row(truth: ProviderDispute, order: Order | None, period: SubscriptionPeriod | None) -> Dispute:
    about = order or period
    assert about is not None
    amount = truth.amount or about.amount
    row, made = Dispute.objects.select_for_update(of=("self",)).get_or_create(
        provider_dispute_id=truth.id,
        defaults={
            "order": order,
            "period": period,
            "status": truth.status[:40],
            "reason": truth.reason[:60],
            "amount_minor": amount.minor,
            "currency": amount.currency,
        },
    )
    if made:
        audit.record("payment.disputed", target=about, after={"dispute": truth.id})
    return row


def _state_of(truth: ProviderDispute) -> Dispute.State:
    if truth.status != "RESOLVED":
        return Dispute.State.OPEN
    return Dispute.State.LOST if truth.outcome in _LOST else Dispute.State.WON


def tell(row: Dispute, order: Order) -> None:
    outbox.record(
        PaymentDisputed(
            dispute_id=row.pk,
            order_id=order.pk,
            kind=order.kind,
            target_id=order.target_id,
            buyer_id=order.buyer_id,
            amount_minor=row.amount_minor,
            currency=row.currency,
        ),
        key=f"payment.disputed:{row.pk}",
    )
    if row.state != Dispute.State.OPEN:
        won = row.state == Dispute.State.WON
        outbox.record(
            DisputeResolved(row.pk, order.pk, won, row.outcome),
            key=f"payment.dispute_resolved:{row.pk}:{row.state}",
        )


def _tell_of_period(row: Dispute, period: SubscriptionPeriod) -> None:
    outbox.record(
        SubscriptionPaymentDisputed(
            dispute_id=row.pk,
            period_id=period.pk,
            user_id=period.subscription.user_id,
            plan=period.version.plan.name,
            amount_minor=row.amount_minor,
            currency=row.currency,
        ),
        key=f"subscription.payment_disputed:{row.pk}",
    )


def evidence(row: Dispute) -> list[str]:
    """What is known of the thing complained about, line by line, for the answer at the provider."""
    if row.order is not None:
        steps = row.order.transitions.order_by("pk")
        told = [f"{_at(one.created_at)} {one.to_state}: {one.reason}" for one in steps]
        return [*told, *sellers.evidence(row.order)]
    period = row.period
    assert period is not None
    return [
        f"{_at(period.paid_at)} paid for {period.version.plan.name}, sale {period.sale_id}",
        f"{_at(period.starts_at)} to {_at(period.ends_at)}: open",
    ]


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
