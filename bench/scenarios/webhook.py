"""PayPal's webhook: real messages, signed by the stand-in, held back there and brought by us."""

import base64
import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from bench.drive import Ask, Server, send
from bench.scenarios.people import API

NAME = "PayPal's webhook acknowledged"
ADDRESS = f"{API}/payments/webhooks/paypal/"
_CERTIFICATE = "/paypal/v1/notifications/certs/CERT-sandbox"


def messages(paypal: Server, count: int) -> Iterator[Ask]:
    """Each tells of another order that its payer approved. They are proved genuine as every one of
    PayPal's is: by asking the stand-in, which is near; how far away PayPal is comes on top."""
    line = http.client.HTTPConnection("127.0.0.1", paypal.port, timeout=20)
    held_back = {"provider": "paypal", "operation": "webhook", "kind": "drop", "times": count}
    _sent(line, Ask("POST", "/_faults", body=held_back))
    basic = base64.b64encode(b"bench:bench").decode()
    granted = _sent(
        line, Ask("POST", "/paypal/v1/oauth2/token", {"Authorization": f"Basic {basic}"})
    )
    bearer = {"Authorization": f"Bearer {granted['access_token']}"}
    for _ in range(count):
        _approve(line, bearer)
    kept = _sent(line, Ask("GET", "/paypal/_webhooks"))["deliveries"]
    line.close()
    proof = {"PAYPAL-CERT-URL": f"http://127.0.0.1:{paypal.port}{_CERTIFICATE}"}
    return (
        Ask("POST", ADDRESS, {**row["headers"], **proof}, row["body"], status=204) for row in kept
    )


def _approve(line: http.client.HTTPConnection, bearer: dict[str, str]) -> None:
    unit = {"amount": {"currency_code": "EUR", "value": "19.00"}}
    order = {"intent": "CAPTURE", "purchase_units": [unit]}
    made = _sent(line, Ask("POST", "/paypal/v2/checkout/orders", bearer, order, status=201))
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    chosen = urlencode({"choice": "approve"})
    _sent(line, Ask("POST", f"/paypal/checkoutnow?token={made['id']}", form, chosen))


def _sent(line: http.client.HTTPConnection, ask: Ask) -> Any:
    status, body = send(line, ask)
    if status >= 400:
        raise SystemExit(f"PayPal's stand-in answers {ask.path} with {status}: {body[:200]!r}")
    return json.loads(body) if body.startswith((b"{", b"[")) else None
