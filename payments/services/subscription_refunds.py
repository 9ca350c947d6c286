"""Giving back payments of subscriptions: intent, call, outcome, as with orders. PayPal refunds such
a payment by its sale id, at the address of captures. The subscription itself goes on; who gets all
of a payment back loses the time it bought."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from payments.errors import NotRefundable, NotWaiting, RefundTooLarge, SecondPersonNeeded
from payments.events import SubscriptionRefundProposed
from payments.gateways import paypal
from payments.gateways.base import ProviderRefund
from payments.models import SubscriptionPeriod, SubscriptionRefund
from payments.services import period_refunds, refunds, subscriptions
from payments.services import subscription_truth as truths
from payments.services.period_refunds import Step
from tutorme.core import audit, outbox
from tutorme.core.errors import ProviderNotConfigured, ProviderUnavailable
from tutorme.core.gateways import GatewayMisconfigured, GatewayRejected, GatewayUnavailable
from tutorme.core.money import Money
from tutorme.core.transactions import outside_transaction

_FORGOTTEN = "FORGOTTEN_BY_THE_PROVIDER"


@outside_transaction
def refund(
    *,
    period: SubscriptionPeriod,
    amount: Money | None,
    note: str,
    actor: Any,
    as_credit: bool = False,
) -> SubscriptionRefund:
    """Refunds `amount` of this payment, or all that is left of it; as credit where asked for, and
    always where it is too old for the provider. Above the site's limit it waits, `proposed`."""
    with transaction.atomic():
        truths.locked(period.subscription_id)
        period = SubscriptionPeriod.objects.get(pk=period.pk)
        left = period_refunds.left_of(period)
        wanted = amount or left
        if not left:
            raise NotRefundable
        if wanted.currency != period.currency or not wanted or left < wanted:
            raise RefundTooLarge
        above = wanted.minor > settings.REFUND_LIMIT_MINOR
        row = SubscriptionRefund.objects.create(
            period=period,
            amount_minor=wanted.minor,
            as_credit=as_credit or refunds.is_too_old(period.paid_at),
            note=note[:200],
            state=Step.PROPOSED if above else Step.REQUESTED,
            requested_by_id=actor.pk,
        )
        audit.record(
            f"subscription.refund_{row.state}",
            target=period,
            actor_id=actor.pk,
            after=wanted.as_json(),
            reason=note,
        )
        if above:
            _propose(row)
    return row if above else carry_out(row.pk)


def _propose(row: SubscriptionRefund) -> None:
    outbox.record(
        SubscriptionRefundProposed(row.pk, row.amount_minor, row.period.currency),
        actor_id=row.requested_by_id,
        key=f"{SubscriptionRefundProposed.name}:{row.pk}",
    )


@outside_transaction
def approve(*, refund_id: UUID, actor: Any) -> SubscriptionRefund:
    """A second person's yes to one above the limit; then it is carried out."""
    _decide(refund_id, actor, Step.REQUESTED)
    return carry_out(refund_id)


def reject(*, refund_id: UUID, actor: Any, reason: str = "") -> SubscriptionRefund:
    return _decide(refund_id, actor, Step.REJECTED, reason)


@transaction.atomic
def _decide(refund_id: UUID, actor: Any, to: Step, reason: str = "") -> SubscriptionRefund:
    row = _locked(refund_id)
    if row.state != Step.PROPOSED:
        raise NotWaiting
    if actor.pk in {row.requested_by_id, row.period.subscription.user_id}:
        raise SecondPersonNeeded
    row.state, row.decided_by_id = to, actor.pk
    row.save(update_fields=["state", "decided_by"])
    audit.record(f"subscription_refund.{to}", target=row, actor_id=actor.pk, reason=reason)
    return row


def _locked(refund_id: UUID) -> SubscriptionRefund:
    """The row as it stands under its subscription's lock. The caller holds the transaction."""
    rows = SubscriptionRefund.objects.select_related(
        "period__subscription", "period__version__plan"
    )
    truths.locked(rows.get(pk=refund_id).period.subscription_id)
    return rows.get(pk=refund_id)


@outside_transaction
def carry_out(refund_id: UUID) -> SubscriptionRefund:
    """Asks the provider, under the request id the row fixes: repeating finds the same refund."""
    row = SubscriptionRefund.objects.select_related("period").get(pk=refund_id)
    if row.state not in {Step.REQUESTED, Step.PENDING}:
        return row
    try:
        truth = None if row.as_credit else _asked(row)
    except GatewayUnavailable as error:
        raise ProviderUnavailable from error
    except GatewayMisconfigured as error:
        raise ProviderNotConfigured from error
    except GatewayRejected as refusal:
        return _failed(refund_id, refusal.code)
    with transaction.atomic():
        row = _locked(refund_id)
        if truth:
            period_refunds.apply_truth(row, truth)
        elif row.state == Step.REQUESTED:
            period_refunds.complete(row)
    _look_again(row)
    return row


def _asked(row: SubscriptionRefund) -> ProviderRefund:
    gateway = paypal.gateway()
    if row.provider_refund_id:
        return gateway.refund_state(row.provider_refund_id)
    if timezone.now() - row.created_at > refunds.KEY_KEPT:
        # Under a forgotten id a second refund would be made; and a sale names none it had.
        raise GatewayRejected(_FORGOTTEN)
    return gateway.refund(
        row.period.sale_id,
        request_id=row.request_id,
        reference=str(row.pk),
        amount=row.amount,
        note=row.note,
    )


@outside_transaction
def hear(subscription_id: UUID, resource: dict[str, Any], *, is_reversal: bool) -> bool:
    """A message names a refund: read at the provider, and brought in. One it cannot show us is
    left to the list of payments, which tells when all of a payment is gone. False while the
    payment is not known here."""
    try:
        truth = paypal.gateway().refund_state(str(resource.get("id", "")))
    except GatewayRejected:
        return True
    with transaction.atomic():
        truths.locked(subscription_id)
        period = SubscriptionPeriod.objects.filter(
            subscription_id=subscription_id, sale_id=str(resource.get("sale_id", ""))
        ).first()
        if period is not None:
            period_refunds.bring_in(period, truth, is_reversal=is_reversal)
    return period is not None


def _failed(refund_id: UUID, code: str) -> SubscriptionRefund:
    with transaction.atomic():
        row = _locked(refund_id)
        if row.state == Step.REQUESTED:
            row.state, row.failure = Step.FAILED, code[:100]
            row.save(update_fields=["state", "failure"])
    return row


def _look_again(row: SubscriptionRefund) -> None:
    """What is open now follows from the provider's list of payments; the sweep would see it too."""
    try:
        subscriptions.settle(row.period.subscription_id)
    except (ProviderUnavailable, ProviderNotConfigured):
        return


@outside_transaction
def carry_out_open(*, older_than: timedelta = timedelta(0), limit: int = 100) -> int:
    """The sweep: asks again for refunds whose outcome is not known."""
    rows = SubscriptionRefund.objects.filter(
        state__in=(Step.REQUESTED, Step.PENDING), created_at__lt=Now() - older_than
    ).order_by("pk")
    done = 0
    for refund_id in list(rows.values_list("pk", flat=True)[:limit]):
        try:
            done += carry_out(refund_id).state == Step.COMPLETED
        except (ProviderUnavailable, ProviderNotConfigured):
            return done
    return done
