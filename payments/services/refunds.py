"""Giving money back: intent, call, outcome; and refunds that were made at the provider."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.db.models.functions import Now
from django.utils import timezone

from payments.errors import NotRefundable, NotWaiting, RefundTooLarge, SecondPersonNeeded
from payments.events import PaymentRefunded, RefundProposed
from payments.gateways import paypal
from payments.gateways.base import ProviderRefund
from payments.models import Order, Refund
from payments.services import packages, settlement, transitions
from payments.services.transitions import State
from tutorme.core import audit, outbox
from tutorme.core.errors import ProviderNotConfigured, ProviderUnavailable
from tutorme.core.gateways import GatewayMisconfigured, GatewayRejected, GatewayUnavailable
from tutorme.core.inbox import NotYet
from tutorme.core.money import Money
from tutorme.core.transactions import outside_transaction

Step = Refund.State
# PayPal keeps the request ids of refunds for 45 days.
KEY_KEPT = timedelta(days=44)
# PayPal gives back what was paid within 180 days; a day is left for clocks and queues.
PROVIDER_WINDOW, _MARGIN = timedelta(days=180), timedelta(days=1)
_REFUNDABLE = (State.CAPTURED, State.PARTIALLY_REFUNDED)


@outside_transaction
def refund(
    *, order: Order, amount: Money | None, note: str, actor: Any, as_credit: bool = False
) -> Refund:
    """Refunds `amount`, or all that is left: credit that was spent comes back as credit first, the
    rest where the money came from; or all of it as credit, where that is wished or the payment too
    old for the provider. The row exists before the provider is asked; when it does not answer,
    `ProviderUnavailable` is raised and the sweep asks again. Above the site's limit the row waits,
    `proposed`, for `approve` by another person."""
    with transaction.atomic():
        locked = transitions.locked(order.pk)
        wanted = amount or left_of(locked)
        row = promise(locked, wanted, note=note, actor_id=actor.pk, as_credit=as_credit)
    return carry_out(row.pk)


def promise(
    order: Order, wanted: Money, *, note: str, actor_id: UUID, as_credit: bool = False
) -> Refund:
    """What a person here gives: above the site's limit it is proposed, and `carry_out` leaves it
    alone. The caller holds the order's lock."""
    above = wanted.minor > settings.REFUND_LIMIT_MINOR
    state = Step.PROPOSED if above else Step.REQUESTED
    return intend(order, wanted, note=note, actor_id=actor_id, state=state, as_credit=as_credit)


def is_too_old(paid_at: datetime | None) -> bool:
    """Whether the provider gives nothing back any more: then it comes back as credit here."""
    return paid_at is not None and timezone.now() - paid_at > PROVIDER_WINDOW - _MARGIN


def left_of(order: Order) -> Money:
    """What was paid and neither went back nor is on its way. The caller holds the order's lock."""
    return order.total - Money(_promised(order), order.currency)


def intend(
    order: Order,
    wanted: Money,
    *,
    note: str,
    actor_id: UUID | None,
    origin: Refund.Origin = Refund.Origin.ADMIN,
    state: Refund.State = Refund.State.REQUESTED,
    as_credit: bool = False,
) -> Refund:
    """The row, split over credit and money. The caller holds the order's lock."""
    if order.state not in _REFUNDABLE or not order.total:
        raise NotRefundable
    left = left_of(order)
    if wanted.currency != order.currency or not wanted or left < wanted:
        raise RefundTooLarge
    row = Refund.objects.create(
        order=order,
        amount_minor=wanted.minor,
        credit_minor=credit_part(order, wanted, as_credit=as_credit).minor,
        note=note[:200],
        origin=origin,
        state=state,
        requested_by_id=actor_id,
    )
    audit.record(
        f"order.refund_{state}",
        target=order,
        actor_id=actor_id,
        after=wanted.as_json(),
        reason=note,
    )
    if row.state == Step.PROPOSED:
        outbox.record(
            RefundProposed(row.pk, row.amount_minor, order.currency),
            actor_id=actor_id,
            key=f"{RefundProposed.name}:{row.pk}",
        )
    return row


def credit_part(order: Order, wanted: Money, *, as_credit: bool = False) -> Money:
    """What of it comes back as credit: first what was paid in credit; or everything, where that is
    wished or the payment is too old for the provider."""
    if as_credit or is_too_old(order.captured_at):
        return wanted
    returned = _open_or_done(order).aggregate(total=Sum("credit_minor"))["total"] or 0
    owed = max(0, order.credit_minor - int(returned))
    return Money(min(wanted.minor, owed), order.currency)


def _open_or_done(order: Order) -> QuerySet[Refund]:
    return order.refunds.exclude(state__in=(Step.FAILED, Step.REJECTED))


def _promised(order: Order) -> int:
    """Minor units that went back or are on their way."""
    return int(_open_or_done(order).aggregate(total=Sum("amount_minor"))["total"] or 0)


@outside_transaction
def approve(*, refund_id: UUID, actor: Any) -> Refund:
    """A second person's yes to a refund above the limit; then it is carried out."""
    _decide(refund_id, actor, Step.REQUESTED)
    return carry_out(refund_id)


def reject(*, refund_id: UUID, actor: Any, reason: str = "") -> Refund:
    return _decide(refund_id, actor, Step.REJECTED, reason)


def _decide(refund_id: UUID, actor: Any, to: Refund.State, reason: str = "") -> Refund:
    with transaction.atomic():
        row = Refund.objects.select_for_update(of=("self",)).get(pk=refund_id)
        if row.state != Step.PROPOSED:
            raise NotWaiting
        if actor.pk in {row.requested_by_id, row.order.buyer_id}:
            raise SecondPersonNeeded
        row.state, row.decided_by_id = to, actor.pk
        row.save(update_fields=["state", "decided_by"])
        audit.record(f"refund.{to}", target=row, actor_id=actor.pk, reason=reason)
    return row


@outside_transaction
def carry_out(refund_id: UUID) -> Refund:
    """Asks the provider, under the request id the row fixes: repeating finds the same refund."""
    row = Refund.objects.select_related("order").get(pk=refund_id)
    if row.state not in {Refund.State.REQUESTED, Refund.State.PENDING}:
        return row
    if not row.money:
        return _given(row)
    try:
        gateway = paypal.gateway()
        if row.provider_refund_id:
            truth = gateway.refund_state(row.provider_refund_id)
        else:
            truth = _found_again(gateway, row) or gateway.refund(
                str(row.order.provider_capture_id),
                request_id=row.request_id,
                reference=str(row.pk),
                amount=row.money,
                note=row.note,
            )
    except GatewayUnavailable as error:
        raise ProviderUnavailable from error
    except GatewayMisconfigured as error:
        raise ProviderNotConfigured from error
    except GatewayRejected as refusal:
        return _failed(row, refusal.code)
    return apply_truth(row.order_id, truth, refund_id=row.pk)


def _found_again(gateway: paypal.PayPal, row: Refund) -> ProviderRefund | None:
    """Once the provider has forgotten the request id, asking again would give the money twice:
    then its list of refunds is read first."""
    if timezone.now() - row.created_at < KEY_KEPT:
        return None
    given = gateway.order(str(row.order.provider_order_id)).refunds
    return next((one for one in given if one.reference == str(row.pk)), None)


def _given(row: Refund) -> Refund:
    """All of it is credit: nobody has to be asked."""
    with transaction.atomic():
        order = transitions.locked(row.order_id)
        row.refresh_from_db()
        if row.state == Step.REQUESTED:
            _complete(order, row)
            row.save()
    return row


def _failed(row: Refund, code: str) -> Refund:
    with transaction.atomic():
        transitions.locked(row.order_id)
        Refund.objects.filter(pk=row.pk, state=Refund.State.REQUESTED).update(
            state=Refund.State.FAILED, failure=code[:100]
        )
        packages.go_on(row.order_id)
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
        if row.state == Refund.State.FAILED:
            packages.go_on(order.pk)
        if row.state == Refund.State.COMPLETED:
            # That it was a reversal may become known after the money went.
            transitions.stand(order, row.note)
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
        left = order.total.minor - order.refunded_minor
        row = Refund(
            order=order,
            amount_minor=min(truth.amount.minor, left),
            note=note,
            origin=Refund.Origin.PROVIDER,
        )
    row.provider_refund_id = truth.id
    return row


def _complete(order: Order, row: Refund) -> None:
    row.state = Refund.State.COMPLETED
    settlement.record_refund(order, row)
    order.refunded_minor += row.amount_minor
    order.save(update_fields=["refunded_minor"])
    row.save()
    full = order.refunded_minor == order.total.minor
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
