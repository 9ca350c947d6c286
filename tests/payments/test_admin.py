"""Money in the admin: read and traced; moved only through the services."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from payments.gateways import paypal
from payments.models import Order, Refund
from payments.services import orders
from tests.payments.conftest import Buy, bare_order
from tests.sandbox_server import Sandbox
from tutorme.core.models import OutboxEvent

LIST = reverse("admin:payments_order_changelist")
pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def run(desk: Client, action: str, *chosen: Order) -> str:
    form = {"action": action, "_selected_action": [order.pk for order in chosen]}
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


def test_refunding_from_the_list(desk: Client, placed: Buy, ada: User, sam: User) -> None:
    order = orders.settle(placed("approve").pk)
    said = run(desk, "refund_in_full", order, bare_order(sam))
    assert "Only a captured payment" in said
    row = Refund.objects.get()
    assert (row.state, row.requested_by_id, row.amount_minor) == ("completed", ada.pk, 2900)


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
