"""Where PayPal posts its messages: the webhooks of our app there, and what they are told of."""

import json
from collections.abc import Iterable

from payments.gateways.base import ProviderWebhook
from payments.gateways.paypal.reading import readable, segment
from payments.gateways.paypal.transport import Transport

_PATH = "/v1/notifications/webhooks"


class Notices:
    _transport: Transport

    def webhooks(self) -> list[ProviderWebhook]:
        answer = self._transport.get(_PATH)
        with readable("a list of webhooks"):
            return [
                ProviderWebhook(
                    id=row["id"],
                    url=row["url"],
                    kinds=frozenset(kind["name"] for kind in row.get("event_types") or []),
                )
                for row in answer.get("webhooks") or []
            ]

    def subscribe(self, *, url: str, kinds: Iterable[str]) -> str:
        """The new one's id. PayPal keeps one of an address, so a repetition is refused."""
        answer = self._transport.post(_PATH, {"url": url, "event_types": _named(kinds)})
        with readable("a webhook"):
            return str(answer["id"])

    def resubscribe(self, webhook_id: str, *, kinds: Iterable[str]) -> None:
        change = {"op": "replace", "path": "/event_types", "value": _named(kinds)}
        body = json.dumps([change]).encode()
        self._transport.call("PATCH", f"{_PATH}/{segment(webhook_id)}", body=body, harmless=True)


def _named(kinds: Iterable[str]) -> list[dict[str, str]]:
    return [{"name": kind} for kind in sorted(kinds)]
