"""The price list and the subscription as pages, without a script; and what people are told."""

import pytest
from django.urls import reverse

from accounts.models import User
from payments.models import Plan, Subscription
from payments.services import subscriptions
from realtime.models import Notification
from tests.payments.billing import (  # noqa: F401  fixtures
    Subscribe,
    more,
    plus,
    subscribed,
    turn,
)
from tests.sandbox_server import Sandbox

pytestmark = pytest.mark.django_db
PRICING, MINE = "/pricing/", "/subscriptions/"


def read(client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().split())


def press(client, name: str, *args: object):
    return client.post(reverse(f"payments-{name}", args=args))


def test_a_visitor_reads_the_prices(client, more: Plan, query_budget) -> None:  # noqa: F811
    with query_budget("pricing"):
        page = read(client, PRICING)
    assert "€9.00" in page
    assert "Every premium course" in page
    assert "Log in to subscribe" in page
    assert client.get(MINE).status_code == 302
    assert press(client, "subscribe", "plus").status_code == 302
    assert not Subscription.objects.exists()


def test_without_plans_or_without_keys_the_page_says_so(client, db, settings, sam) -> None:
    assert "No subscriptions are offered" in read(client, PRICING)
    settings.PAYPAL = {**settings.PAYPAL, "client_id": ""}
    client.force_login(sam)
    assert "Paying is switched off" in read(client, PRICING)


def test_from_the_price_list_to_paypal_and_back(
    client,
    more: Plan,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
    query_budget,
) -> None:
    client.force_login(sam)
    assert "Subscribe to Plus for €9.00 with PayPal" in read(client, PRICING)
    assert sandbox.url in client.get(PRICING).headers["Content-Security-Policy"]
    away = press(client, "subscribe", "plus")
    assert away.headers["Location"].startswith(sandbox.url)
    assert "Go on to PayPal" in read(client, MINE)
    back = sandbox.approve(away.headers["Location"]).headers["location"]
    assert client.get(back.partition("8000")[2]).status_code == 302
    with query_budget("subscriptions"):
        page = read(client, MINE)
    assert "Runs" in page
    assert "The next €9.00 is taken on" in page
    assert "What you paid" in page
    assert "Yours" in read(client, PRICING)


def test_turning_back_agrees_to_nothing(
    client,
    plus: Plan,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
) -> None:
    client.force_login(sam)
    away = press(client, "subscribe", "plus").headers["Location"]
    back = sandbox.approve(away, "cancel").headers["location"]
    answer = client.get(back.partition("8000")[2], follow=True)
    assert "Nothing was agreed to" in answer.content.decode()
    assert Subscription.objects.get().state == "expired"


def test_pausing_resuming_and_cancelling_with_consequences_shown(
    client,
    subscribed: Subscribe,  # noqa: F811
    sam: User,
) -> None:
    client.force_login(sam)
    row = subscribed()
    assert "It rests" in press_and_read(client, "pause", row)
    assert "Take it up again" in read(client, MINE)
    assert "It runs again" in press_and_read(client, "resume", row)
    assert "Pause it" not in read(client, MINE)
    asked = read(client, reverse("payments-subscription-cancel", args=[row.pk]))
    assert "What you paid for stays open until" in asked
    assert "every premium course" in asked
    row.refresh_from_db()
    assert row.state == "active"
    assert "Nothing more is taken" in press_and_read(client, "subscription-cancel", row)
    assert "Subscribe again" in read(client, MINE)


def press_and_read(client, name: str, row: Subscription) -> str:
    path = reverse(f"payments-{name}", args=[row.pk])
    return client.post(path, follow=True).content.decode()


def test_changing_the_plan_shows_what_is_gained_and_what_is_lost(
    client,
    subscribed: Subscribe,  # noqa: F811
    more: Plan,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
) -> None:
    more.features = ["ai"]
    more.save()
    client.force_login(sam)
    row = subscribed()
    path = reverse("payments-subscription-change", args=[row.pk, "more"])
    page = read(client, path)
    assert "Then these close: every premium course" in page
    away = client.post(path).headers["Location"]
    assert "A change waits for your word" in read(client, MINE)
    back = sandbox.approve(away).headers["location"]
    client.get(back.partition("8000")[2])
    assert "With that payment it becomes More" in read(client, MINE)


@pytest.mark.parametrize("name", ["pause", "resume", "subscription-check", "subscription-cancel"])
def test_what_is_not_ones_own_is_not_there(
    client,
    subscribed: Subscribe,  # noqa: F811
    otto: User,
    name: str,
) -> None:
    row = subscribed()
    client.force_login(otto)
    assert press(client, name, row.pk).status_code == 404
    there = f"?subscription_id={row.provider_subscription_id}"
    for path in ("payments-subscription-return", "payments-subscription-turned-back"):
        assert client.get(reverse(path) + there).status_code == 404


def test_the_whole_story_of_a_failing_bank_is_told(
    client,
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
    drain,
) -> None:
    client.force_login(sam)
    row = turn(sandbox, subscribed(), bank="refuses", next=True)
    page = read(client, MINE)
    assert "PayPal did not get the last payment" in page
    assert "Pay €9.00 now" in page
    row = turn(sandbox, row, next=True)
    row = turn(sandbox, row, next=True)
    assert "It stopped after failed payments" in read(client, MINE)
    assert "No money moved" in press_and_read(client, "resume", row)
    sandbox.turn(str(row.provider_subscription_id), bank="pays")
    assert "It runs again" in press_and_read(client, "resume", row)
    drain()
    kinds = list(Notification.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds.count("subscription-failed") == 2
    assert kinds.count("subscription-suspended") == 1
    assert kinds.count("subscription-activated") == 2
    subjects = {mail["subject"] for mail in sandbox.mails()}
    assert {"A payment failed: Plus", "Your subscription stopped: Plus"} <= subjects
    told = next(m for m in sandbox.mails() if m["subject"] == "A payment failed: Plus")
    assert "tries again on" in told["text"]


def test_a_provider_that_is_away_is_said_and_nothing_is_lost(
    client,
    plus: Plan,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
) -> None:
    client.force_login(sam)
    sandbox.fault("subscribe", "500-before", times=3)
    answer = client.post(reverse("payments-subscribe", args=["plus"]), follow=True)
    assert "Try again in a moment" in answer.content.decode()
    assert "Try again" in read(client, MINE)
    assert press(client, "subscribe", "plus").headers["Location"].startswith(sandbox.url)


def test_the_page_of_one_under_review_says_so(
    client,
    subscribed: Subscribe,  # noqa: F811
    sam: User,
) -> None:
    row = subscribed()
    Subscription.objects.update(review="something", wish="pause")
    client.force_login(sam)
    page = read(client, MINE)
    assert "A person is looking at this" in page
    assert "Look again" in page
    subscriptions.settle(row.pk)
