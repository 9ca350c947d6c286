"""What PayPal says of a subscription and does not add up; steps that were done and not heard of."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from accounts.models import User
from payments.errors import (
    CannotResume,
)
from payments.gateways import paypal
from payments.models import Plan, Subscription
from payments.services import (
    subscription_sweep,
    subscription_wishes,
    subscriptions,
)
from sandbox.paypal.state import memory
from tests.payments.billing import (  # noqa: F401  fixtures
    Subscribe,
    more,
    opens,
    plan_at,
    plus,
    subscribed,
    turn,
)
from tests.sandbox_server import Sandbox
from tutorme.core.errors import ProviderUnavailable

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("tampered", "problem"),
    [("9.50", "no price of this plan"), ("0.09", "no price of this plan")],
)
def test_a_payment_of_another_amount_opens_nothing(
    subscribed: Subscribe,  # noqa: F811
    plus: Plan,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
    tampered: str,
    problem: str,
) -> None:
    row = subscribed("")
    plan = memory.plans[str(plus.versions.get().provider_plan_id)]
    plan.cycle["pricing_scheme"]["fixed_price"]["value"] = tampered
    sandbox.approve(row.approve_url)
    row = subscriptions.settle_now(row.pk)
    assert problem in row.review
    assert not opens(sam)


@pytest.mark.parametrize("change", ["currency", "reference", "plan"])
def test_what_does_not_add_up_is_for_a_person(
    subscribed: Subscribe,  # noqa: F811
    plus: Plan,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
    change: str,
) -> None:
    row = subscribed("")
    there = memory.subscriptions[str(row.provider_subscription_id)]
    if change == "currency":
        plan = memory.plans[str(plus.versions.get().provider_plan_id)]
        plan.cycle["pricing_scheme"]["fixed_price"]["currency_code"] = "USD"
    elif change == "reference":
        there.custom_id = "somebody-elses"
    else:
        plus.versions.update(provider_plan_id="P-ANOTHER")
    sandbox.approve(row.approve_url)
    row = subscriptions.settle_now(row.pk)
    assert row.review
    assert not opens(sam)


def test_a_wish_that_was_not_carried_out_is_carried_out_by_the_sweep(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
) -> None:
    row = subscribed()
    sandbox.fault("cancel", "500-before", times=3)
    with pytest.raises(ProviderUnavailable):
        subscription_wishes.cancel(row=row, actor=sam)
    row.refresh_from_db()
    assert (row.state, row.wish) == ("active", "cancel")
    subscription_sweep.reconcile()
    row.refresh_from_db()
    assert (row.state, row.wish) == ("cancelled", "")


@pytest.mark.parametrize("kind", ["lost-reply", "500-after", "garbled", "reset", "429"])
@pytest.mark.parametrize(("operation", "wish"), [("suspend", "pause"), ("cancel", "cancel")])
def test_a_step_that_was_done_and_not_heard_of_is_done_once(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
    kind: str,
    operation: str,
    wish: str,
) -> None:
    row = subscribed()
    sandbox.fault(operation, kind, seconds=0)
    try:
        getattr(subscription_wishes, wish)(row=row, actor=sam)
    except ProviderUnavailable:
        subscription_sweep.reconcile()
    row.refresh_from_db()
    assert row.state == {"pause": "suspended", "cancel": "cancelled"}[wish]
    assert row.wish == ""
    assert (row.paused_at is not None) == (wish == "pause")


@pytest.mark.parametrize("kind", ["lost-reply", "500-after", "garbled", "reset"])
def test_what_is_owed_is_taken_once(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
    kind: str,
) -> None:
    row = turn(sandbox, subscribed(), bank="refuses", next=True)
    sandbox.turn(str(row.provider_subscription_id), bank="pays")
    sandbox.fault("owed", kind, times=4)
    try:
        subscription_wishes.resume(row=row, actor=sam)
    except ProviderUnavailable:
        sandbox.http.delete(f"{sandbox.url}/_faults")
        subscription_sweep.reconcile()
    row.refresh_from_db()
    assert (row.state, row.wish) == ("active", "")
    assert len(memory.subscriptions[str(row.provider_subscription_id)].sales) == 2


def test_one_the_provider_will_not_take_up_again_says_so(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
) -> None:
    row = subscription_wishes.pause(row=subscribed(), actor=sam)
    sandbox.fault("activate", "refuse", issue="SUBSCRIPTION_CANNOT_BE_ACTIVATED")
    with pytest.raises(CannotResume):
        subscription_wishes.resume(row=row, actor=sam)
    row.refresh_from_db()
    assert (row.state, row.wish) == ("suspended", "")


@pytest.mark.parametrize("kind", ["lost-reply", "500-after", "reset", "garbled"])
def test_an_agreement_begun_and_not_heard_of_is_begun_once(
    plus: Plan,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
    kind: str,
) -> None:
    sandbox.fault("subscribe", kind, times=4)
    with pytest.raises(ProviderUnavailable):
        subscriptions.subscribe(user=sam, plan=plus)
    sandbox.http.delete(f"{sandbox.url}/_faults")
    row = subscriptions.subscribe(user=sam, plan=plus)
    assert list(memory.subscriptions) == [row.provider_subscription_id]
    assert Subscription.objects.count() == 1


def test_a_silent_provider_changes_nothing(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
) -> None:
    row = subscribed()
    for operation in ("subscription", "transactions", "token"):
        sandbox.fault(operation, "500-before", times=3)
        paypal._client.cache_clear()
        with pytest.raises(ProviderUnavailable):
            subscriptions.settle_now(row.pk)
        sandbox.http.delete(f"{sandbox.url}/_faults")
    assert opens(sam)


def test_one_nobody_agreed_to_is_given_up_in_time(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
    plus: Plan,  # noqa: F811
) -> None:
    row = Subscription.objects.create(user=sam, version=plus.versions.get())
    Subscription.objects.update(created_at=Now() - timedelta(hours=4))
    assert subscription_sweep.reconcile()["given up"] == 1
    row.refresh_from_db()
    assert row.state == "expired"
    forgotten = subscribed("")
    memory.subscriptions.clear()
    assert subscriptions.settle_now(forgotten.pk).state == "expired"
    # PayPal's published document does not know this refusal by its own words.
    sandbox.recorder.exchanges.clear()
