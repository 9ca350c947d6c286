"""Subscribing, and following subscriptions to the provider's truth. As with orders, each step is
intent, call, outcome, and a webhook is only a hint of where to look."""

from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from payments.errors import (
    AlreadySubscribed,
    PaymentDeclined,
    PlanNotOffered,
    SubscriptionBusy,
)
from payments.gateways import paypal
from payments.gateways.base import ProviderSale, ProviderSubscription
from payments.models import ENDED_STATES, Plan, PlanVersion, Subscription
from payments.services import subscription_truth as truths
from payments.services.subscription_truth import State
from payments.services.turns import turn
from tutorme.core.errors import ProviderNotConfigured
from tutorme.core.gateways import GatewayRejected, GatewayUnavailable
from tutorme.core.row_security import as_system
from tutorme.core.transactions import outside_transaction

BUSY = timedelta(seconds=30)
# An agreement nobody made within this time is given up; the provider's page works for three hours.
PATIENCE = timedelta(hours=3)
_FORGOTTEN = {"RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID"}
_A_LONG_TIME = timedelta(days=3650)


@outside_transaction
def subscribe(*, user: Any, plan: Plan) -> Subscription:
    """The person's agreement to this plan at today's price, known to the provider; they make it
    at `approve_url`. Asking twice gives the same one. Time that is paid for already (of one that
    was cancelled) is not paid again: the first payment is taken when it ends.

    Raises `AlreadySubscribed`, `PlanNotOffered`, or `ProviderUnavailable` with the row kept.
    """
    if not paypal.is_configured():
        raise ProviderNotConfigured
    _catch_up(user)
    row = _open_row(user, plan)
    if row.provider_subscription_id is None:
        _announce(row)
    return row


def _catch_up(user: Any) -> None:
    """What was agreed to a moment ago must be known before another is begun."""
    waiting = Subscription.objects.filter(user_id=user.pk, state=State.APPROVAL_PENDING)
    for row in waiting.exclude(provider_subscription_id=None):
        settle(row.pk)


@transaction.atomic
def _open_row(user: Any, plan: Plan) -> Subscription:
    """Under the person's row lock, so that a second click sees what the first one did."""
    get_user_model().objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    version = PlanVersion.objects.filter(plan=plan, plan__is_offered=True, state="active").first()
    if version is None:
        raise PlanNotOffered
    live = Subscription.objects.live().filter(user_id=user.pk).first()
    if live is not None:
        live = truths.locked(live.pk)
        if live.state != State.APPROVAL_PENDING:
            raise AlreadySubscribed
        if live.version_id == version.pk and timezone.now() - live.created_at < PATIENCE:
            return live
        truths.move(live, State.EXPIRED, "replaced by a newer one")
    return Subscription.objects.create(user=user, version=version, starts_at=_paid_until(user))


def _paid_until(user: Any) -> datetime | None:
    ended = Subscription.objects.filter(user_id=user.pk, state__in=ENDED_STATES)
    last: datetime | None = ended.aggregate(last=Max("paid_through"))["last"]
    return last if last and last > timezone.now() + timedelta(hours=1) else None


def _announce(row: Subscription) -> None:
    """Tells the provider. The request id is fixed by the row: repeating it finds the same one."""
    with turn_of(row):
        row.refresh_from_db()
        if row.provider_subscription_id or row.state != State.APPROVAL_PENDING:
            return
        try:
            made = paypal.gateway().create_subscription(
                request_id=row.request_id,
                reference=str(row.pk),
                plan_id=str(row.version.provider_plan_id),
                starts_at=row.starts_at,
                **ways_back(),
            )
        except GatewayRejected as refusal:
            give_up(row.pk, refusal.code)
            raise PaymentDeclined from refusal
        Subscription.objects.filter(pk=row.pk, provider_subscription_id=None).update(
            provider_subscription_id=made.id, approve_url=made.approve_url[:500]
        )
    row.refresh_from_db()


def ways_back() -> dict[str, str]:
    here = settings.PUBLIC_BASE_URL
    return {
        "return_url": here + reverse("payments-subscription-return"),
        "cancel_url": here + reverse("payments-subscription-turned-back"),
    }


def give_up(subscription_id: UUID, reason: str) -> None:
    with transaction.atomic():
        row = truths.locked(subscription_id)
        if row.state == State.APPROVAL_PENDING:
            truths.move(row, State.EXPIRED, reason)


@as_system("the payer came back: their provider is asked, and money moves")
@outside_transaction
def settle(subscription_id: UUID) -> Subscription:
    """As `settle_now`; while somebody else is at it, the row as it stands."""
    try:
        return settle_now(subscription_id)
    except SubscriptionBusy:
        return Subscription.objects.get(pk=subscription_id)


@outside_transaction
def settle_now(subscription_id: UUID) -> Subscription:
    """Reads the provider's truth and applies it: the one finaliser that return page, API, webhook
    and sweep share. Raises `SubscriptionBusy`, `ProviderUnavailable` or `ProviderNotConfigured`.
    """
    row = Subscription.objects.get(pk=subscription_id)
    if row.provider_subscription_id is None:
        return row
    with turn_of(row):
        return follow(row)


def turn_of(row: Subscription) -> AbstractContextManager[None]:
    """`SubscriptionBusy` while another caller talks to the provider about it."""
    return turn(row, BUSY, busy=SubscriptionBusy())


def follow(row: Subscription) -> Subscription:
    """The caller has the turn."""
    try:
        truth, sales = _read(str(row.provider_subscription_id))
    except GatewayRejected as refusal:
        if refusal.code not in _FORGOTTEN:
            raise GatewayUnavailable(str(refusal)) from refusal
        return _forgotten(row.pk)
    with transaction.atomic():
        row = truths.locked(row.pk)
        truths.apply(row, truth, sales)
    return row


def _read(provider_id: str) -> tuple[ProviderSubscription, tuple[ProviderSale, ...]]:
    gateway = paypal.gateway()
    truth = gateway.subscription(provider_id)
    if truth.status == "APPROVAL_PENDING":
        return truth, ()
    now = timezone.now()
    sales = gateway.sales(provider_id, since=now - _A_LONG_TIME, until=now + timedelta(days=1))
    return truth, sales


def _forgotten(subscription_id: UUID) -> Subscription:
    """The provider drops what nobody agreed to. One that ran must not vanish like that."""
    with transaction.atomic():
        row = truths.locked(subscription_id)
        if row.state == State.APPROVAL_PENDING:
            truths.move(row, State.EXPIRED, "the provider no longer knows it")
        elif row.is_live:
            truths.review(row, "the provider no longer knows it")
    return row


def turned_back(*, row: Subscription) -> Subscription:
    """The person came back without agreeing."""
    if row.state == State.APPROVAL_PENDING:
        give_up(row.pk, "turned back at the provider")
    row.refresh_from_db()
    return row
