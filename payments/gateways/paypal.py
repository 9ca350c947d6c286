"""PayPal: Orders v2, Payments v2 and webhook verification.

`paypalrestsdk` is archived, so only its `Api` object is used, as an authenticated transport to
today's REST paths, and its calls go through our HTTP door. What is mended here: no timeout, 400
returned as a result, a lasting 401 that recurses, request headers leaked into the token call, no
early renewal of tokens, headers and bodies written to the debug log.
"""

import json
import threading
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

import paypalrestsdk
from django.conf import settings
from paypalrestsdk.exceptions import UnauthorizedAccess

from payments.gateways.base import ProviderCapture, ProviderOrder, ProviderRefund
from tutorme.core.gateways import GatewayMisconfigured, GatewayRejected, GatewayUnavailable
from tutorme.core.http import Door
from tutorme.core.money import Money

_RENEW_BEFORE_S = 60
_CERTIFICATE_PATH = "/v1/notifications/certs/"
# PayPal's test environment signs with keys of its own, which say nothing about live money.
_CERTIFICATE_HOSTS = {
    "api-m.paypal.com": frozenset({"api.paypal.com", "api-m.paypal.com"}),
    "api-m.sandbox.paypal.com": frozenset({"api.sandbox.paypal.com", "api-m.sandbox.paypal.com"}),
}
# PayPal is still busy with the first call of this request id: asking again later tells how it went.
_UNDER_WAY = frozenset({"PREVIOUS_REQUEST_IN_PROGRESS", "ORDER_COMPLETION_IN_PROGRESS"})
_SIGNATURE_HEADERS = {
    "auth_algo": "paypal-auth-algo",
    "cert_url": "paypal-cert-url",
    "transmission_id": "paypal-transmission-id",
    "transmission_sig": "paypal-transmission-sig",
    "transmission_time": "paypal-transmission-time",
}


class Transport(paypalrestsdk.Api):  # type: ignore[misc]
    """The SDK's token handling over our door: bounded, silent about secrets, safe in threads."""

    def __init__(
        self, *, base_url: str, client_id: str, client_secret: str, door: Door | None = None
    ) -> None:
        super().__init__(endpoint=base_url, client_id=client_id, client_secret=client_secret)
        self.token_hash: dict[str, Any] | None = None
        self._door = door or Door(provider="paypal", base_url=base_url)
        self._lock = threading.Lock()
        self._token_born = 0.0

    def get_token_hash(self, *_args: Any, **_options: Any) -> dict[str, Any]:
        with self._lock:
            token: dict[str, Any] = super().get_token_hash()
            return token

    def validate_token_hash(self) -> None:
        age = time.monotonic() - self._token_born
        if self.token_hash and age > self.token_hash.get("expires_in", 0) - _RENEW_BEFORE_S:
            self.token_hash = None

    def http_call(self, url: str, method: str, **options: Any) -> dict[str, Any]:
        """The SDK's one way out; here it only ever asks for a token."""
        path = url.removeprefix(self.endpoint)
        asked_at = time.monotonic()
        response = self._door.request(
            method, path, idempotent=True, headers=options["headers"], content=options["data"]
        )
        self._token_born = asked_at
        if response.status_code != 200:
            raise GatewayMisconfigured(f"PayPal refuses our credentials ({response.status_code})")
        token = _json(response.status_code, response.content)
        if not {"access_token", "token_type"} <= token.keys():
            raise GatewayUnavailable("paypal: an answer without a token")
        return token

    def call(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        request_id: str = "",
        harmless: bool = False,
    ) -> dict[str, Any]:
        """The JSON of a 2xx. The door repeats GETs, calls with a request id and harmless ones."""
        for last_try in (False, True):
            headers = self.headers()
            if request_id:
                headers["PayPal-Request-Id"] = request_id
            if body is None:
                headers.pop("Content-Type", None)
            response = self._door.request(
                method,
                path,
                idempotent=method == "GET" or bool(request_id) or harmless,
                headers=headers,
                content=body,
            )
            try:
                return self._read(response.status_code, response.content)
            except UnauthorizedAccess as error:
                # A token can be revoked before its time: one new one, then it is our keys.
                self.token_hash = None
                if last_try:
                    raise GatewayMisconfigured("PayPal refuses our token") from error
        raise AssertionError("the second try returns or raises")

    def _read(self, status: int, content: bytes) -> dict[str, Any]:
        if status == 401:
            raise UnauthorizedAccess(None, "")
        answer = _json(status, content)
        if 200 <= status < 300:
            return answer
        code = _issue(answer) or f"HTTP_{status}"
        if code in _UNDER_WAY:
            raise GatewayUnavailable(f"paypal: {code}")
        if status == 403:
            raise GatewayMisconfigured(f"PayPal does not let our app do this ({code})")
        raise GatewayRejected(code, str(answer.get("message", ""))[:500])


class PayPal:
    """Implements `PaymentGateway`."""

    def __init__(self, transport: Transport, *, webhook_id: str) -> None:
        self._transport = transport
        self._webhook_id = webhook_id

    def create_order(
        self,
        *,
        request_id: str,
        reference: str,
        amount: Money,
        description: str,
        return_url: str,
        cancel_url: str,
    ) -> ProviderOrder:
        unit = {
            "reference_id": "default",
            "custom_id": reference,
            "invoice_id": reference,
            "description": description[:127],
            "amount": {"currency_code": amount.currency, "value": amount.amount},
        }
        experience = {
            "return_url": return_url,
            "cancel_url": cancel_url,
            "user_action": "PAY_NOW",
            "shipping_preference": "NO_SHIPPING",
        }
        body = {
            "intent": "CAPTURE",
            "purchase_units": [unit],
            "payment_source": {"paypal": {"experience_context": experience}},
        }
        answer = self._post("/v2/checkout/orders", body, request_id)
        # The answer may be the minimal one, without the purchase unit we sent.
        answer.setdefault("purchase_units", [unit])
        return _order(answer)

    def order(self, provider_id: str) -> ProviderOrder:
        return _order(self._transport.call("GET", f"/v2/checkout/orders/{_segment(provider_id)}"))

    def capture(self, provider_id: str, *, request_id: str) -> ProviderOrder:
        self._post(f"/v2/checkout/orders/{_segment(provider_id)}/capture", {}, request_id)
        return self.order(provider_id)

    def refund(
        self, capture_id: str, *, request_id: str, amount: Money, note: str
    ) -> ProviderRefund:
        body = {
            "amount": {"currency_code": amount.currency, "value": amount.amount},
            "note_to_payer": note[:255] or "Refund",
        }
        path = f"/v2/payments/captures/{_segment(capture_id)}/refund"
        answer = self._post(path, body, request_id)
        answer.setdefault("amount", body["amount"])
        return _refund(answer)

    def refund_state(self, refund_id: str) -> ProviderRefund:
        return _refund(self._transport.call("GET", f"/v2/payments/refunds/{_segment(refund_id)}"))

    def verify_webhook(self, *, headers: Mapping[str, str], body: bytes) -> bool:
        """Asks PayPal by postback; the event goes back byte for byte, as it was signed."""
        given = {name.lower(): value for name, value in headers.items()}
        facts = {field: given.get(name, "") for field, name in _SIGNATURE_HEADERS.items()}
        if not self._webhook_id or not all(facts.values()) or not self._trusts(facts["cert_url"]):
            return False
        # Spliced unread, a body like `{…}, "webhook_id": "theirs"` would choose what is verified.
        if not _is_one_object(body):
            return False
        envelope = json.dumps({**facts, "webhook_id": self._webhook_id})
        raw = envelope[:-1].encode() + b', "webhook_event": ' + body + b"}"
        try:
            answer = self._transport.call(
                "POST", "/v1/notifications/verify-webhook-signature", body=raw, harmless=True
            )
        except GatewayRejected:
            return False
        return answer.get("verification_status") == "SUCCESS"

    def _trusts(self, cert_url: str) -> bool:
        """PayPal's hosts of our own environment over TLS; or, where PayPal itself is a stand-in,
        the stand-in."""
        own = urlsplit(self._transport.endpoint)
        try:
            address = urlsplit(cert_url)
        except ValueError:
            return False
        hosts = _CERTIFICATE_HOSTS.get(own.netloc, {own.netloc})
        scheme = "https" if own.netloc in _CERTIFICATE_HOSTS else own.scheme
        at_home = address.scheme == scheme and address.netloc in hosts
        return at_home and address.path.startswith(own.path + _CERTIFICATE_PATH)

    def _post(self, path: str, body: dict[str, Any], request_id: str) -> dict[str, Any]:
        return self._transport.call(
            "POST", path, body=json.dumps(body).encode(), request_id=request_id
        )


def _json(status: int, content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content) if content else {}
    except ValueError as error:
        raise GatewayUnavailable(f"paypal: unreadable answer, HTTP {status}") from error
    if not isinstance(answer, dict):
        raise GatewayUnavailable(f"paypal: not an object, HTTP {status}")
    return answer


def _issue(answer: dict[str, Any]) -> str:
    """The most exact word of a refusal."""
    details = answer.get("details")
    first = details[0] if isinstance(details, list) and details else {}
    issue = first.get("issue") if isinstance(first, dict) else None
    return str(issue or answer.get("name") or answer.get("error") or "")[:100]


def _is_one_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False


def _segment(provider_id: str) -> str:
    """An id as one path segment: some come from outside, and none may name another path."""
    return quote(provider_id, safe="")


def _money(fields: Mapping[str, str]) -> Money:
    return Money.parse(fields["value"], fields["currency_code"])


def _order(answer: dict[str, Any]) -> ProviderOrder:
    try:
        unit = answer["purchase_units"][0]
        links = {link["rel"]: link["href"] for link in answer.get("links", [])}
        return ProviderOrder(
            id=answer["id"],
            status=answer.get("status", ""),
            reference=unit.get("custom_id", ""),
            amount=_money(unit["amount"]),
            approve_url=links.get("payer-action") or links.get("approve") or "",
            payer_id=(answer.get("payer") or {}).get("payer_id", ""),
            captures=tuple(
                _capture(row) for row in (unit.get("payments") or {}).get("captures", [])
            ),
        )
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise GatewayUnavailable(f"paypal: an order we cannot read ({error!r})") from error


def _capture(row: dict[str, Any]) -> ProviderCapture:
    fee = (row.get("seller_receivable_breakdown") or {}).get("paypal_fee")
    return ProviderCapture(
        id=row["id"],
        status=row["status"],
        amount=_money(row["amount"]),
        fee=_money(fee) if fee else None,
        reference=row.get("custom_id", ""),
    )


def _refund(answer: dict[str, Any]) -> ProviderRefund:
    try:
        return ProviderRefund(answer["id"], answer["status"], _money(answer["amount"]))
    except (KeyError, TypeError, ValueError) as error:
        raise GatewayUnavailable(f"paypal: a refund we cannot read ({error!r})") from error


def is_configured() -> bool:
    return bool(settings.PAYPAL["client_id"] and settings.PAYPAL["client_secret"])


def payer_origin() -> str:
    """Where the payer is sent to approve: PayPal's site beside its API; a stand-in's own origin."""
    address = urlsplit(settings.PAYPAL["base_url"])
    if address.hostname in _CERTIFICATE_HOSTS:
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
