"""Placing and capturing orders. Each step with the provider is intent, call, outcome: what we are
about to do is committed first, so that whoever dies on the way leaves a trace a sweep can follow.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.urls import reverse

from payments import sellers
from payments.errors import NotApproved, OrderClosed, PaymentDeclined
from payments.gateways import paypal
from payments.gateways.base import ProviderOrder
from payments.models import OPEN_STATES, CaptureAttempt, Order
from payments.services import transitions
from payments.services.transitions import State
from tutorme.core.errors import Conflict, ProviderNotConfigured, ProviderUnavailable
from tutorme.core.gateways import GatewayMisconfigured, GatewayRejected, GatewayUnavailable
from tutorme.core.transactions import outside_transaction

log = structlog.get_logger(__name__)

# Longer than the door's deadline, so that a living caller is never overtaken.
BUSY = timedelta(seconds=120)
_TRY_AGAIN = {"INSTRUMENT_DECLINED", "PAYER_CANNOT_PAY"}
_NOT_APPROVED = {"ORDER_NOT_APPROVED", "PAYER_ACTION_REQUIRED"}
_ALREADY = {"ORDER_ALREADY_CAPTURED", "ORDER_COMPLETION_IN_PROGRESS"}


@outside_transaction
def place_order(*, buyer: Any, kind: str, target_id: UUID) -> Order:
    """The buyer's open order for this thing, priced by its seller and known to the provider.

    Asking twice gives the same order; a changed price gives a new one. Nothing to pay: it comes
    back captured. Raises `ProviderUnavailable` with the order kept, so asking again goes on.
    """
    quote = sellers.quote(kind, target_id, buyer)
    if quote.price and not paypal.is_configured():
        raise ProviderNotConfigured
    order = _open_order(buyer, kind, target_id, quote)
    if order.is_open and order.provider_order_id is None:
        _announce(order)
    return order


def _open_order(buyer: Any, kind: str, target_id: UUID, quote: sellers.Quote) -> Order:
    with transaction.atomic():
        _retire_stale(buyer, kind, target_id, quote)
        order = Order(
            buyer_id=buyer.pk,
            payee_id=quote.payee_id,
            kind=kind,
            target_id=target_id,
            description=quote.description[:200],
            url=quote.url,
            amount_minor=quote.price.minor,
            currency=quote.price.currency,
            provider=Order.Provider.PAYPAL if quote.price else Order.Provider.NONE,
        )
        # `order_one_open` decides between parallel buyers' clicks; the loser uses the winner's.
        Order.objects.bulk_create([order], ignore_conflicts=True)
        kept: Order | None = (
            _open(buyer, kind, target_id).select_for_update(of=("self",), no_key=True).first()
        )
        if kept is None:
            raise Conflict
        if not quote.price:
            transitions.complete(kept)
    return kept


def _open(buyer: Any, kind: str, target_id: UUID) -> Any:
    return Order.objects.filter(
        buyer_id=buyer.pk, kind=kind, target_id=target_id, state__in=OPEN_STATES
    )


def _retire_stale(buyer: Any, kind: str, target_id: UUID, quote: sellers.Quote) -> None:
    """Ends an open order nobody may pay any more: too old, or at another price. One whose money
    may be moving is left alone."""
    other_price = ~Q(amount_minor=quote.price.minor, currency=quote.price.currency)
    stale = _open(buyer, kind, target_id).filter(
        Q(state=State.CREATED), Q(expires_at__lt=Now()) | other_price
    )
    for order_id in stale.values_list("pk", flat=True):
        order = transitions.locked(order_id)
        if order.state == State.CREATED:
            transitions.move(order, State.EXPIRED, "replaced by a newer order")


def _announce(order: Order) -> None:
    """Tells the provider. The request id is fixed by the row: repeating it finds the same order."""
    here = settings.PUBLIC_BASE_URL
    try:
        made = paypal.gateway().create_order(
            request_id=order.create_request_id,
            reference=str(order.pk),
            amount=order.amount,
            description=order.description,
            return_url=here + reverse("payments-return"),
            cancel_url=here + reverse("payments-cancel"),
        )
    except GatewayUnavailable as error:
        raise ProviderUnavailable from error
    except GatewayMisconfigured as error:
        raise ProviderNotConfigured from error
    except GatewayRejected as error:
        _end(order.pk, State.DECLINED, error.code)
        raise PaymentDeclined from error
    Order.objects.filter(pk=order.pk, provider_order_id=None).update(
        provider_order_id=made.id, approve_url=made.approve_url[:500]
    )
    order.refresh_from_db()


@outside_transaction
def settle(order_id: UUID) -> Order:
    """Reads the provider's truth and captures what the payer approved: the one finaliser that
    return page, API, webhook and sweep share. Raises `NotApproved`, `PaymentDeclined`,
    `OrderClosed` or `ProviderUnavailable`; returns the order as it now stands otherwise.
    """
    order = Order.objects.get(pk=order_id)
    if order.state in {State.CAPTURED, State.PARTIALLY_REFUNDED, State.REFUNDED}:
        return order
    if not order.is_open or order.provider_order_id is None:
        raise OrderClosed
    if not _take_turn(order):
        order.refresh_from_db()
        return order
    try:
        return _settle_in_turn(order, order.provider_order_id)
    except GatewayUnavailable as error:
        raise ProviderUnavailable from error
    except GatewayMisconfigured as error:
        raise ProviderNotConfigured from error
    finally:
        Order.objects.filter(pk=order.pk).update(busy_until=None)


def _take_turn(order: Order) -> bool:
    """One caller at a time talks to the provider about an order; a dead one's turn runs out."""
    free = Q(busy_until=None) | Q(busy_until__lt=Now())
    return bool(Order.objects.filter(free, pk=order.pk).update(busy_until=Now() + BUSY))


def _settle_in_turn(order: Order, provider_id: str) -> Order:
    gateway = paypal.gateway()
    truth = gateway.order(provider_id)
    order = _apply(order.pk, truth)
    if order.state in {State.APPROVED, State.CAPTURING} and not truth.captures:
        order = _capture(order, gateway)
    elif order.state == State.CREATED:
        raise NotApproved
    return order


def _apply(order_id: UUID, truth: ProviderOrder) -> Order:
    with transaction.atomic():
        order = transitions.locked(order_id)
        transitions.apply_truth(order, truth)
    return order


def _capture(order: Order, gateway: paypal.PayPal) -> Order:
    attempt = _intend(order.pk)
    try:
        truth = gateway.capture(str(order.provider_order_id), request_id=attempt.request_id)
    except GatewayRejected as refusal:
        if refusal.code not in _ALREADY:
            return _refused(order.pk, refusal)
        truth = gateway.order(str(order.provider_order_id))
    return _apply(order.pk, truth)


def _intend(order_id: UUID) -> CaptureAttempt:
    """The attempt to make, written down first. One without an outcome is made again under its own
    request id, which the provider recognises."""
    with transaction.atomic():
        order = transitions.locked(order_id)
        last = order.attempts.order_by("-number").first()
        if last and order.state == State.CAPTURING:
            return last
        transitions.move(order, State.CAPTURING, "asking for the money")
        return CaptureAttempt.objects.create(order=order, number=last.number + 1 if last else 1)


def _refused(order_id: UUID, refusal: GatewayRejected) -> Order:
    """The provider's no: the payer may choose another way to pay, or the order is over."""
    if refusal.code in _TRY_AGAIN | _NOT_APPROVED:
        with transaction.atomic():
            order = transitions.locked(order_id)
            if order.state == State.CAPTURING:
                transitions.move(order, State.CREATED, refusal.code)
        raise NotApproved if refusal.code in _NOT_APPROVED else PaymentDeclined
    if refusal.code == "DUPLICATE_INVOICE_ID":
        return _end(order_id, State.REVIEW, refusal.code)
    _end(order_id, State.DECLINED, refusal.code)
    raise PaymentDeclined


def _end(order_id: UUID, to: Order.State, reason: str) -> Order:
    with transaction.atomic():
        order = transitions.locked(order_id)
        if order.is_open:
            transitions.fail(order, to, reason)
    return order


def cancel(*, order: Order) -> Order:
    """The buyer turned back before paying. An approved payment is not cancelled but captured."""
    with transaction.atomic():
        order = transitions.locked(order.pk)
        if order.state == State.CREATED:
            transitions.move(order, State.CANCELLED, "cancelled by the buyer")
    return order


def expire_stale() -> int:
    """Closes orders nobody paid in time: the provider never heard of them, or refused the payer.
    The rest are read at the provider once more by `reconcile` before they are closed."""
    nobody_pays = Q(provider_order_id=None) | Exists(_attempts())
    overdue = Order.objects.filter(
        nobody_pays, state__in=(State.CREATED, State.APPROVED), expires_at__lt=Now()
    )
    return sum(_expire(order_id) for order_id in list(overdue.values_list("pk", flat=True)[:500]))


def _attempts() -> QuerySet[CaptureAttempt]:
    return CaptureAttempt.objects.filter(order=OuterRef("pk"))


def _expire(order_id: UUID) -> bool:
    with transaction.atomic():
        order = transitions.locked(order_id)
        expired = order.state in {State.CREATED, State.APPROVED}
        if expired:
            transitions.move(order, State.EXPIRED, "nobody paid in time")
    return expired


@outside_transaction
def reconcile(*, older_than: timedelta = timedelta(minutes=1), limit: int = 200) -> dict[str, int]:
    """Follows every order whose end is not known to its truth at the provider. Safe beside itself
    and beside everything else: turns are taken per order and truth is applied forward only."""
    found = {"settled": 0, "waiting": 0, "expired": expire_stale(), "unreachable": 0}
    # A declined payment is the payer's to repeat; asking the bank every minute is not a sweep's.
    declined = Q(state__in=(State.CREATED, State.APPROVED)) & Exists(_attempts())
    rows = Order.objects.unsettled().filter(~declined, created_at__lt=Now() - older_than)
    for order_id in list(rows.order_by("created_at").values_list("pk", flat=True)[:limit]):
        found[_reconcile_one(order_id)] += 1
    return found


def _reconcile_one(order_id: UUID) -> str:
    try:
        order = settle(order_id)
    except (NotApproved, PaymentDeclined):
        overdue = Order.objects.filter(pk=order_id, expires_at__lt=Now()).exists()
        return "expired" if overdue and _expire(order_id) else "waiting"
    except OrderClosed:
        return "settled"
    except (ProviderUnavailable, ProviderNotConfigured, GatewayRejected) as error:
        log.warning("reconcile.unreachable", order=str(order_id), error=str(error))
        return "unreachable"
    return "waiting" if order.is_open else "settled"
