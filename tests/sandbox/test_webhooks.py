"""Webhooks as they travel: over HTTP to a listener, signed, repeated, lost and overtaken."""

import base64
import json
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from payments.gateways import paypal
from sandbox.paypal.webhooks import outgoing, signed_text
from tests.contracts import CONTRACTS
from tests.sandbox.conftest import Listener, Rest
from tests.sandbox_server import Sandbox
from tests.waiting import until
from tutorme.core.models import InboxMessage


def kinds(heard: list[tuple[dict[str, str], bytes]]) -> list[str]:
    return [json.loads(body)["event_type"] for _headers, body in heard]


def is_signed(headers: dict[str, str], body: bytes) -> bool:
    """PayPal's scheme by hand, with the certificate the message names."""
    pem = httpx.get(headers["PAYPAL-CERT-URL"]).content
    key = x509.load_pem_x509_certificate(pem).public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    message = signed_text(
        headers["PAYPAL-TRANSMISSION-ID"],
        headers["PAYPAL-TRANSMISSION-TIME"],
        outgoing.webhook_id,
        body,
    )
    signature = base64.b64decode(headers["PAYPAL-TRANSMISSION-SIG"])
    try:
        key.verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def test_the_signed_text_is_paypals() -> None:
    if CONTRACTS is None:
        pytest.skip("../shared/contracts is absent: PayPal's own vector was not checked")
    vector: dict[str, Any] = json.loads(
        (CONTRACTS / "paypal/webhook_message_vector.json").read_text()
    )
    made = signed_text(
        vector["headers"]["PAYPAL-TRANSMISSION-ID"],
        vector["headers"]["PAYPAL-TRANSMISSION-TIME"],
        vector["webhook_id"],
        vector["raw_body"].encode(),
    )
    assert made.decode() == vector["signed_string"]


def test_a_purchase_is_told_step_by_step_each_signed(
    sandbox: Sandbox, rest: Rest, listener: Listener
) -> None:
    capture_id = rest.captured(sandbox)
    listener.wait_for(2)
    rest.post(f"/v2/payments/captures/{capture_id}/refund")
    heard = listener.wait_for(3)
    assert sorted(kinds(heard)) == [
        "CHECKOUT.ORDER.APPROVED",
        "PAYMENT.CAPTURE.COMPLETED",
        "PAYMENT.CAPTURE.REFUNDED",
    ]
    for headers, body in heard:
        assert is_signed(headers, body)
        assert not is_signed(headers, body + b" ")
        assert paypal.gateway().verify_webhook(headers=headers, body=body)


def test_what_was_not_taken_comes_again(sandbox: Sandbox, rest: Rest, listener: Listener) -> None:
    listener.answers = [503]
    rest.approved(sandbox)
    first, second = listener.wait_for(2)
    assert first[1] == second[1]
    until(lambda: sandbox.webhooks()[0]["outcome"] == "HTTP 204")
    assert sandbox.webhooks()[0]["tries"] == 2


def test_a_duplicate_is_the_same_message_twice(
    sandbox: Sandbox, rest: Rest, listener: Listener
) -> None:
    sandbox.fault("webhook", "duplicate")
    rest.approved(sandbox)
    first, second = listener.wait_for(2)
    assert first[1] == second[1]


def test_a_dropped_message_never_comes_until_it_is_sent_again(
    sandbox: Sandbox, rest: Rest, listener: Listener
) -> None:
    sandbox.fault("webhook", "drop")
    rest.captured(sandbox)
    assert kinds(listener.wait_for(1)) == ["PAYMENT.CAPTURE.COMPLETED"]
    dropped = sandbox.webhooks()[1]
    assert dropped["outcome"] == "dropped by a fault"
    sandbox.http.post(f"{sandbox.url}/paypal/_webhooks", json={"resend": dropped["id"]})
    assert kinds(listener.wait_for(2))[1] == "CHECKOUT.ORDER.APPROVED"


def test_messages_overtake_one_another(sandbox: Sandbox, rest: Rest, listener: Listener) -> None:
    sandbox.fault("webhook", "reorder")
    rest.captured(sandbox)
    assert kinds(listener.wait_for(2)) == ["PAYMENT.CAPTURE.COMPLETED", "CHECKOUT.ORDER.APPROVED"]


def test_held_messages_are_released_newest_first(
    sandbox: Sandbox, rest: Rest, listener: Listener
) -> None:
    sandbox.fault("webhook", "hold", times=2)
    rest.captured(sandbox)
    assert listener.heard == []
    sandbox.http.post(f"{sandbox.url}/paypal/_webhooks", json={"release": True})
    assert kinds(listener.wait_for(2)) == ["PAYMENT.CAPTURE.COMPLETED", "CHECKOUT.ORDER.APPROVED"]


def test_a_wrong_signature_is_seen_by_everyone(
    sandbox: Sandbox, rest: Rest, listener: Listener
) -> None:
    sandbox.fault("webhook", "corrupt-signature")
    rest.approved(sandbox)
    headers, body = listener.wait_for(1)[0]
    assert not is_signed(headers, body)
    assert not paypal.gateway().verify_webhook(headers=headers, body=body)


@pytest.mark.parametrize(
    "change",
    [
        {"PAYPAL-AUTH-ALGO": "none"},
        {"PAYPAL-TRANSMISSION-ID": "another"},
        {"PAYPAL-TRANSMISSION-TIME": "2020-01-01T00:00:00Z"},
    ],
)
def test_every_signed_header_counts(
    sandbox: Sandbox, rest: Rest, listener: Listener, change: dict[str, str]
) -> None:
    rest.approved(sandbox)
    headers, body = listener.wait_for(1)[0]
    assert not paypal.gateway().verify_webhook(headers={**headers, **change}, body=body)


def test_another_webhooks_id_does_not_verify(
    sandbox: Sandbox, rest: Rest, listener: Listener, settings
) -> None:
    rest.approved(sandbox)
    headers, body = listener.wait_for(1)[0]
    for webhook_id in ("WHOTHER", ""):
        settings.PAYPAL = {**settings.PAYPAL, "webhook_id": webhook_id}
        assert not paypal.gateway().verify_webhook(headers=headers, body=body)


@pytest.mark.django_db(transaction=True)
def test_a_message_reaches_the_inbox_of_the_running_site(
    sandbox: Sandbox, rest: Rest, live_server
) -> None:
    outgoing.url = f"{live_server.url}/api/v1/payments/webhooks/paypal/"
    sandbox.fault("webhook", "corrupt-signature")
    order_id = rest.approved(sandbox)
    until(lambda: sandbox.webhooks()[0]["outcome"] == "HTTP 400")
    assert not InboxMessage.objects.exists()
    rest.post(f"/v2/checkout/orders/{order_id}/capture")
    until(lambda: sandbox.webhooks()[0]["outcome"] == "HTTP 204")
    stored = InboxMessage.objects.get()
    assert (stored.provider, stored.kind) == ("paypal", "PAYMENT.CAPTURE.COMPLETED")
    assert stored.delivery_id == sandbox.webhooks()[0]["id"]
