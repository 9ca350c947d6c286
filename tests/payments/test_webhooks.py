"""The webhook alone must be enough; early, late, twice, out of order or forged."""

import json
import random
from collections.abc import Mapping
from datetime import timedelta

import httpx
import pytest
from django.db.models.functions import Now

from payments.errors import NotRefundable
from payments.gateways import paypal
from payments.models import Order
from payments.services import order_messages, orders, refunds
from sandbox.paypal import webhooks as outgoing
from tests.payments.conftest import Buy, Shop
from tests.sandbox_server import Sandbox
from tutorme.core.models import InboxMessage, OutboxEvent

WEBHOOK = "/api/v1/payments/webhooks/paypal/"
pytestmark = pytest.mark.django_db


def deliver(
    client,
    sandbox: Sandbox,
    event_type: str,
    times: int = 1,
    headers: Mapping[str, str] | None = None,
):
    """Hands the newest webhook of this type to us, as PayPal would have."""
    sent = next(row for row in sandbox.webhooks() if row["event_type"] == event_type)
    cert = f"{sandbox.url}/paypal/v1/notifications/certs/CERT-sandbox"
    headers = {**sent["headers"], "PAYPAL-CERT-URL": cert, **(headers or {})}
    headers.pop("Content-Type")
    for _ in range(times):
        answer = client.post(
            WEBHOOK, sent["body"], content_type="application/json", headers=headers
        )
    return answer


def test_the_payer_closes_the_page_and_the_webhook_does_it_all(
    client, placed: Buy, shop: Shop, sandbox: Sandbox, drain
) -> None:
    placed("vanish")
    assert deliver(client, sandbox, "CHECKOUT.ORDER.APPROVED").status_code == 204
    assert Order.objects.get().state == "created"
    drain()
    order = Order.objects.get()
    assert shop.sold == [(order.buyer_id, order.target_id)]
    assert Order.objects.get().state == "captured"
    assert OutboxEvent.objects.filter(name="payment.captured").count() == 1


def test_taking_one_costs_few_queries(client, placed: Buy, sandbox: Sandbox, query_budget) -> None:
    placed("vanish")
    with query_budget("webhooks_paypal"):
        assert deliver(client, sandbox, "CHECKOUT.ORDER.APPROVED").status_code == 204


def test_repetition_and_reordering_change_nothing(
    client, placed: Buy, sandbox: Sandbox, drain
) -> None:
    orders.settle(placed("approve").pk)
    deliver(client, sandbox, "PAYMENT.CAPTURE.COMPLETED", times=3)
    deliver(client, sandbox, "CHECKOUT.ORDER.APPROVED", times=2)
    drain()
    drain()
    assert InboxMessage.objects.count() == 2
    assert InboxMessage.objects.filter(state="applied").count() == 2
    assert OutboxEvent.objects.filter(name="payment.captured").count() == 1


@pytest.mark.parametrize("fault", ["corrupt-signature", ""])
def test_a_forged_message_is_refused_and_not_kept(
    client, placed: Buy, sandbox: Sandbox, fault: str
) -> None:
    if fault:
        sandbox.fault("webhook", fault)
    placed("vanish")
    row = outgoing.outgoing.newest_first()[0]
    if not fault:
        row.body = row.body.replace("29.00", "0.01")
    answer = deliver(client, sandbox, "CHECKOUT.ORDER.APPROVED")
    assert (answer.status_code, answer.json()["code"]) == (400, "webhook-refused")
    assert not InboxMessage.objects.exists()


EVIL = "https://api.paypal.com.evil.test/v1/notifications/certs/CERT-sandbox"


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({"PAYPAL-TRANSMISSION-SIG": ""}, {}),
        ({"PAYPAL-TRANSMISSION-ID": "another"}, {}),
        ({"PAYPAL-TRANSMISSION-TIME": "2026-01-01T00:00:00Z"}, {}),
        ({"PAYPAL-AUTH-ALGO": "none"}, {}),
        ({"PAYPAL-CERT-URL": EVIL}, {}),
        ({}, {"webhook_id": "SOMEBODYELSES"}),
        ({}, {"webhook_id": ""}),
    ],
)
def test_what_is_not_paypals_changes_nothing(
    client, placed: Buy, sandbox: Sandbox, settings, headers, own, drain
) -> None:
    """Unsigned, of another time or host, or to an address that is not ours."""
    placed("vanish")
    settings.PAYPAL = {**settings.PAYPAL, **own}
    answer = deliver(client, sandbox, "CHECKOUT.ORDER.APPROVED", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "webhook-refused")
    assert not InboxMessage.objects.exists()
    drain()
    assert Order.objects.get().state == "created"


def test_a_kind_unknown_is_kept_and_changes_nothing(
    client, placed: Buy, sandbox: Sandbox, drain
) -> None:
    """Refused, PayPal would send it for three days and then switch us off."""
    order = placed("vanish")
    event = {"id": "WH-1", "event_type": "CHECKOUT.ORDER.REPAINTED"}
    told = {**event, "resource": {"id": order.provider_order_id}}
    outgoing.outgoing.keep(outgoing._signed(told, spoiled=False))
    assert deliver(client, sandbox, "CHECKOUT.ORDER.REPAINTED").status_code == 204
    drain()
    assert InboxMessage.objects.get().state == "applied"
    assert Order.objects.get().state == "created"


def test_a_hundred_in_any_order_have_one_effect(
    client, placed: Buy, shop: Shop, sandbox: Sandbox, drain
) -> None:
    orders.settle(placed("approve").pk)
    told = ["PAYMENT.CAPTURE.COMPLETED", "CHECKOUT.ORDER.APPROVED"] * 50
    random.Random(110).shuffle(told)
    for n, kind in enumerate(told):
        assert deliver(client, sandbox, kind).status_code == 204
        if n % 20 == 0:
            drain()
    drain()
    kept = InboxMessage.objects.values_list("state", "duplicates", "conflicts")
    assert list(kept) == [("applied", 49, 0)] * 2
    assert OutboxEvent.objects.filter(name="payment.captured").count() == 1
    assert len(shop.sold) == 1


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"id": 1}', b"\xff\xfe", b"null", b"[" * 99_999]
)
def test_rubbish_is_a_400(client, sandbox: Sandbox, body: bytes) -> None:
    answer = client.post(WEBHOOK, body, content_type="application/json")
    assert answer.status_code == 400


def test_a_huge_message_is_not_read(client, sandbox: Sandbox) -> None:
    answer = client.post(WEBHOOK, b"x" * 300_000, content_type="application/json")
    assert answer.status_code == 413


def test_when_paypal_cannot_be_asked_it_must_deliver_again(
    client, placed: Buy, sandbox: Sandbox
) -> None:
    placed("vanish")
    sandbox.fault("verify", "500-before", times=3)
    assert deliver(client, sandbox, "CHECKOUT.ORDER.APPROVED").status_code == 503
    assert deliver(client, sandbox, "CHECKOUT.ORDER.APPROVED").status_code == 204


def test_a_message_about_an_unknown_order_waits(
    client, placed: Buy, sandbox: Sandbox, drain
) -> None:
    order = placed("vanish")
    order.transitions.all()
    Order.objects.filter(pk=order.pk)._raw_delete(Order.objects.db)
    deliver(client, sandbox, "CHECKOUT.ORDER.APPROVED")
    drain()
    message = InboxMessage.objects.get()
    assert (message.state, message.attempts) == ("received", 1)
    assert message.last_error.startswith("NotYet")


def test_held_money_is_released_or_refused_by_webhook(
    client, placed: Buy, shop: Shop, sandbox: Sandbox, drain
) -> None:
    for end, state in (("COMPLETED", "captured"), ("DENIED", "declined")):
        order = orders.settle(placed("pending").pk)
        httpx.post(
            f"{sandbox.url}/paypal/_settle/{order.provider_capture_id}",
            json={"status": "COMPLETED" if end == "COMPLETED" else "DECLINED"},
        )
        assert deliver(client, sandbox, f"PAYMENT.CAPTURE.{end}").status_code == 204
        drain()
        order.refresh_from_db()
        assert order.state == state
    assert len(shop.sold) == 1
    assert OutboxEvent.objects.filter(name="payment.failed").count() == 1


def test_a_message_waits_while_the_order_is_being_worked_on(
    client, placed: Buy, sandbox: Sandbox, drain
) -> None:
    placed("vanish")
    deliver(client, sandbox, "CHECKOUT.ORDER.APPROVED")
    Order.objects.update(busy_until=Now() + timedelta(seconds=60))
    drain()
    assert InboxMessage.objects.get().last_error.startswith("NotYet")
    Order.objects.update(busy_until=Now() - timedelta(seconds=1))
    InboxMessage.objects.update(run_after=Now())
    drain()
    assert Order.objects.get().state == "captured"


def test_a_refund_is_found_by_the_capture_it_points_to(placed: Buy) -> None:
    order = orders.settle(placed("approve").pk)
    up = {"rel": "up", "href": f"https://x/v2/payments/captures/{order.provider_capture_id}"}
    assert order_messages.order_of({"id": "R", "links": [up]}) == order
    related = {"related_ids": {"order_id": order.provider_order_id}}
    assert order_messages.order_of({"id": "C", "supplementary_data": related}) == order
    assert order_messages.order_of({"id": "nobody's"}) is None


def test_a_refund_made_at_paypal_arrives_by_webhook(
    client, placed: Buy, sandbox: Sandbox, drain, ada
) -> None:
    order = orders.settle(placed("approve").pk)
    gateway = paypal.gateway()
    gateway.refund(
        str(order.provider_capture_id), request_id="dashboard", amount=order.amount, note="there"
    )
    deliver(client, sandbox, "PAYMENT.CAPTURE.REFUNDED", times=2)
    drain()
    order.refresh_from_db()
    assert (order.state, order.refunded_minor) == ("refunded", 2900)
    event = OutboxEvent.objects.get(name="payment.refunded").payload
    assert (event["full"], event["amount_minor"]) == (True, 2900)
    with pytest.raises(NotRefundable):
        refunds.refund(order=order, amount=None, note="again", actor=ada)


def test_the_sandboxs_own_delivery_reaches_us(
    live_server, placed: Buy, sandbox: Sandbox, transactional_db
) -> None:
    """Over a real socket: the stand-in signs, posts and takes our 204."""
    outgoing.outgoing.url = live_server.url + WEBHOOK
    placed("vanish")
    for _ in range(200):
        if sandbox.webhooks()[0]["outcome"] == "HTTP 204":
            break
    else:
        raise AssertionError(json.dumps(sandbox.webhooks(), indent=1))
    assert InboxMessage.objects.get().kind == "CHECKOUT.ORDER.APPROVED"
