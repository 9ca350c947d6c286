"""Our PayPal client against the stand-in, every exchange held to PayPal's contract."""

import json

import httpx
import pytest

from payments.gateways import paypal
from payments.gateways.base import ProviderOrder
from sandbox.paypal.state import memory
from tests.contracts import CONTRACTS, paypal_errors
from tests.sandbox_server import Sandbox
from tutorme.core.gateways import GatewayMisconfigured, GatewayRejected, GatewayUnavailable
from tutorme.core.money import Money

EUR_29 = Money(2900, "EUR")


def create(reference: str = "o-1", amount: Money = EUR_29) -> ProviderOrder:
    return paypal.gateway().create_order(
        request_id=f"{reference}-create",
        reference=reference,
        amount=amount,
        description="Linear equations",
        return_url="http://127.0.0.1:8000/back/",
        cancel_url="http://127.0.0.1:8000/cancel/",
    )


def approved(sandbox: Sandbox, choice: str = "approve") -> ProviderOrder:
    order = create()
    sandbox.approve(order.approve_url, choice)
    return order


def test_contracts_are_there_or_their_absence_is_said() -> None:
    if CONTRACTS is None:
        pytest.skip("../shared/contracts is absent: exchanges were not held to PayPal's documents")


def test_an_order_is_made_approved_captured_and_refunded(sandbox: Sandbox) -> None:
    order = create()
    assert (order.status, order.reference, order.amount) == (
        "PAYER_ACTION_REQUIRED",
        "o-1",
        EUR_29,
    )
    back = sandbox.approve(order.approve_url)
    assert back.headers["location"].startswith("http://127.0.0.1:8000/back/?token=")
    client = paypal.gateway()
    captured = client.capture(order.id, request_id="o-1-cap")
    assert captured.status == "COMPLETED"
    (capture,) = captured.captures
    assert (capture.status, capture.amount, capture.reference) == ("COMPLETED", EUR_29, "o-1")
    refund = client.refund(
        capture.id, request_id="r-1", amount=Money(900, "EUR"), note="A late start"
    )
    assert (refund.status, refund.amount) == ("COMPLETED", Money(900, "EUR"))
    assert client.refund_state(refund.id) == refund
    assert client.order(order.id).captures[0].status == "PARTIALLY_REFUNDED"


@pytest.mark.parametrize("kind", ["lost-reply", "500-after", "500-before", "429"])
def test_a_capture_that_was_not_heard_of_happens_once(sandbox: Sandbox, kind: str) -> None:
    order = approved(sandbox)
    sandbox.fault("capture", kind, seconds=0)
    captured = paypal.gateway().capture(order.id, request_id="o-1-cap")
    assert len(captured.captures) == 1


def test_without_a_request_id_nothing_is_repeated(sandbox: Sandbox) -> None:
    order = approved(sandbox)
    sandbox.fault("capture", "lost-reply")
    path = f"/v2/checkout/orders/{order.id}/capture"
    with pytest.raises(GatewayUnavailable):
        paypal.gateway()._transport.call("POST", path, body=b"{}")


@pytest.mark.parametrize(
    ("choice", "issue"), [("declined", "INSTRUMENT_DECLINED"), (None, "ORDER_NOT_APPROVED")]
)
def test_refusals_carry_paypals_own_code(sandbox: Sandbox, choice, issue: str) -> None:
    order = approved(sandbox, choice) if choice else create()
    with pytest.raises(GatewayRejected) as refused:
        paypal.gateway().capture(order.id, request_id="o-1-cap")
    assert refused.value.code == issue


def test_a_second_capture_with_another_id_is_told_so(sandbox: Sandbox) -> None:
    order = approved(sandbox)
    client = paypal.gateway()
    client.capture(order.id, request_id="first")
    with pytest.raises(GatewayRejected) as refused:
        client.capture(order.id, request_id="second")
    assert refused.value.code == "ORDER_ALREADY_CAPTURED"


def test_currencies_without_decimals_are_sent_without(sandbox: Sandbox) -> None:
    assert create(amount=Money(2400, "JPY")).amount == Money(2400, "JPY")
    assert '"2400"' in json.dumps(memory.orders[next(iter(memory.orders))].unit)


def test_a_revoked_token_is_renewed_once_and_wrong_keys_end_it(sandbox: Sandbox, settings) -> None:
    create()
    memory.tokens.clear()
    assert create("o-2").status == "PAYER_ACTION_REQUIRED"
    settings.PAYPAL = {**settings.PAYPAL, "client_secret": "wrong"}
    with pytest.raises(GatewayMisconfigured):
        create("o-3")
    settings.PAYPAL = {**settings.PAYPAL, "client_id": ""}
    with pytest.raises(GatewayMisconfigured):
        create("o-4")


def test_secrets_stay_out_of_the_log(sandbox: Sandbox, caplog) -> None:
    paypal._client.cache_clear()
    with caplog.at_level("DEBUG"):
        create()
    token = next(reversed(memory.tokens))
    assert "/v2/checkout/orders" in caplog.text
    assert token not in caplog.text
    assert "sandbox-secret" not in caplog.text


def posted(sandbox: Sandbox) -> tuple[dict[str, str], bytes]:
    approved(sandbox)
    delivery = sandbox.webhooks()[0]
    cert = f"{sandbox.url}/paypal/v1/notifications/certs/CERT-sandbox"
    return {**delivery["headers"], "Paypal-Cert-Url": cert}, delivery["body"].encode()


def test_a_genuine_webhook_is_told_from_a_changed_one(sandbox: Sandbox) -> None:
    headers, body = posted(sandbox)
    client = paypal.gateway()
    assert client.verify_webhook(headers=headers, body=body)
    assert not client.verify_webhook(headers=headers, body=body.replace(b"29.00", b"0.01"))
    assert not client.verify_webhook(
        headers={**headers, "PAYPAL-TRANSMISSION-SIG": "AAAA"}, body=body
    )
    assert not client.verify_webhook(headers={}, body=body)
    sandbox.recorder.exchanges.clear()
    assert not client.verify_webhook(headers=headers, body=b"not json")
    sandbox.recorder.exchanges.clear()


@pytest.mark.parametrize(
    "url",
    [
        "https://api.paypal.com.evil.test/v1/notifications/certs/x",
        "http://api.paypal.com/v1/notifications/certs/x",
        "http://127.0.0.1:1/paypal/v1/notifications/certs/x",
        "file:///etc/passwd",
    ],
)
def test_certificates_from_elsewhere_are_not_even_looked_at(sandbox: Sandbox, url: str) -> None:
    headers, body = posted(sandbox)
    sandbox.recorder.exchanges.clear()
    assert not paypal.gateway().verify_webhook(
        headers={**headers, "Paypal-Cert-Url": url}, body=body
    )
    assert not sandbox.recorder.exchanges


def test_the_control_the_contract_catches_what_paypal_would_not_take(sandbox: Sandbox) -> None:
    if CONTRACTS is None:
        pytest.skip("../shared/contracts is absent")
    create()
    exchange = next(e for e in sandbox.recorder.exchanges if e.path == "/v2/checkout/orders")
    body = json.loads(exchange.body)
    body["purchase_units"][0]["custom"] = "typo"
    body["intent"] = "BUY"
    exchange.body = json.dumps(body).encode()
    found = " ".join(paypal_errors([exchange]))
    assert "/purchase_units/0/custom" in found
    assert "'BUY' is not one of" in found
    sandbox.recorder.exchanges.clear()


def test_the_pages_of_the_stand_in_open(sandbox: Sandbox) -> None:
    order = create()
    for path in ("/", "/paypal/", "/mail/", "/_faults", "/healthz"):
        assert httpx.get(sandbox.url + path).status_code == 200
    page = httpx.get(order.approve_url).text
    assert "29.00 EUR" in page
    assert "no money moves" in page
