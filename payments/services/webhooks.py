"""PayPal's webhooks: verified, stored, and applied by asking PayPal what is true now."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q

from payments.errors import NotApproved, OrderBusy, OrderClosed, PaymentDeclined, WebhookRefused
from payments.gateways import paypal
from payments.models import Order
from payments.services import orders, refunds
from tutorme.core import inbox
from tutorme.core.errors import ProviderNotConfigured, ProviderUnavailable
from tutorme.core.gateways import GatewayMisconfigured, GatewayUnavailable
from tutorme.core.models import InboxMessage
from tutorme.core.transactions import outside_transaction

_KEPT_HEADERS = ("paypal-transmission-id", "paypal-transmission-time", "paypal-cert-url")
_REFUND_EVENTS = {"PAYMENT.CAPTURE.REFUNDED", "PAYMENT.CAPTURE.REVERSED"}


@outside_transaction
def receive(*, headers: Mapping[str, str], body: bytes) -> None:
    """Keeps a genuine message and returns; raises `WebhookRefused` for any other. When PayPal
    cannot be asked, `ProviderUnavailable` makes it deliver again."""
    try:
        event = json.loads(body)
        event_id, kind = str(event["id"])[:200], str(event["event_type"])[:120]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise WebhookRefused from error
    try:
        genuine = paypal.gateway().verify_webhook(headers=headers, body=body)
    except GatewayUnavailable as error:
        raise ProviderUnavailable from error
    except GatewayMisconfigured as error:
        raise ProviderNotConfigured from error
    if not genuine:
        raise WebhookRefused
    given = {name.lower(): value for name, value in headers.items()}
    kept = {name: given.get(name, "") for name in _KEPT_HEADERS}
    inbox.store(provider="paypal", delivery_id=event_id, kind=kind, body=body, headers=kept)


@outside_transaction
def apply(message: InboxMessage) -> None:
    """Finds our order and brings it up to PayPal's truth. The body is only a hint of where to
    look, so a late, repeated or reordered message does no harm."""
    event = json.loads(bytes(message.body))
    resource = event.get("resource") or {}
    order = _order_of(resource)
    if order is None:
        if _is_ours(message.kind):
            raise inbox.NotYet("it speaks of an order we do not know")
        return
    if message.kind in _REFUND_EVENTS:
        _apply_refund(order, resource)
        return
    try:
        orders.settle_now(order.pk)
    except (NotApproved, PaymentDeclined, OrderClosed):
        return
    except OrderBusy as error:
        # Whoever has the turn may have read the truth before this happened.
        raise inbox.NotYet("the order is being worked on") from error
    except (ProviderUnavailable, ProviderNotConfigured) as error:
        raise GatewayUnavailable(str(error)) from error


def _is_ours(kind: str) -> bool:
    return kind.startswith(("CHECKOUT.ORDER.", "PAYMENT.CAPTURE."))


def _order_of(resource: dict[str, Any]) -> Order | None:
    """By our own reference; by PayPal's order; for a refund, by the capture it points up to."""
    units = resource.get("purchase_units") or [{}]
    reference = str(resource.get("custom_id") or units[0].get("custom_id") or "")
    try:
        return Order.objects.filter(pk=UUID(reference)).first()
    except ValueError:
        ids = (resource.get("supplementary_data") or {}).get("related_ids") or {}
        links = {link.get("rel"): link.get("href") for link in resource.get("links") or []}
        capture_id = str(links.get("up") or "").rpartition("/")[2]
        known = Q(provider_order_id__in=[str(resource.get("id")), str(ids.get("order_id"))])
        return Order.objects.filter(known | Q(provider_capture_id=capture_id)).first()


def _apply_refund(order: Order, resource: dict[str, Any]) -> None:
    truth = paypal.gateway().refund_state(str(resource.get("id", "")))
    if order.is_open:
        # The capture's own message has not come yet; its truth goes first.
        order = orders.settle(order.pk)
    if not order.provider_capture_id:
        raise inbox.NotYet("nothing was captured yet")
    refunds.apply_truth(order.pk, truth)
