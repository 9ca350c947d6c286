"""What PayPal tells of subscriptions and their payments."""

from typing import Any
from uuid import UUID

from payments.errors import SubscriptionBusy
from payments.models import Subscription, SubscriptionPeriod
from payments.services import (
    messages,
    subscription_refunds,
    subscription_wishes,
    subscriptions,
)
from tutorme.core.inbox import NotYet

_REFUNDED, _REVERSED = "PAYMENT.SALE.REFUNDED", "PAYMENT.SALE.REVERSED"


@messages.concerns(
    "BILLING.SUBSCRIPTION.CREATED",
    "BILLING.SUBSCRIPTION.ACTIVATED",
    "BILLING.SUBSCRIPTION.UPDATED",
    "BILLING.SUBSCRIPTION.EXPIRED",
    "BILLING.SUBSCRIPTION.CANCELLED",
    "BILLING.SUBSCRIPTION.SUSPENDED",
    "BILLING.SUBSCRIPTION.RE-ACTIVATED",
    "BILLING.SUBSCRIPTION.PAYMENT.FAILED",
    "PAYMENT.SALE.COMPLETED",
    _REFUNDED,
    _REVERSED,
)
def apply_message(kind: str, resource: dict[str, Any]) -> None:
    """Finds ours and brings it up to PayPal's truth."""
    row = subscription_of(resource)
    if row is None:
        raise NotYet("it speaks of a subscription we do not know")
    heard = _hear_of_refund(kind, row, resource)
    try:
        row = subscriptions.settle_now(row.pk)
    except SubscriptionBusy as error:
        # Whoever has the turn may have read the truth before this happened.
        raise NotYet("the subscription is being worked on") from error
    if row.wish:
        subscription_wishes.fulfil(row.pk)
    if not heard and not _hear_of_refund(kind, row, resource):
        raise NotYet("the payment that went back is not in PayPal's list yet")
    if kind == "PAYMENT.SALE.COMPLETED" and not _is_known(str(resource.get("id")), row):
        raise NotYet("the payment is not in PayPal's list yet")


def _hear_of_refund(kind: str, row: Subscription, resource: dict[str, Any]) -> bool:
    if kind not in {_REFUNDED, _REVERSED}:
        return True
    return subscription_refunds.hear(row.pk, resource, is_reversal=kind == _REVERSED)


def subscription_of(resource: dict[str, Any]) -> Subscription | None:
    """By PayPal's number, by our own reference, or by the payment it is about."""
    own = str(resource.get("custom_id") or resource.get("custom") or "")
    provider_id = str(resource.get("billing_agreement_id") or resource.get("id") or "")
    row = Subscription.objects.filter(provider_subscription_id=provider_id).first()
    return row or _by_reference(own, resource) or _by_sale(str(resource.get("sale_id") or ""))


def _by_reference(own: str, resource: dict[str, Any]) -> Subscription | None:
    """The process that announced it may have died before it noted PayPal's number."""
    try:
        row = Subscription.objects.filter(pk=UUID(own)).first()
    except ValueError:
        return None
    named = str(resource.get("billing_agreement_id") or resource.get("id") or "")
    if row and row.provider_subscription_id is None and named.startswith("I-"):
        Subscription.objects.filter(pk=row.pk, provider_subscription_id=None).update(
            provider_subscription_id=named
        )
        row.refresh_from_db()
    return row


def _by_sale(sale_id: str) -> Subscription | None:
    period = SubscriptionPeriod.objects.filter(sale_id=sale_id).select_related("subscription")
    found = period.first()
    return found.subscription if found else None


def _is_known(sale_id: str, row: Subscription) -> bool:
    return bool(row.review) or row.periods.filter(sale_id=sale_id).exists()
