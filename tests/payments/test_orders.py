"""From an order to money: the API's answers, the rows, and the events others rely on."""

import dataclasses
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.models import User
from payments.errors import OrderClosed, PaymentDeclined, ReviewStands
from payments.gateways import paypal
from payments.models import CaptureAttempt, Order, OrderTransition
from payments.services import orders
from sandbox.paypal.state import memory
from tests.payments.conftest import Buy, Shop
from tests.sandbox_server import Sandbox
from tutorme.core.errors import ProviderUnavailable
from tutorme.core.models import AuditEntry, OutboxEvent

ORDERS = "/api/v1/payments/orders/"
pytestmark = pytest.mark.django_db


def post(client, path: str, body: object = None, key: str = ""):
    headers = {"idempotency-key": key or str(uuid4())}
    return client.post(path, body, format="json", headers=headers)


def captured_events() -> list[dict[str, object]]:
    return list(
        OutboxEvent.objects.filter(name="payment.captured").values_list("payload", flat=True)
    )


def test_sam_orders_approves_and_pays(api, sam: User, shop: Shop, sandbox: Sandbox) -> None:
    client, target = api(sam), shop.put("29.00")
    made = post(client, ORDERS, {"kind": "probe", "target": str(target)})
    assert made.status_code == 201
    order = made.json()
    assert (order["state"], order["total"]) == ("created", {"amount": "29.00", "currency": "EUR"})
    early = post(client, f"{ORDERS}{order['id']}/capture/")
    assert (early.status_code, early.json()["code"]) == (409, "payment-not-approved")
    sandbox.approve(order["approve_url"])
    paid = post(client, f"{ORDERS}{order['id']}/capture/").json()
    assert (paid["state"], paid["approve_url"]) == ("captured", None)
    assert captured_events() == [
        {
            "order_id": order["id"],
            "kind": "probe",
            "target_id": str(target),
            "buyer_id": str(sam.pk),
            "amount_minor": 2900,
            "currency": "EUR",
        }
    ]
    row = Order.objects.get()
    assert row.fee_minor == 136
    steps = OrderTransition.objects.order_by("pk").values_list("to_state", flat=True)
    assert list(steps) == ["approved", "capturing", "captured"]


def test_what_is_free_is_captured_without_a_provider(api, sam: User, shop: Shop, settings) -> None:
    settings.PAYPAL = {**settings.PAYPAL, "client_id": "", "base_url": "http://127.0.0.1:1"}
    made = post(api(sam), ORDERS, {"kind": "probe", "target": str(shop.put("0"))}).json()
    assert (made["state"], made["approve_url"]) == ("captured", None)
    assert len(captured_events()) == 1


def test_without_keys_checkout_is_off_and_says_so(api, sam: User, shop: Shop, settings) -> None:
    settings.PAYPAL = {**settings.PAYPAL, "client_id": ""}
    answer = post(api(sam), ORDERS, {"kind": "probe", "target": str(shop.put("1.00"))})
    assert (answer.status_code, answer.json()["code"]) == (503, "provider-not-configured")
    assert not Order.objects.exists()


def test_asking_again_gives_the_open_order_and_a_new_price_a_new_one(
    api, sam: User, shop: Shop, sandbox: Sandbox
) -> None:
    client, target = api(sam), shop.put("29.00")
    body = {"kind": "probe", "target": str(target)}
    first, again = post(client, ORDERS, body).json(), post(client, ORDERS, body).json()
    assert first["id"] == again["id"]
    shop.shelf[target] = shop.shelf[target].share(500)
    cheaper = post(client, ORDERS, body).json()
    assert (cheaper["id"] != first["id"], cheaper["total"]["amount"]) == (True, "14.50")
    assert Order.objects.get(pk=first["id"]).state == "expired"


def test_paid_but_unheard_is_not_sold_again(api, sam: User, placed: Buy, shop: Shop, drain) -> None:
    order = orders.settle(placed("approve").pk)
    body = {"kind": "probe", "target": str(order.target_id)}
    again = post(api(sam), ORDERS, body)
    assert (again.json()["id"], again.json()["state"]) == (str(order.pk), "captured")
    drain()
    refused = post(api(sam), ORDERS, body)
    assert (refused.status_code, refused.json()["code"]) == (409, "already-sold")
    assert Order.objects.count() == 1


def test_one_key_is_one_order(api, sam: User, shop: Shop, sandbox: Sandbox) -> None:
    client, body = api(sam), {"kind": "probe", "target": str(shop.put("5.00"))}
    first = post(client, ORDERS, body, key="k")
    replay = post(client, ORDERS, body, key="k")
    assert replay["Idempotency-Replayed"] == "true"
    assert first.json() == replay.json()
    other = post(client, ORDERS, {**body, "kind": "other"}, key="k")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    without = client.post(ORDERS, body, format="json")
    assert (without.status_code, without.json()["code"]) == (400, "idempotency-key-required")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "nothing", "target": str(uuid4())}, 422),
        ({"kind": "probe", "target": str(uuid4())}, 404),
        ({"kind": "probe", "target": "x"}, 400),
        ({"kind": "probe", "target": str(uuid4()), "price": "0.01"}, 400),
        ({}, 400),
    ],
)
def test_what_cannot_be_ordered(api, sam: User, sandbox: Sandbox, body, status) -> None:
    assert post(api(sam), ORDERS, body).status_code == status
    assert not Order.objects.exists()


def test_orders_of_others_do_not_exist(api, placed: Buy, otto: User, ada: User) -> None:
    path = f"{ORDERS}{placed().pk}/"
    assert api(otto).get(path).status_code == 404
    assert post(api(otto), f"{path}capture/").status_code == 404
    assert api(otto).get(ORDERS).json()["results"] == []
    assert api(ada).get(path).status_code == 200
    assert api(None).get(path).status_code == 401


def test_a_declined_card_may_be_replaced(api, placed: Buy, sam: User, sandbox: Sandbox) -> None:
    order = placed("declined")
    client, path = api(sam), f"{ORDERS}{order.pk}/capture/"
    refused = post(client, path)
    assert (refused.status_code, refused.json()["code"]) == (402, "payment-declined")
    order.refresh_from_db()
    assert (order.state, order.note) == ("created", "INSTRUMENT_DECLINED")
    assert orders.reconcile(older_than=timedelta(0))["settled"] == 0
    assert CaptureAttempt.objects.count() == 1
    memory.orders[str(order.provider_order_id)].funding = "approve"
    assert post(client, path).json()["state"] == "captured"
    assert CaptureAttempt.objects.count() == 2


def test_a_final_refusal_ends_the_order(placed: Buy, sandbox: Sandbox) -> None:
    order = placed("approve")
    sandbox.fault("capture", "refuse", issue="COMPLIANCE_VIOLATION")
    with pytest.raises(PaymentDeclined):
        orders.settle(order.pk)
    order.refresh_from_db()
    assert order.state == "declined"
    assert (
        OutboxEvent.objects.get(name="payment.failed").payload["reason"] == "COMPLIANCE_VIOLATION"
    )


def test_held_money_grants_nothing_until_it_is_released(placed: Buy, sandbox: Sandbox) -> None:
    order = placed("pending")
    assert orders.settle(order.pk).state == "capture_pending"
    assert captured_events() == []
    order.refresh_from_db()
    settle = f"{sandbox.url}/paypal/_settle/{order.provider_capture_id}"
    httpx.post(settle, json={"status": "COMPLETED"})
    assert orders.settle(order.pk).state == "captured"
    assert len(captured_events()) == 1


@pytest.mark.parametrize(
    "change", [{"value": "0.01"}, {"currency_code": "USD"}, {"custom_id": "somebody-else"}]
)
def test_what_does_not_add_up_is_put_to_a_person(placed: Buy, sandbox: Sandbox, change) -> None:
    order = placed("approve")
    httpx.post(f"{sandbox.url}/paypal/_tamper/{order.provider_order_id}", json=change)
    assert orders.settle(order.pk).state == "review"
    assert captured_events() == []
    sandbox.recorder.exchanges.clear()


@pytest.mark.parametrize("kind", ["500-before", "500-after", "lost-reply"])
def test_when_paypal_falls_silent_nothing_is_lost_or_doubled(
    placed: Buy, sandbox: Sandbox, kind: str
) -> None:
    order = placed("approve")
    sandbox.fault("capture", kind, times=3)
    with pytest.raises(ProviderUnavailable):
        orders.settle(order.pk)
    assert orders.reconcile(older_than=timedelta(0))["settled"] == 1
    order.refresh_from_db()
    assert order.state == "captured"
    assert len(captured_events()) == 1
    assert CaptureAttempt.objects.count() == 1


def test_a_create_that_was_not_heard_of_makes_one_order(
    api, sam: User, shop: Shop, sandbox: Sandbox
) -> None:
    client, body = api(sam), {"kind": "probe", "target": str(shop.put("9.00"))}
    sandbox.fault("create", "lost-reply", times=3)
    failed = post(client, ORDERS, body, key="k")
    assert (failed.status_code, failed.json()["code"]) == (503, "provider-unavailable")
    assert post(client, ORDERS, body, key="k").status_code == 201
    assert (len(memory.orders), Order.objects.count()) == (1, 1)


def test_death_between_capture_and_commit_is_healed_by_the_sweep(placed: Buy) -> None:
    """The process asked PayPal, PayPal took the money, the process died before it wrote so."""
    order = placed("approve")
    gateway = paypal.gateway()
    orders._apply(order.pk, gateway.order(str(order.provider_order_id)))
    attempt = orders._intend(order.pk)
    Order.objects.update(busy_until=Now() - timedelta(seconds=1))
    gateway.capture(str(order.provider_order_id), request_id=attempt.request_id)
    order.refresh_from_db()
    assert order.state == "capturing"
    assert orders.reconcile(older_than=timedelta(0))["settled"] == 1
    assert len(captured_events()) == 1


def test_unpaid_orders_expire_and_a_late_payer_pays_nothing(placed: Buy, sandbox: Sandbox) -> None:
    order = placed()
    Order.objects.update(expires_at=Now() - timedelta(seconds=1))
    assert orders.reconcile(older_than=timedelta(0))["expired"] == 1
    sandbox.approve(order.approve_url)
    with pytest.raises(OrderClosed):
        orders.settle(order.pk)
    assert captured_events() == []


def test_money_for_a_closed_order_is_put_to_a_person_who_accepts_it(placed: Buy, ada: User) -> None:
    """Somebody captures at PayPal what we had given up."""
    order = placed("approve")
    Order.objects.update(state="cancelled")
    with pytest.raises(OrderClosed):
        orders.settle(order.pk)
    paypal.gateway().capture(str(order.provider_order_id), request_id="by-hand")
    assert orders.settle(order.pk).state == "review"
    assert captured_events() == []
    order.refresh_from_db()
    assert orders.accept(order=order, actor=ada).state == "captured"
    assert len(captured_events()) == 1
    assert AuditEntry.objects.get(action="order.accepted").actor_id == ada.pk


def test_what_still_differs_cannot_be_accepted(placed: Buy, sandbox: Sandbox, ada: User) -> None:
    order = placed("approve")
    httpx.post(f"{sandbox.url}/paypal/_tamper/{order.provider_order_id}", json={"value": "1.00"})
    order = orders.settle(order.pk)
    with pytest.raises(ReviewStands):
        orders.accept(order=order, actor=ada)
    sandbox.recorder.exchanges.clear()


def test_a_second_card_counts_though_the_first_was_refused(placed: Buy) -> None:
    order = placed("approve")
    truth = paypal.gateway().capture(str(order.provider_order_id), request_id="x")
    refused = dataclasses.replace(truth.captures[0], id="REFUSED", status="DECLINED")
    truth = dataclasses.replace(truth, captures=(refused, *truth.captures))
    assert orders._apply(order.pk, truth).state == "captured"


def test_an_order_ended_between_reading_and_asking_is_not_charged(placed: Buy) -> None:
    order = placed("approve")
    Order.objects.update(state="expired")
    with pytest.raises(OrderClosed):
        orders._intend(order.pk)


@pytest.mark.parametrize(("state", "end"), [("created", "expired"), ("capturing", "review")])
def test_what_paypal_forgot_is_closed(placed: Buy, sandbox: Sandbox, state: str, end: str) -> None:
    order = placed()
    Order.objects.update(state=state)
    memory.orders.clear()
    assert orders.reconcile()["settled"] == 1
    order.refresh_from_db()
    assert order.state == end


def test_a_strange_refusal_is_not_an_end(api, placed: Buy, sam: User, sandbox: Sandbox) -> None:
    order = placed("approve")
    sandbox.fault("order", "refuse", issue="SOMETHING_NEW")
    answer = post(api(sam), f"{ORDERS}{order.pk}/capture/")
    assert (answer.status_code, answer.json()["code"]) == (503, "provider-unavailable")
    assert post(api(sam), f"{ORDERS}{order.pk}/capture/").json()["state"] == "captured"


def test_without_keys_nothing_is_captured(api, placed: Buy, sam: User, settings) -> None:
    order = placed("approve")
    settings.PAYPAL = {**settings.PAYPAL, "client_id": ""}
    answer = post(api(sam), f"{ORDERS}{order.pk}/capture/")
    assert (answer.status_code, answer.json()["code"]) == (503, "provider-not-configured")
    assert orders.reconcile()["unreachable"] == 1


def test_the_sweep_asks_ever_more_rarely(placed: Buy, sandbox: Sandbox) -> None:
    placed()
    assert orders.reconcile(only_due=True)["waiting"] == 1
    asked = len(sandbox.recorder.exchanges)
    assert orders.reconcile(only_due=True)["waiting"] == 0
    assert len(sandbox.recorder.exchanges) == asked
    Order.objects.update(created_at=Now() - timedelta(hours=1), next_check_at=Now())
    orders.reconcile(only_due=True)
    wait = Order.objects.values_list(F("next_check_at") - Now(), flat=True).get()
    assert timedelta(minutes=14) < wait < timedelta(minutes=16)


def test_the_sweep_comes_back_when_a_dead_ones_turn_has_run_out(placed: Buy) -> None:
    order = placed("approve")
    Order.objects.update(busy_until=Now() + timedelta(seconds=40))
    assert orders.reconcile(only_due=True)["waiting"] == 1
    order.refresh_from_db()
    assert order.next_check_at == order.busy_until
    Order.objects.update(busy_until=Now(), next_check_at=Now())
    assert orders.reconcile(only_due=True)["settled"] == 1


def test_the_command_says_what_it_found(placed: Buy, capsys) -> None:
    placed("approve")
    call_command("reconcile")
    assert "orders settled: 1" in capsys.readouterr().out
    call_command("reconcile")
    assert "orders settled: 0" in capsys.readouterr().out


def test_the_trail_cannot_be_rewritten(placed: Buy) -> None:
    orders.settle(placed("approve").pk)
    for statement in (
        "UPDATE payments_ordertransition SET reason = 'x'",
        "DELETE FROM payments_captureattempt",
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            connection.cursor().execute(statement)


def test_the_database_holds_one_open_order_a_thing(placed: Buy, sam: User) -> None:
    order = placed()
    twin = Order(
        buyer=sam,
        kind=order.kind,
        target_id=order.target_id,
        amount_minor=1,
        currency="EUR",
        description="twin",
    )
    with pytest.raises(DatabaseError, match="order_one_open"), transaction.atomic():
        twin.save(force_insert=True)


def test_queries(api, placed: Buy, sam: User, query_budget) -> None:
    client = api(sam)
    path = f"{ORDERS}{placed().pk}/"
    with query_budget("orders_list"):
        client.get(ORDERS)
    with query_budget("orders_read"):
        client.get(path)
