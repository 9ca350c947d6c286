"""Subscriptions and plans for apps, and the providers' messages for those who run the site."""

import uuid

import pytest

from accounts.models import User
from payments.models import Plan, Subscription
from tests.payments.billing import (  # noqa: F401  fixtures
    Subscribe,
    more,
    plus,
    subscribed,
    turn,
)
from tests.payments.conftest import Buy
from tests.payments.test_webhooks import deliver
from tests.sandbox_server import Sandbox
from tutorme.core.models import InboxMessage

pytestmark = pytest.mark.django_db
BASE = "/api/v1/payments/subscriptions/"


def post(client, path: str, body: object = None):
    headers = {"idempotency-key": str(uuid.uuid4())}
    return client.post(path, body or {}, format="json", headers=headers)


def test_plans_are_public_and_in_order(api, more: Plan, query_budget) -> None:  # noqa: F811
    with query_budget("api-plans"):
        rows = api(None).get("/api/v1/payments/plans/").json()
    assert [row["slug"] for row in rows] == ["plus", "more"]
    assert rows[0]["price"] == {"amount": "9.00", "currency": "EUR"}
    assert (rows[0]["every"], rows[0]["unit"]) == (1, "month")


def test_a_subscription_from_begin_to_end(
    api,
    more: Plan,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
    client,
    drain,
) -> None:
    app = api(sam)
    made = post(app, BASE, {"plan": "plus"})
    assert made.status_code == 201
    sandbox.approve(made.json()["approve_url"], "vanish")
    for event in ("BILLING.SUBSCRIPTION.ACTIVATED", "PAYMENT.SALE.COMPLETED"):
        assert deliver(client, sandbox, event).status_code == 204
    drain()
    path = f"{BASE}{made.json()['id']}/"
    row = app.get(path).json()
    assert (row["state"], len(row["periods"]), row["approve_url"]) == ("active", 1, None)
    assert app.get("/api/v1/auth/session/").json()["entitlements"] == [
        "ai",
        "premium_courses",
        "video",
    ]
    assert post(app, f"{path}suspend/").json()["is_paused"] is True
    assert post(app, f"{path}suspend/").json()["code"] == "subscription-stands"
    assert post(app, f"{path}activate/").json()["state"] == "active"
    assert post(app, f"{path}suspend/").json()["code"] == "paused-before"
    changed = post(app, f"{path}change/", {"plan": "more"}).json()
    assert changed["change_url"].startswith(sandbox.url)
    assert post(app, f"{path}cancel/").json()["state"] == "cancelled"
    assert [one["id"] for one in app.get(BASE).json()["results"]] == [row["id"]]


def test_refusals_have_their_codes(
    api,
    subscribed: Subscribe,  # noqa: F811
    sam: User,
    otto: User,
) -> None:
    row = subscribed()
    app = api(sam)
    assert post(app, BASE, {"plan": "plus"}).json()["code"] == "already-subscribed"
    assert post(app, BASE, {"plan": "nothing"}).json()["code"] == "plan-not-offered"
    assert post(app, BASE, {"plan": "plus", "price": 1}).status_code == 400
    assert app.post(BASE, {"plan": "plus"}).json()["code"] == "idempotency-key-required"
    for step in ("", "cancel/", "suspend/", "activate/"):
        other = api(otto)
        path = f"{BASE}{row.pk}/{step}"
        answer = post(other, path) if step else other.get(path)
        assert answer.status_code == 404
    assert Subscription.objects.get().state == "active"


def test_a_repeated_request_is_answered_as_the_first(
    api,
    plus: Plan,  # noqa: F811
    sam: User,
) -> None:
    app, headers = api(sam), {"idempotency-key": "once"}
    first = app.post(BASE, {"plan": "plus"}, format="json", headers=headers)
    again = app.post(BASE, {"plan": "plus"}, format="json", headers=headers)
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"


def test_messages_are_listed_read_and_applied_again(
    api, placed: Buy, sandbox: Sandbox, client, ada: User, drain
) -> None:
    placed("vanish")
    deliver(client, sandbox, "CHECKOUT.ORDER.APPROVED")
    drain()
    app, path = api(ada), "/api/v1/webhook-events/"
    (row,) = app.get(path, {"provider": "paypal", "state": "applied"}).json()["results"]
    assert app.get(path, {"state": "dead"}).json()["results"] == []
    assert app.get(path, {"state": "nonsense"}).status_code == 400
    full = app.get(f"{path}{row['id']}/").json()
    assert "CHECKOUT.ORDER.APPROVED" in full["payload"]
    assert set(full["headers"]) == {
        "paypal-transmission-id",
        "paypal-transmission-time",
        "paypal-cert-url",
    }
    InboxMessage.objects.update(state="dead", attempts=19)
    assert app.post(f"{path}{row['id']}/retry/").json()["state"] == "received"
    drain()
    assert InboxMessage.objects.get().state == "applied"
    assert app.post(f"{path}{uuid.uuid4()}/retry/").status_code == 404
