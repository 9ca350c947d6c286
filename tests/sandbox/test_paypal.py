"""The stand-in by its wire: what it accepts, what it refuses, and what it does only once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from sandbox.paypal.state import memory
from tests.sandbox.conftest import Rest, issue
from tests.sandbox_server import Sandbox

ORDERS = "/v2/checkout/orders"


def eur(value: str) -> dict[str, str]:
    return {"currency_code": "EUR", "value": value}


@pytest.mark.parametrize("auth", [("client", "wrong"), ("", "secret"), None])
def test_without_credentials_there_is_no_token(sandbox: Sandbox, auth) -> None:
    url = f"{sandbox.url}/paypal/v1/oauth2/token"
    answer = sandbox.http.post(url, data={"grant_type": "client_credentials"}, auth=auth)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_rubbish_in_the_credentials_is_an_ordinary_refusal(sandbox: Sandbox) -> None:
    url, headers = f"{sandbox.url}/paypal/v1/oauth2/token", {"Authorization": "Basic %%%"}
    assert sandbox.http.post(url, headers=headers).status_code == 401


def test_an_unknown_token_opens_nothing(sandbox: Sandbox) -> None:
    url, headers = f"{sandbox.url}/paypal{ORDERS}", {"Authorization": "Bearer made-up"}
    assert sandbox.http.post(url, json={}, headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("amount", "status", "expected"),
    [
        (eur("0.00"), 422, "CANNOT_BE_ZERO_OR_NEGATIVE"),
        (eur("1.005"), 422, "DECIMAL_PRECISION"),
        ({"currency_code": "JPY", "value": "100.5"}, 422, "DECIMAL_PRECISION"),
        ({"currency_code": "XTS", "value": "1.00"}, 422, "INVALID_CURRENCY_CODE"),
        (eur("ten"), 400, "INVALID_PARAMETER_SYNTAX"),
        ({"currency_code": "EUR", "value": 10}, 400, "INVALID_PARAMETER_SYNTAX"),
        (None, 400, "INVALID_PARAMETER_SYNTAX"),
    ],
)
def test_amounts_paypal_would_not_take(
    sandbox: Sandbox, rest: Rest, amount, status: int, expected: str
) -> None:
    answer = rest.create(amount=amount)
    assert (answer.status_code, issue(answer)) == (status, expected)
    sandbox.recorder.exchanges.clear()


def test_a_body_that_is_no_json_is_a_400(sandbox: Sandbox, rest: Rest) -> None:
    headers = {**rest.bearer, "Content-Type": "application/json"}
    answer = rest.http.post(rest.base + ORDERS, content=b"{", headers=headers)
    assert (answer.status_code, issue(answer)) == (400, "MALFORMED_REQUEST_JSON")
    sandbox.recorder.exchanges.clear()


def test_a_request_id_makes_one_order_and_answers_with_its_present_state(
    sandbox: Sandbox, rest: Rest
) -> None:
    first, again = rest.create("r-1"), rest.create("r-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    sandbox.approve(next(x["href"] for x in first.json()["links"] if x["rel"] == "payer-action"))
    assert rest.create("r-1").json()["status"] == "APPROVED"
    assert len(memory.orders) == 1


def test_a_request_id_with_another_body_is_refused(sandbox: Sandbox, rest: Rest) -> None:
    rest.create("r-1")
    answer = rest.create("r-1", amount=eur("30.00"))
    assert (answer.status_code, issue(answer)) == (422, "DUPLICATE_REQUEST_ID")
    # PayPal's published document does not list this issue for orders.
    sandbox.recorder.exchanges.clear()


def test_two_at_once_with_one_request_id_make_one_order(sandbox: Sandbox, rest: Rest) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(rest.create, ["r-1"] * 8))
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(memory.orders) == 1


def test_an_invoice_is_paid_once(sandbox: Sandbox, rest: Rest) -> None:
    paths = [
        f"{ORDERS}/{rest.approved(sandbox, invoice_id='i-1', description=word)}/capture"
        for word in ("one", "two")
    ]
    assert rest.post(paths[0]).status_code == 201
    assert issue(rest.post(paths[1])) == "DUPLICATE_INVOICE_ID"


def test_after_the_bank_declined_the_payer_may_choose_again(sandbox: Sandbox, rest: Rest) -> None:
    order_id = rest.approved(sandbox, "declined")
    path, page = f"{ORDERS}/{order_id}/capture", f"{sandbox.url}/paypal/checkoutnow"
    assert issue(rest.post(path)) == "INSTRUMENT_DECLINED"
    assert "Choose again" in sandbox.http.get(page, params={"token": order_id}).text
    sandbox.http.post(page, params={"token": order_id}, data={"choice": "approve"})
    assert rest.post(path).json()["status"] == "COMPLETED"


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (eur("29.01"), "REFUND_AMOUNT_EXCEEDED"),
        (eur("-5.00"), "CANNOT_BE_ZERO_OR_NEGATIVE"),
        ({"currency_code": "USD", "value": "5.00"}, "REFUND_CAPTURE_CURRENCY_MISMATCH"),
        (eur("5.001"), "DECIMAL_PRECISION"),
    ],
)
def test_refunds_paypal_would_not_make(sandbox: Sandbox, rest: Rest, amount, expected: str) -> None:
    path = f"/v2/payments/captures/{rest.captured(sandbox)}"
    assert issue(rest.post(f"{path}/refund", {"amount": amount})) == expected
    assert rest.get(path).json()["status"] == "COMPLETED"


def test_refunds_end_when_nothing_is_left(sandbox: Sandbox, rest: Rest) -> None:
    path = f"/v2/payments/captures/{rest.captured(sandbox)}"
    part = rest.post(f"{path}/refund", {"amount": eur("9.00")}, "part")
    again = rest.post(f"{path}/refund", {"amount": eur("9.00")}, "part")
    assert part.json()["id"] == again.json()["id"]
    assert rest.get(path).json()["status"] == "PARTIALLY_REFUNDED"
    assert rest.post(f"{path}/refund").json()["amount"] == eur("20.00")
    assert rest.get(path).json()["status"] == "REFUNDED"
    assert issue(rest.post(f"{path}/refund")) == "CAPTURE_FULLY_REFUNDED"


def test_held_money_cannot_be_refunded_until_it_is_settled(sandbox: Sandbox, rest: Rest) -> None:
    capture_id = rest.captured(sandbox, "pending")
    path = f"/v2/payments/captures/{capture_id}"
    assert issue(rest.post(f"{path}/refund")) == "PENDING_CAPTURE"
    settle = f"{sandbox.url}/paypal/_settle/{capture_id}"
    assert sandbox.http.post(settle, json={"status": "NONSENSE"}).status_code == 400
    assert sandbox.http.post(settle, json={"status": "DECLINED"}).status_code == 200
    assert rest.get(path).json()["status"] == "DECLINED"
    assert issue(rest.post(f"{path}/refund")) == "REFUND_NOT_ALLOWED"


@pytest.mark.parametrize(
    "path",
    [
        f"{ORDERS}/5O190127TN364715T",
        "/v2/payments/captures/2GG279541U471931P",
        "/v2/payments/refunds/1JU08902781691411",
    ],
)
def test_what_does_not_exist_is_a_404(rest: Rest, path: str) -> None:
    answer = rest.get(path)
    assert (answer.status_code, answer.json()["name"]) == (404, "RESOURCE_NOT_FOUND")


def test_the_approval_page_sends_the_payer_back(sandbox: Sandbox, rest: Rest) -> None:
    ways = {"return_url": "http://site.test/ok/?a=1", "cancel_url": "http://site.test/no/"}
    source = {"paypal": {"experience_context": ways}}
    body = {
        "intent": "CAPTURE",
        "purchase_units": [{"amount": eur("5.00"), "description": "<b>Angles</b>"}],
        "payment_source": source,
    }
    made = rest.post(ORDERS, body).json()
    page = f"{sandbox.url}/paypal/checkoutnow?token={made['id']}"
    shown = sandbox.http.get(page).text
    assert "&lt;b&gt;Angles" in shown
    assert "stand-in" in shown
    assert sandbox.approve(page, "cancel").headers["location"].startswith("http://site.test/no/?")
    assert sandbox.approve(page, "steal").status_code == 400
    back = sandbox.approve(page).headers["location"]
    assert back == f"http://site.test/ok/?a=1&token={made['id']}&PayerID=QYR5Z8XDVJNXQ"
    assert "nothing left to decide" in sandbox.http.get(page).text
