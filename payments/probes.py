"""Whether PayPal lets us in."""

from django.conf import settings

from payments.gateways.paypal.transport import Transport
from tutorme.core.probes import Probe, declare


def _sign_in() -> str:
    account = settings.PAYPAL
    Transport(
        base_url=account["base_url"],
        client_id=account["client_id"],
        client_secret=account["client_secret"],
    ).get_access_token()
    return "signed in"


declare(Probe("paypal", lambda: bool(settings.PAYPAL["client_id"]), _sign_in))
