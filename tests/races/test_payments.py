"""Everybody who may finish a payment does so at once: one capture, one event."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction

from accounts.models import User
from payments.gateways import paypal
from payments.models import Order
from payments.services import orders, transitions
from sandbox.paypal.state import memory
from tests.payments.conftest import Buy, Shop, placed, shop  # noqa: F401  fixtures
from tests.races.parallel import together
from tests.sandbox_server import Sandbox
from tutorme.core.models import OutboxEvent

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


def test_control_without_the_lock_the_event_is_recorded_again(placed: Buy) -> None:  # noqa: F811
    order = placed("approve")
    truth = paypal.gateway().capture(str(order.provider_order_id), request_id="x")

    def naive() -> None:
        row = Order.objects.get(pk=order.pk)
        if row.state not in {"captured"}:
            with transaction.atomic():
                OutboxEvent.objects.create(name="payment.captured", payload={})
                transitions._apply_capture(row, truth.captures[0])

    together([naive] * 8)
    assert captured() > 1


def test_eight_clicks_on_buy_make_one_order(
    shop: Shop,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
) -> None:
    buy = partial(orders.place_order, buyer=sam, kind="probe", target_id=shop.put("29.00"))
    results = together([buy] * 8)
    assert {order.pk for order in results} == {Order.objects.get().pk}
    assert len(memory.orders) == 1


def test_eight_clicks_on_free_make_one_event(shop: Shop, sam: User) -> None:  # noqa: F811
    buy = partial(orders.place_order, buyer=sam, kind="probe", target_id=shop.put("0"))
    together([buy] * 8)
    assert captured() == Order.objects.filter(state="captured").count()
