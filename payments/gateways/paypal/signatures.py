"""PayPal's signed messages, verified by asking PayPal."""

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from payments.gateways.paypal.transport import Transport
from tutorme.core.gateways import GatewayRejected

_CERTIFICATE_PATH = "/v1/notifications/certs/"
# PayPal's test environment signs with keys of its own, which say nothing about live money.
CERTIFICATE_HOSTS = {
    "api-m.paypal.com": frozenset({"api.paypal.com", "api-m.paypal.com"}),
    "api-m.sandbox.paypal.com": frozenset({"api.sandbox.paypal.com", "api-m.sandbox.paypal.com"}),
}
_ALGORITHMS = frozenset({"SHA256withRSA"})
_SIGNATURE_HEADERS = {
    "auth_algo": "paypal-auth-algo",
    "cert_url": "paypal-cert-url",
    "transmission_id": "paypal-transmission-id",
    "transmission_sig": "paypal-transmission-sig",
    "transmission_time": "paypal-transmission-time",
}


class Signatures:
    _transport: Transport
    _webhook_id: str

    def verify_webhook(self, *, headers: Mapping[str, str], body: bytes) -> bool:
        """Asks PayPal by postback; the event goes back byte for byte, as it was signed."""
        given = {name.lower(): value for name, value in headers.items()}
        facts = {field: given.get(name, "") for field, name in _SIGNATURE_HEADERS.items()}
        if not self._webhook_id or not all(facts.values()):
            return False
        if facts["auth_algo"] not in _ALGORITHMS or not self._trusts(facts["cert_url"]):
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
        hosts = CERTIFICATE_HOSTS.get(own.netloc, {own.netloc})
        scheme = "https" if own.netloc in CERTIFICATE_HOSTS else own.scheme
        at_home = address.scheme == scheme and address.netloc in hosts
        return at_home and address.path.startswith(own.path + _CERTIFICATE_PATH)


def _is_one_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False
