"""A process is killed at every step boundary of subscribing, following, cancelling and refunding;
what it left behind is finished by whoever comes next, once."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.models.functions import Now

from accounts.models import User
from payments.models import Order, Plan, Refund, Subscription
from payments.services import orders, refunds, subscription_sweep, subscriptions
from sandbox.paypal.billing_state import sale_of
from sandbox.paypal.state import memory
from tests.payments.billing import Subscribe, plus, subscribed  # noqa: F401  fixtures
from tests.payments.conftest import Buy
from tests.payments.dying import LIVED
from tests.sandbox_server import Sandbox
from tutorme.core.models import OutboxEvent

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
_MOST = 40


def deaths(sandbox: Sandbox, what: str, subject: Callable[[], str]) -> Iterator[int]:
    """Kills at the first boundary, the second …, until the process lives to the end."""
    for boundary in range(1, _MOST):
        done = run(sandbox, str(boundary), what, subject())
        if done.returncode == LIVED:
            return
        assert done.returncode == -9, done.stderr.decode()[-2000:]
        yield boundary
    raise AssertionError("it never lived to the end")


def run(sandbox: Sandbox, when: str, what: str, subject: str) -> subprocess.CompletedProcess[bytes]:
    facts = connection.settings_dict
    socket = str(facts["HOST"]).replace("/", "%2F")
    env = {
        **os.environ,
        "DATABASE_URL": f"postgres://{facts['USER']}@{socket}/{facts['NAME']}",
        "SANDBOX_URL": sandbox.url,
        "DJANGO_SETTINGS_MODULE": "tutorme.settings.base",
    }
    argv = [sys.executable, "-m", "tests.payments.dying", when, what, subject]
    return subprocess.run(argv, env=env, cwd=settings.BASE_DIR, capture_output=True, check=False)


def nobody_is_busy() -> None:
    """A dead one's turn runs out."""
    Subscription.objects.update(busy_until=Now())
    Order.objects.update(busy_until=Now())


def times_told(name: str, **of: str) -> int:
    return OutboxEvent.objects.filter(name=name, payload__contains=of).count()


def test_dead_between_the_capture_and_the_commit(placed: Buy, sandbox: Sandbox) -> None:
    order = placed("approve")
    done = run(sandbox, "/capture", "capture", str(order.pk))
    assert done.returncode == -9, done.stderr.decode()[-2000:]
    order.refresh_from_db()
    there = memory.orders[str(order.provider_order_id)]
    assert (order.state, there.status) == ("capturing", "COMPLETED")
    nobody_is_busy()
    call_command("reconcile")
    call_command("reconcile")
    order.refresh_from_db()
    assert (order.state, len(there.captures), order.attempts.count()) == ("captured", 1, 1)
    assert times_told("payment.captured", order_id=str(order.pk)) == 1


def test_dead_between_a_refunded_payment_and_its_commit(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
) -> None:
    period = subscribed().periods.get()
    done = run(sandbox, "/refund", "refund payment", str(period.pk))
    assert done.returncode == -9, done.stderr.decode()[-2000:]
    period.refresh_from_db()
    assert period.refunded_minor == 0
    nobody_is_busy()
    call_command("reconcile")
    period.refresh_from_db()
    assert (period.state, period.refunded_minor) == ("revoked", 900)
    found = sale_of(period.sale_id)
    assert found is not None
    assert len(found[1].refunds) == period.refunds.filter(state="completed").count() == 1


def test_subscribing(plus: Plan, sandbox: Sandbox, sam: User) -> None:  # noqa: F811
    def again() -> str:
        Subscription.objects.all().delete()
        memory.subscriptions.clear()
        return sam.username

    for boundary in deaths(sandbox, "subscribe", again):
        nobody_is_busy()
        row = subscriptions.subscribe(user=sam, plan=plus)
        assert list(memory.subscriptions) == [row.provider_subscription_id], boundary
        assert Subscription.objects.count() == 1


@pytest.mark.parametrize("what", ["settle", "cancel"])
def test_following_and_cancelling(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    what: str,
) -> None:
    def begun() -> str:
        # Over and out of sight; what was told of it stays, since what is told once is told by key.
        over = {"state": "cancelled", "paid_through": None, "access_until": None}
        Subscription.objects.update(**over)
        row = subscribed("")
        sandbox.approve(row.approve_url)
        if what == "cancel":
            subscriptions.settle_now(row.pk)
        return str(row.pk)

    for boundary in deaths(sandbox, what, begun):
        nobody_is_busy()
        subscription_sweep.reconcile()
        row = Subscription.objects.latest("id")
        assert row.periods.count() == 1, boundary
        assert times_told("subscription.paid", subscription_id=str(row.pk)) == 1, boundary
        there = memory.subscriptions[str(row.provider_subscription_id)]
        assert (row.state, row.wish) == (there.status.lower(), "")


def test_refunding(placed: Buy, sandbox: Sandbox) -> None:
    def paid() -> str:
        return str(orders.settle(placed("approve").pk).pk)

    for boundary in deaths(sandbox, "refund", paid):
        nobody_is_busy()
        order = Order.objects.latest("id")
        asked = Refund.objects.filter(order=order).exists()
        refunds.carry_out_open()
        order.refresh_from_db()
        found = memory.capture_of(str(order.provider_capture_id))
        assert found is not None
        assert len(found[1].refunds) == asked, boundary
        assert order.state == ("refunded" if asked else "captured")
        assert times_told("payment.refunded", order_id=str(order.pk)) == asked
