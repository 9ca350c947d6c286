"""Our PayPal client against the stand-in, every exchange held to PayPal's contract."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from payments.gateways import paypal
from payments.gateways.base import ProviderOrder
from payments.gateways.paypal.transport import RENEW_BEFORE_S
from sandbox.paypal.state import memory
from tests.contracts import CONTRACTS, errors_of
from tests.sandbox_server import Sandbox
from tutorme.core import breaker
from tutorme.core.gateways import GatewayMisconfigured, GatewayRejected, GatewayUnavailable
from tutorme.core.http import Door
from tutorme.core.money import Money

EUR_29 = Money(2900, "EUR")


def place(
    client: paypal.PayPal, reference: str, *, amount: Money = EUR_29, request_id: str = ""
) -> ProviderOrder:
    return client.create_order(
        request_id=request_id or f"{reference}-create",
        reference=reference,
        amount=amount,
        description="Linear equations",
        return_url="http://127.0.0.1:8000/back/",
        cancel_url="http://127.0.0.1:8000/cancel/",
    )


def create(reference: str = "o-1") -> ProviderOrder:
    return place(paypal.gateway(), reference)


def fresh(sandbox: Sandbox, **door: Any) -> paypal.PayPal:
    """A client that shares no token with other tests, through a door as given."""
    base = f"{sandbox.url}/paypal"
    transport = paypal.Transport(
        base_url=base, client_id="c", client_secret="s", door=Door("paypal", base, **door)
    )
    return paypal.PayPal(transport, webhook_id="WHSANDBOX")


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


@pytest.mark.parametrize("kind", ["lost-reply", "500-after", "500-before", "429", "reset"])
def test_a_capture_that_was_not_heard_of_happens_once(sandbox: Sandbox, kind: str) -> None:
    order = approved(sandbox)
    sandbox.fault("capture", kind, seconds=0)
    captured = paypal.gateway().capture(order.id, request_id="o-1-cap")
    assert len(captured.captures) == 1


@pytest.mark.parametrize("kind", ["lost-reply", "500-after", "reset", "429"])
def test_a_refund_that_was_not_heard_of_happens_once(sandbox: Sandbox, kind: str) -> None:
    client = paypal.gateway()
    captured = client.capture(approved(sandbox).id, request_id="o-1-cap")
    sandbox.fault("refund", kind, seconds=0)
    made = client.refund(captured.captures[0].id, request_id="r", amount=Money(900, "EUR"), note="")
    found = memory.capture_of(captured.captures[0].id)
    assert found is not None
    assert [refund.id for refund in found[1].refunds] == [made.id]


@pytest.mark.parametrize("operation", ["token", "create"])
@pytest.mark.parametrize("kind", ["hang", "latency"])
def test_silence_ends_at_the_deadline(sandbox: Sandbox, operation: str, kind: str) -> None:
    sandbox.fault(operation, kind, times=3, seconds=15)
    started = time.monotonic()
    with pytest.raises(GatewayUnavailable):
        place(fresh(sandbox, read_timeout=0.5, deadline=0.8), "o-1")
    assert time.monotonic() - started < 10


def test_a_short_delay_is_waited_for(sandbox: Sandbox) -> None:
    sandbox.fault("create", "latency", seconds=0.1)
    assert create().status == "PAYER_ACTION_REQUIRED"


def test_every_fault_that_lasts_is_unavailable(sandbox: Sandbox) -> None:
    client = fresh(sandbox, attempts=1)
    for kind in ("429", "500-before", "500-after", "reset"):
        sandbox.fault("order", kind)
        with pytest.raises(GatewayUnavailable):
            client.order("5O190127TN364715T")
    assert breaker.for_provider("paypal").fail_counter == 4


def test_a_refusal_carries_the_issue_a_fault_names(sandbox: Sandbox) -> None:
    sandbox.fault("create", "refuse", issue="COMPLIANCE_VIOLATION")
    with pytest.raises(GatewayRejected) as refused:
        create()
    assert refused.value.code == "COMPLIANCE_VIOLATION"


@pytest.mark.parametrize("issue", ["PREVIOUS_REQUEST_IN_PROGRESS", "ORDER_COMPLETION_IN_PROGRESS"])
def test_still_at_work_is_no_refusal(sandbox: Sandbox, issue: str) -> None:
    order = approved(sandbox)
    sandbox.fault("capture", "refuse", issue=issue)
    with pytest.raises(GatewayUnavailable):
        paypal.gateway().capture(order.id, request_id="o-1-cap")
    assert paypal.gateway().capture(order.id, request_id="o-1-cap").status == "COMPLETED"


def test_a_request_id_used_for_something_else_is_a_refusal(sandbox: Sandbox) -> None:
    client = fresh(sandbox)
    place(client, "o-1", request_id="same")
    with pytest.raises(GatewayRejected) as refused:
        place(client, "o-2", request_id="same")
    assert refused.value.code == "DUPLICATE_REQUEST_ID"
    # PayPal's published document does not list this issue for orders.
    sandbox.recorder.exchanges.clear()


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
    yen = Money(2400, "JPY")
    assert place(paypal.gateway(), "o-1", amount=yen).amount == yen
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


def test_a_token_is_asked_for_once_by_many_and_renewed_before_it_ends(sandbox: Sandbox) -> None:
    client = fresh(sandbox)
    memory.tokens.clear()
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda number: place(client, f"o-{number}"), range(6)))
    assert len(memory.tokens) == 1
    client._transport.token_hash = None
    sandbox.fault("token", "short-lived", seconds=RENEW_BEFORE_S - 1)
    place(client, "o-7")
    place(client, "o-8")
    place(client, "o-9")
    assert len(memory.tokens) == 3


def test_secrets_stay_out_of_the_log(sandbox: Sandbox, caplog) -> None:
    paypal._client.cache_clear()
    with caplog.at_level("DEBUG"):
        create()
    token = next(reversed(memory.tokens))
    assert "/v2/checkout/orders" in caplog.text
    assert token not in caplog.text
    assert "HTTP Request" not in caplog.text
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


@pytest.mark.parametrize(
    "url",
    [
        "https://api.paypal.com.evil.test/v1/notifications/certs/x",
        "http://api.paypal.com/v1/notifications/certs/x",
        "http://127.0.0.1:1/paypal/v1/notifications/certs/x",
        "https://api.paypal.com@evil.test/v1/notifications/certs/x",
        "https://api.paypal.com/v1/notifications/certs/x",
        "https://[half/v1/notifications/certs/x",
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


@pytest.mark.parametrize(
    ("base", "host", "trusted"),
    [
        ("https://api-m.paypal.com", "api.paypal.com", True),
        ("https://api-m.paypal.com", "api-m.paypal.com", True),
        ("https://api-m.paypal.com", "api.sandbox.paypal.com", False),
        ("https://api-m.paypal.com", "127.0.0.1:8025", False),
        ("https://api-m.sandbox.paypal.com", "api.sandbox.paypal.com", True),
        ("https://api-m.sandbox.paypal.com", "api.paypal.com", False),
    ],
)
def test_live_money_trusts_live_certificates(base: str, host: str, trusted: bool) -> None:
    transport = paypal.Transport(base_url=base, client_id="c", client_secret="s")
    client = paypal.PayPal(transport, webhook_id="W")
    assert client._trusts(f"https://{host}/v1/notifications/certs/CERT-1") is trusted
    assert not client._trusts(f"http://{host}/v1/notifications/certs/CERT-1")
    assert not client._trusts(f"https://{host}/elsewhere/CERT-1")


@pytest.mark.parametrize(
    "body", [b'{"id": "x"}, "webhook_id": "THEIRS"', b"[]", b"", b"not json", b"[" * 100_000]
)
def test_only_one_whole_object_is_posted_back(sandbox: Sandbox, body: bytes) -> None:
    headers, _ = posted(sandbox)
    sandbox.recorder.exchanges.clear()
    assert not paypal.gateway().verify_webhook(headers=headers, body=body)
    assert not sandbox.recorder.exchanges


def test_the_control_the_contract_catches_what_paypal_would_not_take(sandbox: Sandbox) -> None:
    if CONTRACTS is None:
        pytest.skip("../shared/contracts is absent")
    create()
    exchange = next(e for e in sandbox.recorder.exchanges if e.path == "/paypal/v2/checkout/orders")
    body = json.loads(exchange.body)
    body["purchase_units"][0]["custom"] = "typo"
    body["intent"] = "BUY"
    exchange.body = json.dumps(body).encode()
    found = " ".join(errors_of([exchange]))
    assert "/purchase_units/0/custom" in found
    assert "'BUY' is not one of" in found
    sandbox.recorder.exchanges.clear()


def test_the_pages_of_the_stand_in_open(sandbox: Sandbox) -> None:
    order = create()
    for path in ("/", "/paypal/", "/mail/", "/_faults", "/healthz"):
        assert sandbox.http.get(sandbox.url + path).status_code == 200
    page = sandbox.http.get(order.approve_url).text
    assert "29.00 EUR" in page
    assert "no money moves" in page
