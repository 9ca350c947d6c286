"""Placing and capturing orders. Each step with the provider is intent, call, outcome: what we are
about to do is committed first, so that whoever dies on the way leaves a trace a sweep can follow.
"""

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.urls import reverse
from django.utils import timezone

from payments import sellers
from payments.errors import NotApproved, OrderBusy, OrderClosed, PaymentDeclined, ReviewStands
from payments.gateways import paypal
from payments.gateways.base import ProviderOrder
from payments.models import PAID_STATES, UNPAID_STATES, CaptureAttempt, Order
from payments.services import placing, transitions
from payments.services.transitions import State
from payments.services.turns import turn
from tutorme.core import audit
from tutorme.core.errors import DomainError, ProviderNotConfigured, ProviderUnavailable
from tutorme.core.gateways import GatewayRejected, GatewayUnavailable
from tutorme.core.transactions import outside_transaction

log = structlog.get_logger(__name__)

# Longer than a call may take (the door's deadline); renewed before money is asked for. A caller
# that lost its turn does no harm: request ids and the row lock decide. It is what others wait for
# when a process died.
BUSY = timedelta(seconds=30)
# PayPal keeps the request ids of orders for six hours.
_KEY_KEPT = timedelta(hours=5, minutes=50)
_FIRST_CHECK, _LAST_CHECK = timedelta(seconds=30), timedelta(minutes=30)
_TRY_AGAIN = {"INSTRUMENT_DECLINED", "PAYER_CANNOT_PAY"}
_NOT_APPROVED = {"ORDER_NOT_APPROVED", "PAYER_ACTION_REQUIRED"}
_ALREADY = {"ORDER_ALREADY_CAPTURED"}
_FORGOTTEN = {"INVALID_RESOURCE_ID", "RESOURCE_NOT_FOUND"}


@outside_transaction
def place_order(
    *, buyer: Any, kind: str, target_id: UUID, coupon_code: str = "", with_credit: bool = False
) -> Order:
    """The buyer's open order for this thing, priced by its seller and known to the provider.

    Asking twice gives the same order; a changed price gives a new one. Nothing to pay: it comes
    back captured. Raises `ProviderUnavailable` with the order kept, so asking again goes on;
    `OrderBusy` while another request announces the same order.
    """
    order = placing.open_order(
        buyer=buyer,
        kind=kind,
        target_id=target_id,
        coupon_code=coupon_code,
        with_credit=with_credit,
    )
    if order.is_open and order.provider_order_id is None:
        _announce(order)
    return order


def _announce(order: Order) -> None:
    """Tells the provider. The request id is fixed by the row: repeating it finds the same order."""
    here = settings.PUBLIC_BASE_URL
    with _turn(order):
        order.refresh_from_db()
        if order.provider_order_id:
            return
        try:
            made = paypal.gateway().create_order(
                request_id=order.create_request_id,
                reference=str(order.pk),
                amount=order.amount,
                description=order.description,
                return_url=here + reverse("payments-return"),
                cancel_url=here + reverse("payments-cancel"),
            )
        except GatewayRejected as error:
            _end(order.pk, State.DECLINED, error.code)
            raise PaymentDeclined from error
        Order.objects.filter(pk=order.pk, provider_order_id=None).update(
            provider_order_id=made.id, approve_url=made.approve_url[:500]
        )
    order.refresh_from_db()


@outside_transaction
def settle(order_id: UUID) -> Order:
    """As `settle_now`; while somebody else is at it, the order as it stands."""
    try:
        return settle_now(order_id)
    except OrderBusy:
        return Order.objects.get(pk=order_id)


@outside_transaction
def settle_now(order_id: UUID) -> Order:
    """Reads the provider's truth and captures what the payer approved: the one finaliser that
    return page, API, webhook and sweep share. Returns the order as it now stands, or raises
    `NotApproved`, `PaymentDeclined`, `OrderClosed`, `OrderBusy` or `ProviderUnavailable`.

    An order that ended unpaid is read too: money may have come all the same.
    """
    order = Order.objects.get(pk=order_id)
    if order.state in PAID_STATES:
        return order
    if order.state == State.REVIEW:
        raise OrderClosed
    if order.provider_order_id is None:
        raise NotApproved if order.is_open else OrderClosed
    with _turn(order):
        settled = _settle_in_turn(order, order.provider_order_id)
    if settled.state in UNPAID_STATES and not order.is_open:
        raise OrderClosed
    return settled


def _turn(order: Order) -> AbstractContextManager[None]:
    return turn(order, BUSY, busy=OrderBusy(order=str(order.pk)))


def _settle_in_turn(order: Order, provider_id: str) -> Order:
    gateway = paypal.gateway()
    try:
        truth = gateway.order(provider_id)
    except GatewayRejected as refusal:
        if refusal.code not in _FORGOTTEN:
            raise GatewayUnavailable(str(refusal)) from refusal
        _forgotten(order.pk)
        raise OrderClosed from refusal
    order = _apply(order.pk, truth)
    if order.state == State.APPROVED:
        _secure(order)
    if order.state in {State.APPROVED, State.CAPTURING}:
        order = _capture(order, gateway)
    elif order.state == State.CREATED:
        raise NotApproved
    return order


def _secure(order: Order) -> None:
    """First what is sold is made sure of, then money moves. Where it is gone nobody is charged:
    what the payer agreed to lapses at the provider."""
    try:
        sellers.secure(order.kind, order.target_id)
    except DomainError as gone:
        _end(order.pk, State.VOIDED, gone.code)
        raise OrderClosed from gone


def _forgotten(order_id: UUID) -> None:
    """The provider drops what nobody approved. One we asked money for must not vanish like that."""
    with transaction.atomic():
        order = transitions.locked(order_id)
        if order.state in {State.CREATED, State.APPROVED}:
            transitions.move(order, State.EXPIRED, "the provider no longer knows it")
        elif order.is_open:
            transitions.review(order, None, "the provider no longer knows it")


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
        if order.state not in {State.APPROVED, State.CAPTURING}:
            raise OrderClosed
        Order.objects.filter(pk=order_id).update(busy_until=Now() + BUSY)
        last = order.attempts.order_by("-number").first()
        if last and order.state == State.CAPTURING and _is_remembered(last):
            return last
        transitions.move(order, State.CAPTURING, "asking for the money")
        return CaptureAttempt.objects.create(order=order, number=last.number + 1 if last else 1)


def _is_remembered(attempt: CaptureAttempt) -> bool:
    """Whether the provider still knows its request id. The order was read a moment ago, so money
    that one moved would be known here."""
    return timezone.now() - attempt.created_at < _KEY_KEPT


def _refused(order_id: UUID, refusal: GatewayRejected) -> Order:
    """The provider's no: the payer may choose another way to pay, or the order is over."""
    if refusal.code in _TRY_AGAIN | _NOT_APPROVED:
        with transaction.atomic():
            order = transitions.locked(order_id)
            if order.state == State.CAPTURING:
                transitions.move(order, State.CREATED, refusal.code)
        raise NotApproved if refusal.code in _NOT_APPROVED else PaymentDeclined
    if refusal.code == "DUPLICATE_INVOICE_ID":
        # Somebody was charged under this order's number already.
        return _end(order_id, State.REVIEW, refusal.code)
    _end(order_id, State.DECLINED, refusal.code)
    raise PaymentDeclined


def _end(order_id: UUID, to: Order.State, reason: str) -> Order:
    with transaction.atomic():
        order = transitions.locked(order_id)
        if order.is_open and to == State.REVIEW:
            transitions.review(order, None, reason)
        elif order.is_open:
            transitions.fail(order, to, reason)
    return order


@outside_transaction
def accept(*, order: Order, actor: Any) -> Order:
    """An admin's word on a reviewed order: if the provider's truth now agrees in amount, currency
    and reference, and the money is there, it counts. Raises `ReviewStands` otherwise."""
    if order.state != State.REVIEW or order.provider_order_id is None:
        raise ReviewStands
    with _turn(order):
        truth = paypal.gateway().order(order.provider_order_id)
    with transaction.atomic():
        order = transitions.locked(order.pk)
        if not transitions.accept(order, truth):
            raise ReviewStands
        audit.record("order.accepted", target=order, actor_id=actor.pk)
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
def reconcile(
    *, older_than: timedelta = timedelta(0), only_due: bool = False, limit: int = 200
) -> dict[str, int]:
    """Follows every order whose end is not known to its truth at the provider. Safe beside itself
    and beside everything else: turns are taken per order and truth is applied forward only.
    `only_due` leaves out those asked about a short while ago."""
    found = {"settled": 0, "waiting": 0, "expired": expire_stale(), "unreachable": 0}
    # A declined payment is the payer's to repeat; asking the bank every minute is not a sweep's.
    declined = Q(state__in=(State.CREATED, State.APPROVED)) & Exists(_attempts())
    rows = Order.objects.unsettled().filter(~declined, created_at__lt=Now() - older_than)
    if only_due:
        rows = rows.filter(next_check_at__lte=Now())
    for order in list(rows.order_by("next_check_at")[:limit]):
        found[_reconcile_one(order.pk)] += 1
        _check_again_later(order)
    return found


def _check_again_later(order: Order) -> None:
    """Money under way is looked after every minute, an unapproved order ever more rarely; one that
    somebody works on, or died over, when that turn has run out."""
    wait = _FIRST_CHECK
    if order.state in {State.CREATED, State.CAPTURE_PENDING}:
        wait = min(max(wait, (timezone.now() - order.created_at) / 4), _LAST_CHECK)
    later = Coalesce(F("busy_until"), Now() + wait)
    Order.objects.filter(pk=order.pk).update(next_check_at=later)


def _reconcile_one(order_id: UUID) -> str:
    try:
        order = settle_now(order_id)
    except (NotApproved, PaymentDeclined):
        overdue = Order.objects.filter(pk=order_id, expires_at__lt=Now()).exists()
        return "expired" if overdue and _expire(order_id) else "waiting"
    except OrderClosed:
        return "settled"
    except OrderBusy:
        return "waiting"
    except (ProviderUnavailable, ProviderNotConfigured, GatewayRejected) as error:
        log.warning("reconcile.unreachable", order=str(order_id), error=str(error))
        return "unreachable"
    return "waiting" if order.is_open else "settled"
