"""Everybody who may finish a payment does so at once: one capture, one event."""

import threading
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from accounts.models import User
from payments.errors import OrderBusy
from payments.gateways import paypal
from payments.models import CaptureAttempt, Order
from payments.services import orders, transitions, webhooks
from sandbox.paypal.state import memory
from tests.payments.conftest import Buy, Shop, bare_order, placed, shop  # noqa: F401  fixtures
from tests.payments.test_webhooks import deliver
from tests.races.parallel import together
from tests.sandbox_server import Sandbox
from tutorme.core import inbox
from tutorme.core.models import InboxMessage, OutboxEvent

pytestmark = pytest.mark.django_db(transaction=True)


def captured() -> int:
    return OutboxEvent.objects.filter(name="payment.captured").count()


def test_return_page_api_webhook_and_sweep_at_once(placed: Buy) -> None:  # noqa: F811
    order = placed("approve")
    settle = partial(orders.settle, order.pk)
    sweep = partial(orders.reconcile, older_than=timedelta(0))
    together([settle] * 6 + [sweep] * 2)
    orders.reconcile(older_than=timedelta(0))
    order.refresh_from_db()
    assert (order.state, captured()) == ("captured", 1)
    assert len(memory.orders[str(order.provider_order_id)].captures) == 1


def test_eight_captures_over_the_api_and_the_webhook_beside_them(
    placed: Buy,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
    api,
    drain,
) -> None:
    order = placed("approve")
    path = reverse("payments-api-capture", args=[order.pk])
    clients = [api(sam) for _ in range(8)]

    def capture(client, key: str):
        return client.post(path, headers={"idempotency-key": key})

    actions = [partial(capture, client, f"k{n}") for n, client in enumerate(clients)]
    answers = together([*actions, partial(deliver, Client(), sandbox, "CHECKOUT.ORDER.APPROVED")])
    assert {answer.status_code for answer in answers} <= {200, 204}
    InboxMessage.objects.update(run_after=Now())
    drain()
    order.refresh_from_db()
    assert (order.state, captured()) == ("captured", 1)
    assert len(memory.orders[str(order.provider_order_id)].captures) == 1
    assert CaptureAttempt.objects.count() == 1


def test_a_hundred_replays_of_a_message_change_once(
    placed: Buy,  # noqa: F811
    sandbox: Sandbox,
) -> None:
    """Received and applied by a hundred at once, as PayPal's retries and our workers would."""
    order = placed("vanish")
    sent = next(row for row in sandbox.webhooks() if "ORDER.APPROVED" in row["event_type"])
    cert = f"{sandbox.url}/paypal/v1/notifications/certs/CERT-sandbox"
    headers = {**sent["headers"], "PAYPAL-CERT-URL": cert}

    def replay() -> None:
        webhooks.receive(headers=headers, body=sent["body"].encode())
        row = InboxMessage.objects.get()
        inbox.retry(InboxMessage.objects.filter(pk=row.pk))
        inbox.process(row.pk)

    together([replay] * 100)
    InboxMessage.objects.update(run_after=Now())
    inbox.process(InboxMessage.objects.get().pk)
    order.refresh_from_db()
    assert (order.state, captured()) == ("captured", 1)
    assert len(memory.orders[str(order.provider_order_id)].captures) == 1
    assert CaptureAttempt.objects.count() == 1
    assert InboxMessage.objects.get().state == "applied"


def test_control_without_the_lock_the_event_is_recorded_again(placed: Buy) -> None:  # noqa: F811
    order = placed("approve")
    truth = paypal.gateway().capture(str(order.provider_order_id), request_id="x")
    looked = threading.Barrier(8)

    def naive() -> None:
        row = Order.objects.get(pk=order.pk)
        if row.state != "captured":
            looked.wait(timeout=60)
            with transaction.atomic():
                OutboxEvent.objects.create(name="payment.captured", payload={})
                transitions.apply_truth(row, truth)

    together([naive] * 8)
    assert captured() > 1


def test_eight_clicks_on_buy_make_one_order(
    shop: Shop,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
) -> None:
    """PayPal may refuse the second of two calls with one id at once: only one of us calls."""
    buy = partial(orders.place_order, buyer=sam, kind="probe", target_id=shop.put("29.00"))
    results = together([buy] * 8)
    made = {result.pk for result in results if isinstance(result, Order)}
    assert made == {Order.objects.get().pk}
    assert all(isinstance(result, Order | OrderBusy) for result in results)
    assert len(memory.orders) == 1


def test_eight_clicks_on_free_are_one_gift(shop: Shop, sam: User) -> None:  # noqa: F811
    """The seller hears later: until then the order that was completed is the answer."""
    buy = partial(orders.place_order, buyer=sam, kind="probe", target_id=shop.put("0"))
    results = together([buy] * 8)
    assert {order.pk for order in results} == {Order.objects.get().pk}
    assert captured() == 1


def test_control_without_the_buyers_lock_two_are_charged(sam: User) -> None:
    """The same inserts, looked at and made without anybody waiting for anybody."""
    target = uuid4()
    arrived = threading.Barrier(8)

    def naive() -> None:
        mine = Order.objects.filter(buyer=sam, target_id=target)
        if not mine.exists():
            arrived.wait(timeout=60)
            bare_order(sam, target_id=target, state="captured")

    together([naive] * 8)
    assert Order.objects.count() == 8
