"""A process is killed at every step boundary of subscribing, following, cancelling and refunding;
what it left behind is finished by whoever comes next, once."""

from collections.abc import Callable, Iterator

import pytest
from django.core.management import call_command
from django.db.models.functions import Now

from accounts.models import User
from payments.models import Order, PayoutBatch, Plan, Refund, Subscription
from payments.services import orders, payouts, refunds, subscription_sweep, subscriptions
from sandbox.paypal.billing_state import sale_of
from sandbox.paypal.state import memory
from tests.nursery import Child, nursery
from tests.payments.billing import Subscribe, plus, subscribed  # noqa: F401  fixtures
from tests.payments.books import prove
from tests.payments.conftest import Buy
from tests.payments.dying import LIVED
from tests.payments.test_payouts import earn
from tests.sandbox_server import Sandbox
from tutorme.core.models import OutboxEvent

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
_MOST = 40


Born = Callable[..., Child]


@pytest.fixture(scope="module")
def born(running_sandbox: Sandbox, django_db_setup: None) -> Iterator[Born]:
    with nursery("tests.payments.dying", SANDBOX_URL=running_sandbox.url) as one:
        yield one


def deaths(born: Born, what: str, subject: Callable[[], str]) -> Iterator[int]:
    """Kills at the first boundary, the second …, until the process lives to the end."""
    for boundary in range(1, _MOST):
        child = born(boundary, what, subject())
        code = child.wait()
        if code == LIVED:
            return
        assert code == -9, child.said()
        yield boundary
    raise AssertionError("it never lived to the end")


def dies(born: Born, when: str, what: str, subject: object) -> None:
    child = born(when, what, str(subject))
    assert child.wait() == -9, child.said()


def nobody_is_busy() -> None:
    """A dead one's turn runs out."""
    Subscription.objects.update(busy_until=Now())
    Order.objects.update(busy_until=Now())


def times_told(name: str, **of: str) -> int:
    return OutboxEvent.objects.filter(name=name, payload__contains=of).count()


def test_dead_between_the_capture_and_the_commit(born: Born, placed: Buy, sandbox: Sandbox) -> None:
    order = placed("approve")
    dies(born, "/capture", "capture", order.pk)
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
    born: Born,
    subscribed: Subscribe,  # noqa: F811
) -> None:
    period = subscribed().periods.get()
    dies(born, "/refund", "refund payment", period.pk)
    period.refresh_from_db()
    assert period.refunded_minor == 0
    nobody_is_busy()
    call_command("reconcile")
    period.refresh_from_db()
    assert (period.state, period.refunded_minor) == ("revoked", 900)
    found = sale_of(period.sale_id)
    assert found is not None
    assert len(found[1].refunds) == period.refunds.filter(state="completed").count() == 1


@pytest.mark.parametrize("when", ["/oauth2/token", "/payments/payouts"])
def test_dead_between_a_payout_and_its_commit(
    born: Born, sandbox: Sandbox, sam: User, tess: User, ada: User, when: str
) -> None:
    """Before PayPal heard of it, and after it began to pay."""
    earn(tess, sam)
    batch = payouts.request(user=tess, currency="EUR")
    payouts.approve(batch_id=batch.pk, actor=ada)
    dies(born, when, "payout", batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.provider_batch_id) == ("submitted", None)
    assert len(memory.payouts) == (when == "/payments/payouts")
    PayoutBatch.objects.update(busy_until=Now())
    for _ in range(3):
        call_command("run_payouts")
    batch.refresh_from_db()
    assert (batch.state, len(memory.payouts)) == ("paid", 1)
    assert times_told("payout.paid", user_id=str(tess.pk)) == 1
    prove()


def test_subscribing(born: Born, plus: Plan, sandbox: Sandbox, sam: User) -> None:  # noqa: F811
    def again() -> str:
        Subscription.objects.all().delete()
        memory.subscriptions.clear()
        return sam.username

    for boundary in deaths(born, "subscribe", again):
        nobody_is_busy()
        row = subscriptions.subscribe(user=sam, plan=plus)
        assert list(memory.subscriptions) == [row.provider_subscription_id], boundary
        assert Subscription.objects.count() == 1


@pytest.mark.parametrize("what", ["settle", "cancel"])
def test_following_and_cancelling(
    born: Born,
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

    for boundary in deaths(born, what, begun):
        nobody_is_busy()
        subscription_sweep.reconcile()
        row = Subscription.objects.latest("id")
        assert row.periods.count() == 1, boundary
        assert times_told("subscription.paid", subscription_id=str(row.pk)) == 1, boundary
        there = memory.subscriptions[str(row.provider_subscription_id)]
        assert (row.state, row.wish) == (there.status.lower(), "")


def test_refunding(born: Born, placed: Buy, sandbox: Sandbox) -> None:
    def paid() -> str:
        return str(orders.settle(placed("approve").pk).pk)

    for boundary in deaths(born, "refund", paid):
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
