"""What PayPal is to tell us, and where. PayPal keeps it; the id of it is this site's setting, since
without it no message can be told from a forged one."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from payments.gateways import paypal
from payments.services import messages
from tutorme.core.transactions import outside_transaction


@dataclass(frozen=True)
class Standing:
    """`did`: subscribed, resubscribed, nothing, or what would be done. `missing` were not told."""

    did: str
    webhook_id: str
    url: str
    missing: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "is_set": bool(self.webhook_id) and self.webhook_id == _set()}


def _set() -> str:
    return str(settings.PAYPAL["webhook_id"])


def address() -> str:
    return f"{settings.PUBLIC_BASE_URL}{reverse('payments-api-webhook-paypal')}"


@outside_transaction
def ensure(*, dry_run: bool) -> Standing:
    """Subscribes our address to everything that is read here. Repeating it changes nothing more;
    other addresses of the same app are left alone. Raises gateway errors."""
    url, wanted = address(), messages.kinds()
    gateway = paypal.gateway()
    ours = next((row for row in gateway.webhooks() if row.url == url), None)
    if ours is None:
        webhook_id = "" if dry_run else gateway.subscribe(url=url, kinds=wanted)
        return Standing("subscribed", webhook_id, url, tuple(sorted(wanted)))
    # One that hears everything has an asterisk for it.
    missing = () if "*" in ours.kinds else tuple(sorted(wanted - ours.kinds))
    if missing and not dry_run:
        gateway.resubscribe(ours.id, kinds=wanted | ours.kinds)
    return Standing("resubscribed" if missing else "nothing", ours.id, url, missing)
