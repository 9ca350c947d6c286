"""PayPal's webhooks: verified, stored, and applied by asking PayPal what is true now."""

import json
from collections.abc import Mapping

from payments.errors import WebhookRefused
from payments.gateways import paypal
from payments.services import messages
from tutorme.core import inbox
from tutorme.core.errors import ProviderNotConfigured, ProviderUnavailable
from tutorme.core.gateways import GatewayMisconfigured, GatewayUnavailable
from tutorme.core.models import InboxMessage
from tutorme.core.transactions import outside_transaction

_KEPT_HEADERS = ("paypal-transmission-id", "paypal-transmission-time", "paypal-cert-url")


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
    """Hands a kept message to whom it concerns. The body is only a hint of where to look, so a
    late, repeated or reordered message does no harm."""
    reader = messages.reader_of(message.kind)
    if reader is None:
        return
    event = json.loads(bytes(message.body))
    try:
        reader(message.kind, event.get("resource") or {})
    except (ProviderUnavailable, ProviderNotConfigured, GatewayMisconfigured) as error:
        raise GatewayUnavailable(str(error)) from error
