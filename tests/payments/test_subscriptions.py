"""A subscription's life: agreed to, paid, refused, paused, changed, ended; each step once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from payments.errors import (
    AlreadySubscribed,
    PausedBefore,
    PaymentDeclined,
    PlanNotOffered,
    SubscriptionStands,
)
from payments.models import Plan, Subscription, SubscriptionPeriod
from payments.services import (
    plans,
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
from tutorme.core.models import OutboxEvent
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def told(name: str) -> int:
    return OutboxEvent.objects.filter(name=f"subscription.{name}").count()


def test_it_opens_with_the_first_payment_and_not_before(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
) -> None:
    row = subscribed("")
    assert (row.state, opens(sam)) == ("approval_pending", False)
    sandbox.approve(row.approve_url)
    row = subscriptions.settle_now(row.pk)
    assert (row.state, opens(sam)) == ("active", True)
    period = SubscriptionPeriod.objects.get()
    assert (period.amount_minor, period.fee_minor, period.state) == (900, 66, "granted")
    assert row.paid_through == period.ends_at
    assert row.access_until == period.ends_at + 3 * DAY
    assert (told("activated"), told("paid")) == (1, 1)
    for _ in range(3):
        subscriptions.settle_now(row.pk)
    assert (told("activated"), told("paid"), SubscriptionPeriod.objects.count()) == (1, 1, 1)


def test_asking_twice_gives_the_same_agreement(
    subscribed: Subscribe,  # noqa: F811
    more: Plan,  # noqa: F811
    sam: User,
) -> None:
    first, again = subscribed(""), subscribed("")
    assert first.pk == again.pk
    other = subscriptions.subscribe(user=sam, plan=more)
    first.refresh_from_db()
    assert (first.state, other.state) == ("expired", "approval_pending")
    assert len(memory.subscriptions) == 2


def test_who_agreed_a_moment_ago_is_not_asked_to_pay_again(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    more: Plan,  # noqa: F811
    sam: User,
) -> None:
    sandbox.approve(subscribed("").approve_url)
    with pytest.raises(AlreadySubscribed):
        subscriptions.subscribe(user=sam, plan=more)
    assert Subscription.objects.get().state == "active"


def test_one_agreed_to_after_it_was_given_up_runs_if_nothing_took_its_place(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
) -> None:
    row = subscriptions.turned_back(row=subscribed(""))
    assert row.state == "expired"
    sandbox.approve(row.approve_url)
    assert subscriptions.settle_now(row.pk).state == "active"
    assert opens(sam)


def test_two_agreed_to_in_two_windows_leave_one(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    more: Plan,  # noqa: F811
    sam: User,
) -> None:
    """What was paid for stays open; the one that was given up takes no second payment."""
    first = subscribed("")
    second = subscriptions.subscribe(user=sam, plan=more)
    sandbox.approve(second.approve_url)
    subscriptions.settle_now(second.pk)
    sandbox.approve(first.approve_url)
    subscriptions.settle_now(first.pk)
    subscription_sweep.reconcile()
    first.refresh_from_db()
    assert first.state == "cancelled"
    assert first.paid_through is not None
    assert memory.subscriptions[str(first.provider_subscription_id)].status == "CANCELLED"
    assert Subscription.objects.live().get().pk == second.pk


@pytest.mark.parametrize("state", ["draft", "retired"])
def test_only_what_is_on_the_price_list_is_sold(
    plus: Plan,  # noqa: F811
    sam: User,
    state: str,
) -> None:
    plus.versions.update(state=state)
    with pytest.raises(PlanNotOffered):
        subscriptions.subscribe(user=sam, plan=plus)


def test_a_renewal_adds_a_month(subscribed: Subscribe, sandbox: Sandbox) -> None:  # noqa: F811
    row = subscribed()
    row = turn(sandbox, row, next=True)
    first, second = row.periods.order_by("paid_at")
    assert first.ends_at <= second.starts_at < first.ends_at + DAY
    assert row.paid_through == second.ends_at
    assert row.paid_through > timezone.now() + 27 * DAY
    assert told("paid") == 2


def test_a_failed_payment_warns_closes_after_grace_and_is_paid_later(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
) -> None:
    row = turn(sandbox, subscribed(), bank="refuses", next=True)
    assert (row.state, row.failures, row.owed_minor) == ("past_due", 1, 900)
    assert (opens(sam), told("payment_failed")) == (True, 1)
    assert row.next_try_at is not None
    row = turn(sandbox, row, days=4)
    assert not opens(sam)
    row = turn(sandbox, row, next=True)
    assert (row.state, row.failures, told("payment_failed")) == ("past_due", 2, 2)
    row = turn(sandbox, row, next=True)
    assert (row.state, row.failures, told("payment_failed")) == ("suspended", 3, 3)
    assert OutboxEvent.objects.get(name="subscription.suspended").payload["paused"] is False
    with pytest.raises(PaymentDeclined):
        subscription_wishes.resume(row=row, actor=sam)
    row.refresh_from_db()
    assert (row.state, row.wish) == ("suspended", "")
    sandbox.turn(str(row.provider_subscription_id), bank="pays")
    row = subscription_wishes.resume(row=row, actor=sam)
    assert (row.state, row.owed_minor, opens(sam)) == ("active", 0, True)
    assert (told("activated"), row.periods.count()) == (2, 2)


def test_a_bank_that_pays_at_the_second_try_costs_nothing(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
) -> None:
    row = turn(sandbox, subscribed(), bank="refuses", next=True)
    row = turn(sandbox, row, bank="pays", next=True)
    assert (row.state, row.failures, opens(sam)) == ("active", 0, True)
    assert told("activated") == 1


def test_what_is_owed_can_be_paid_before_paypal_tries_again(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
) -> None:
    row = turn(sandbox, subscribed(), bank="refuses", next=True)
    sandbox.turn(str(row.provider_subscription_id), bank="pays")
    row = subscription_wishes.resume(row=row, actor=sam)
    assert (row.state, row.periods.count()) == ("active", 2)


def test_it_rests_once_a_cycle_and_goes_on(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
) -> None:
    row = subscription_wishes.pause(row=subscribed(), actor=sam)
    assert (row.state, row.paused_at is not None, row.wish) == ("suspended", True, "")
    assert row.access_until == row.paid_through
    assert OutboxEvent.objects.get(name="subscription.suspended").payload["paused"] is True
    with pytest.raises(SubscriptionStands):
        subscription_wishes.pause(row=row, actor=sam)
    row = subscription_wishes.resume(row=row, actor=sam)
    assert (row.state, row.paused_at, row.periods.count()) == ("active", None, 1)
    with pytest.raises(PausedBefore):
        subscription_wishes.pause(row=row, actor=sam)
    row = turn(sandbox, row, next=True)
    assert subscription_wishes.pause(row=row, actor=sam).state == "suspended"


def test_nothing_is_taken_while_it_rests(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
) -> None:
    row = subscription_wishes.pause(row=subscribed(), actor=sam)
    row = turn(sandbox, row, days=70)
    assert (row.periods.count(), opens(sam)) == (1, False)
    row = subscription_wishes.resume(row=row, actor=sam)
    assert (row.state, row.periods.count(), opens(sam)) == ("active", 2, True)


def test_cancelling_keeps_what_was_paid_for(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
) -> None:
    row = subscription_wishes.cancel(row=subscribed(), actor=sam)
    assert (row.state, opens(sam)) == ("cancelled", True)
    assert row.access_until == row.paid_through
    with pytest.raises(SubscriptionStands):
        subscription_wishes.cancel(row=row, actor=sam)
    row = turn(sandbox, row, days=40)
    assert (row.state, opens(sam), told("cancelled")) == ("cancelled", False, 1)


def test_coming_back_does_not_pay_for_paid_time_again(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
) -> None:
    old = subscription_wishes.cancel(row=subscribed(), actor=sam)
    row = subscribed()
    assert (row.state, row.periods.count(), opens(sam)) == ("active", 0, True)
    assert row.starts_at is not None
    assert old.paid_through is not None
    assert abs(row.starts_at - old.paid_through) < timedelta(seconds=2)
    row = turn(sandbox, row, next=True)
    assert row.periods.count() == 1


@pytest.mark.parametrize("choice", ["approve", "vanish", "cancel"])
def test_another_plan_begins_with_the_next_payment(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    more: Plan,  # noqa: F811
    sam: User,
    choice: str,
) -> None:
    row = subscription_wishes.change(row=subscribed(), plan=more, actor=sam)
    assert row.change_to is not None
    sandbox.approve(row.change_url, choice)
    row = subscriptions.settle_now(row.pk)
    agreed = choice != "cancel"
    assert row.version.plan.slug == "plus"
    assert (row.next_version is not None) == agreed
    row = turn(sandbox, row, next=True)
    assert row.version.plan.slug == ("more" if agreed else "plus")
    assert row.next_version is None
    assert row.periods.order_by("-paid_at")[0].amount_minor == (1900 if agreed else 900)
    assert told("changed") == agreed


def test_a_change_is_refused_where_it_makes_no_sense(
    subscribed: Subscribe,  # noqa: F811
    plus: Plan,  # noqa: F811
    sam: User,
) -> None:
    row = subscribed()
    with pytest.raises(SubscriptionStands):
        subscription_wishes.change(row=row, plan=plus, actor=sam)
    dollars = plan_at("9.00", slug="dollars", currency="USD")
    plans.sync()
    with pytest.raises(PlanNotOffered):
        subscription_wishes.change(row=row, plan=dollars, actor=sam)


def test_a_new_price_is_for_newcomers(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    plus: Plan,  # noqa: F811
    otto: User,
) -> None:
    row = subscribed()
    plans.set_price(plan=plus, price=Money(1100, "EUR"), unit="month")
    plans.sync()
    row = turn(sandbox, row, next=True)
    assert {period.amount_minor for period in row.periods.all()} == {900}
    assert subscribed(user=otto).periods.get().amount_minor == 1100


def test_a_refunded_payment_closes_its_month(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
) -> None:
    row = subscribed()
    row = turn(sandbox, row, refund=row.periods.get().sale_id)
    assert (row.state, row.paid_through, opens(sam)) == ("active", None, False)
    assert (row.periods.get().state, told("refunded"), told("paid")) == ("revoked", 1, 1)
