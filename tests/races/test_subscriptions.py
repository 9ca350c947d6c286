"""Everybody who may follow a subscription does so at once: one agreement, one period, one event."""

import threading
from functools import partial

import pytest
from django.core.management import call_command
from django.db import transaction

from accounts.models import User
from payments.models import Plan, Subscription, SubscriptionPeriod
from payments.services import (
    subscription_sweep,
    subscription_truth,
    subscription_wishes,
    subscriptions,
)
from sandbox.paypal.state import memory
from tests.payments.billing import Subscribe, plus, subscribed, turn  # noqa: F401  fixtures
from tests.races.parallel import together
from tests.sandbox_server import Sandbox
from tutorme.core.models import OutboxEvent

pytestmark = pytest.mark.django_db(transaction=True)


def told(name: str) -> int:
    return OutboxEvent.objects.filter(name=f"subscription.{name}").count()


def test_eight_clicks_make_one_agreement(
    plus: Plan,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
) -> None:
    together([partial(subscriptions.subscribe, user=sam, plan=plus)] * 8)
    row = subscriptions.subscribe(user=sam, plan=plus)
    assert (Subscription.objects.count(), len(memory.subscriptions)) == (1, 1)
    assert row.provider_subscription_id in memory.subscriptions


def test_return_page_webhook_and_sweep_grant_one_period(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
) -> None:
    row = subscribed("")
    sandbox.approve(row.approve_url)
    settle, sweep = partial(subscriptions.settle, row.pk), subscription_sweep.reconcile
    together([settle] * 5 + [sweep] * 3)
    subscription_sweep.reconcile()
    assert SubscriptionPeriod.objects.count() == 1
    assert (told("activated"), told("paid")) == (1, 1)


def test_two_sweeps_at_once_do_the_work_of_one(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
) -> None:
    row = turn(sandbox, subscribed(), bank="refuses", next=True)
    sandbox.turn(str(row.provider_subscription_id), bank="pays")
    Subscription.objects.update(wish="resume", wished_at=row.created_at)
    together([partial(call_command, "reconcile", "--json")] * 4)
    call_command("reconcile")
    row.refresh_from_db()
    assert (row.state, row.wish) == ("active", "")
    assert len(memory.subscriptions[str(row.provider_subscription_id)].sales) == 2
    assert told("paid") == 2


def test_cancelling_and_resuming_at_once_leaves_one_of_the_two(
    subscribed: Subscribe,  # noqa: F811
    sam: User,
) -> None:
    row = subscription_wishes.pause(row=subscribed(), actor=sam)
    together(
        [
            partial(subscription_wishes.cancel, row=row, actor=sam),
            partial(subscription_wishes.resume, row=row, actor=sam),
        ]
    )
    subscription_sweep.reconcile()
    row.refresh_from_db()
    there = memory.subscriptions[str(row.provider_subscription_id)].status
    assert row.state == there.lower()
    assert row.wish == ""


def test_control_without_the_row_lock_a_payment_is_told_again(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
) -> None:
    """The same truth applied by eight who do not wait for each other."""
    row = subscribed("")
    sandbox.approve(row.approve_url)
    truth, sales = subscriptions._read(str(row.provider_subscription_id))
    looked = threading.Barrier(8)

    def naive() -> None:
        mine = Subscription.objects.select_related("version__plan").get(pk=row.pk)
        looked.wait(timeout=60)
        with transaction.atomic():
            subscription_truth.apply(mine, truth, sales)

    failed = [one for one in together([naive] * 8) if isinstance(one, Exception)]
    assert failed or told("activated") > 1
