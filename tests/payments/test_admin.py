"""Money in the admin: read and traced; moved only through the services."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from accounts.models import User
from payments.gateways import paypal
from payments.models import Order, Refund
from payments.services import credits, orders
from tests import cast
from tests.payments.conftest import Buy, bare_order
from tests.sandbox_server import Sandbox
from tutorme.core.models import OutboxEvent

LIST = reverse("admin:payments_order_changelist")
pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return cast.confirmed(client)


def run(desk: Client, action: str, *chosen: Order, **fields: str) -> str:
    form = {"action": action, "_selected_action": [order.pk for order in chosen], **fields}
    return desk.post(LIST, form, follow=True).content.decode()


def test_an_order_shows_its_trail_and_takes_no_typing(desk: Client, placed: Buy) -> None:
    order = orders.settle(placed("approve").pk)
    path = reverse("admin:payments_order_change", args=[order.pk])
    shown = desk.get(path).content.decode()
    assert f"o-{order.pk}-cap-1" in shown
    assert "asking for the money" in shown
    desk.post(path, {"state": "refunded", "amount_minor": 1})
    order.refresh_from_db()
    assert (order.state, order.amount_minor) == ("captured", 2900)
    assert desk.get(LIST, {"q": str(order.provider_capture_id)}).status_code == 200


def test_asking_again_captures_what_was_approved(desk: Client, placed: Buy) -> None:
    paid, closed = placed("approve"), placed()
    Order.objects.filter(pk=closed.pk).update(state="expired")
    said = run(desk, "settle", paid, closed)
    assert "captured" in said
    assert "It expired, was cancelled" in said


def test_refunding_asks_how_much_and_why(desk: Client, placed: Buy, ada: User, sam: User) -> None:
    order = orders.settle(placed("approve").pk)
    page = run(desk, "refund", order)
    assert "€29.00" in page
    assert "The way it was paid" in page
    assert not Refund.objects.exists()
    assert "Give an amount above zero" in give_back(desk, order, amount="-1", reason="x")
    assert "This field is required" in give_back(desk, order, amount="4.00")
    assert "€4.00" in give_back(desk, order, amount="4.00", reason="a late start")
    said = give_back(desk, order, bare_order(sam), reason="all of it")
    assert "Only a captured payment" in said
    first, rest = Refund.objects.order_by("pk")
    assert (first.amount_minor, first.note, first.requested_by_id) == (400, "a late start", ada.pk)
    assert (rest.state, rest.amount_minor) == ("completed", 2500)


def give_back(desk: Client, *chosen: Order, **fields: str) -> str:
    return run(desk, "refund", *chosen, asked="1", **fields)


def test_an_old_payment_comes_back_as_credit(
    desk: Client, placed: Buy, sam: User, sandbox: Sandbox
) -> None:
    order = orders.settle(placed("approve").pk)
    path = f"{sandbox.url}/paypal/_age/{order.provider_capture_id}"
    sandbox.http.post(path, json={"days": 181}).raise_for_status()
    assert "REFUND_TIME_LIMIT_EXCEEDED" in give_back(desk, order, reason="PayPal says no")
    Order.objects.update(captured_at=Now() - timedelta(days=181))
    assert "PayPal gives nothing back after" in run(desk, "refund", order)
    assert "completed" in give_back(desk, order, reason="too late for PayPal").lower()
    assert credits.spendable(sam.pk, "EUR") == order.amount
    assert Order.objects.get().state == "refunded"


def test_late_money_is_accepted_by_a_person(desk: Client, placed: Buy, sandbox: Sandbox) -> None:
    order = placed("approve")
    Order.objects.update(state="expired")
    paypal.gateway().capture(str(order.provider_order_id), request_id="late")
    orders.settle(order.pk)
    assert Order.objects.get().state == "review"
    assert "captured" in run(desk, "accept", order)
    assert "under review" in run(desk, "accept", order)
    assert OutboxEvent.objects.filter(name="payment.captured").count() == 1


def test_nobody_else_gets_there(client: Client, sam: User, tess: User) -> None:
    for person in (sam, tess):
        client.force_login(person)
        assert client.get(LIST).status_code in {302, 403, 404}
