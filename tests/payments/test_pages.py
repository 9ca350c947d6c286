"""Buying with a browser and no script: forms, redirects, and words for every state."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from accounts.models import User
from payments.models import Order
from payments.services import orders
from tests.payments.conftest import Buy, Shop, bare_order
from tests.sandbox_server import Sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client: Client, sam: User) -> Client:
    client.force_login(sam)
    return client


def way(target: object, kind: str = "probe") -> str:
    return reverse("payments-checkout", args=[kind, target])


def test_sam_buys_with_forms_alone(page: Client, shop: Shop, sandbox: Sandbox) -> None:
    target = shop.put("29.00")
    summary = page.get(way(target))
    assert "€29.00" in summary.content.decode()
    assert sandbox.url in summary["Content-Security-Policy"].partition("form-action")[2]
    assert not Order.objects.exists()
    leaving = page.post(way(target))
    order = Order.objects.get()
    assert leaving["Location"] == order.approve_url
    back = sandbox.approve(order.approve_url).headers["Location"]
    landed = page.get(back.removeprefix("http://127.0.0.1:8000"), follow=True)
    assert landed.redirect_chain[-1][0] == reverse("payments-order", args=[order.pk])
    assert "Go to what you bought" in landed.content.decode()
    order.refresh_from_db()
    assert order.state == "captured"


def test_clicking_pay_twice_is_one_order(page: Client, shop: Shop, sandbox: Sandbox) -> None:
    target = shop.put("29.00")
    first, again = page.post(way(target)), page.post(way(target))
    assert first["Location"] == again["Location"]
    assert Order.objects.count() == 1


def test_the_second_click_waits_on_the_orders_page(
    page: Client, shop: Shop, sandbox: Sandbox
) -> None:
    target = shop.put("29.00")
    page.post(way(target))
    Order.objects.update(
        provider_order_id=None, approve_url="", busy_until=Now() + timedelta(minutes=1)
    )
    order = Order.objects.get()
    path = reverse("payments-order", args=[order.pk])
    assert page.post(way(target))["Location"] == path
    assert "telling PayPal" in page.get(path).content.decode()
    assert page.get(path, {"seen": "announcing"}).status_code == 204
    Order.objects.update(approve_url="/x/")
    assert page.get(path, {"seen": "announcing"})["HX-Refresh"] == "true"


def test_free_things_never_leave_the_site(page: Client, shop: Shop) -> None:
    target = shop.put("0")
    assert "it is free" in page.get(way(target)).content.decode()
    assert page.post(way(target))["Location"] == reverse(
        "payments-order", args=[Order.objects.get().pk]
    )


def test_turning_back_at_paypal(page: Client, placed: Buy, sandbox: Sandbox) -> None:
    order = placed()
    back = sandbox.approve(order.approve_url, "cancel").headers["Location"]
    landed = page.get(back.removeprefix("http://127.0.0.1:8000"), follow=True)
    assert "Nothing was paid" in landed.content.decode()
    order.refresh_from_db()
    assert order.state == "cancelled"


def test_a_declined_card_leads_back_to_paypal(page: Client, placed: Buy, sandbox: Sandbox) -> None:
    order = placed("declined")
    landed = page.get(
        reverse("payments-return"), {"token": str(order.provider_order_id)}, follow=True
    )
    text = landed.content.decode()
    assert "That did not go through" in text
    assert order.approve_url in text


def test_when_paypal_is_silent_the_page_waits(page: Client, placed: Buy, sandbox: Sandbox) -> None:
    order = placed("approve")
    sandbox.fault("capture", "500-after", times=3)
    landed = page.get(
        reverse("payments-return"), {"token": str(order.provider_order_id)}, follow=True
    )
    text = landed.content.decode()
    assert 'hx-trigger="every 3s"' in text
    assert '<meta http-equiv="refresh" content="3">' in text
    looked = page.post(reverse("payments-check", args=[order.pk]), follow=True)
    assert "Go to what you bought" in looked.content.decode()
    assert "hx-trigger" not in looked.content.decode().partition("<main")[2]


def test_an_open_page_is_told_only_of_changes(page: Client, sam: User) -> None:
    order = bare_order(sam, state="capturing")
    path = reverse("payments-order", args=[order.pk])
    assert page.get(path, {"seen": "capturing"}).status_code == 204
    assert page.get(path, {"seen": "approved"})["HX-Refresh"] == "true"


def test_held_money_is_explained(page: Client, placed: Buy, sandbox: Sandbox) -> None:
    order = orders.settle(placed("pending").pk)
    assert (
        "holds the money" in page.get(reverse("payments-order", args=[order.pk])).content.decode()
    )
    again = page.get(way(order.target_id))
    assert again["Location"] == reverse("payments-order", args=[order.pk])


def test_without_keys_the_page_says_so_calmly(page: Client, shop: Shop, settings) -> None:
    settings.PAYPAL = {**settings.PAYPAL, "client_id": ""}
    target = shop.put("29.00")
    shown = page.get(way(target))
    assert shown.status_code == 200
    assert "switched off" in shown.content.decode()
    assert "<c-button" not in shown.content.decode()
    assert page.post(way(target)).status_code == 503
    assert not Order.objects.exists()


def test_paypal_away_at_checkout_is_a_calm_503(page: Client, shop: Shop, sandbox: Sandbox) -> None:
    sandbox.fault("create", "500-before", times=3)
    target = shop.put("29.00")
    answer = page.post(way(target))
    assert answer.status_code == 503
    assert way(target) in answer.content.decode()
    assert page.post(way(target)).status_code == 302


def test_what_one_has_is_not_sold_again(
    page: Client, shop: Shop, sam: User, sandbox: Sandbox
) -> None:
    target = shop.put("29.00")
    shop.sold.append((sam.pk, target))
    assert page.get(way(target)).status_code == 409
    assert page.post(way(target)).status_code == 409


@pytest.mark.parametrize("state", Order.State)
def test_every_state_has_its_words(page: Client, sam: User, state: Order.State) -> None:
    order = bare_order(sam, state=state)
    shown = page.get(reverse("payments-order", args=[order.pk]))
    assert shown.status_code == 200
    assert "style=" not in shown.content.decode().partition("<main")[2]


def test_the_list_has_pages(page: Client, sam: User, otto: User, query_budget) -> None:
    assert "No orders yet" in page.get(reverse("my-orders")).content.decode()
    for _ in range(21):
        bare_order(sam, state="captured")
    bare_order(otto, description="Not mine", state="captured")
    with query_budget("orders_page_list"):
        first = page.get(reverse("my-orders")).content.decode()
    assert "?page=2" in first
    assert "Not mine" not in first
    assert page.get(reverse("my-orders"), {"page": 2}).status_code == 200
    assert page.get(reverse("my-orders"), {"page": "x"}).status_code == 200


def test_the_list_says_what_it_cost_however_it_was_paid(page: Client, sam: User) -> None:
    bare_order(sam, state="captured", amount_minor=500, credit_minor=1400)
    shown = page.get(reverse("my-orders")).content.decode()
    assert "€19.00" in shown
    assert "€5.00" not in shown


def test_orders_of_others_are_not_found(
    client: Client, otto: User, ada: User, placed: Buy, shop: Shop
) -> None:
    order = placed()
    paths = [
        reverse("payments-order", args=[order.pk]),
        f"{reverse('payments-return')}?token={order.provider_order_id}",
        f"{reverse('payments-cancel')}?token={order.provider_order_id}",
        reverse("payments-return"),
        way(uuid4()),
        way(order.target_id, "nothing"),
    ]
    for person in (otto, ada):
        client.force_login(person)
        assert {client.get(path).status_code for path in paths} == {404}
        assert client.post(reverse("payments-check", args=[order.pk])).status_code == 404
    client.logout()
    assert {client.get(path).status_code for path in paths} == {302}
    order.refresh_from_db()
    assert order.state == "created"


def test_pages_cost_few_queries(page: Client, placed: Buy, query_budget) -> None:
    order = placed()
    with query_budget("order_page"):
        page.get(reverse("payments-order", args=[order.pk]))
    with query_budget("checkout_page"):
        page.get(way(order.target_id))


def test_the_stand_ins_approval_page_opens(placed: Buy, sandbox: Sandbox) -> None:
    assert httpx.get(placed().approve_url).status_code == 200
