"""PayPal, over REST. `gateway()` is the client of the configured account; everything it answers is
in the words of `payments.gateways.base`."""

from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings

from payments.gateways.paypal.billing import Billing
from payments.gateways.paypal.checkout import Checkout
from payments.gateways.paypal.disputes import Disputes
from payments.gateways.paypal.notices import Notices
from payments.gateways.paypal.payouts import Payouts
from payments.gateways.paypal.signatures import CERTIFICATE_HOSTS, Signatures
from payments.gateways.paypal.transport import Transport
from tutorme.core.gateways import GatewayMisconfigured

__all__ = ["PayPal", "Transport", "gateway", "is_configured", "payer_origin"]


class PayPal(Checkout, Billing, Payouts, Disputes, Notices, Signatures):
    """Every call raises `GatewayUnavailable`, `GatewayRejected(code)` or `GatewayMisconfigured`.

    `request_id` makes a call repeatable: PayPal answers a known id with what it did then, so it is
    stored before the call. What moves a subscription on has none and is refused where it was done
    already: the caller reads the truth after a refusal.
    """

    def __init__(self, transport: Transport, *, webhook_id: str) -> None:
        self._transport = transport
        self._webhook_id = webhook_id


def is_configured() -> bool:
    return bool(settings.PAYPAL["client_id"] and settings.PAYPAL["client_secret"])


def payer_origin() -> str:
    """Where the payer is sent to approve: PayPal's site beside its API; a stand-in's own origin."""
    address = urlsplit(settings.PAYPAL["base_url"])
    if address.hostname in CERTIFICATE_HOSTS:
        sandboxed = "sandbox." if "sandbox" in str(address.hostname) else ""
        return f"https://www.{sandboxed}paypal.com"
    return f"{address.scheme}://{address.netloc}"


def gateway() -> PayPal:
    """The client of the configured account; `GatewayMisconfigured` without keys."""
    if not is_configured():
        raise GatewayMisconfigured("PAYPAL_CLIENT_ID or PAYPAL_CLIENT_SECRET is not set")
    account = settings.PAYPAL
    return _client(
        account["base_url"], account["client_id"], account["client_secret"], account["webhook_id"]
    )


@lru_cache(maxsize=4)
def _client(base_url: str, client_id: str, client_secret: str, webhook_id: str) -> PayPal:
    transport = Transport(base_url=base_url, client_id=client_id, client_secret=client_secret)
    return PayPal(transport, webhook_id=webhook_id)
