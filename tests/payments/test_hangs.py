"""PayPal hangs, or answers after everybody has stopped waiting. What was intended is written down
before; the call ends at its deadline; `reconcile` finds out what became of it, and it was done
once."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest
from django.core.management import call_command
from django.db.models.functions import Now

from accounts.models import User
from payments.gateways import paypal
from payments.models import Plan, Refund, Subscription, SubscriptionRefund
from payments.services import (
    orders,
    payouts,
    refunds,
    sending,
    subscription_refunds,
    subscription_wishes,
    subscriptions,
)
from payments.services.subscriptions import PATIENCE
from sandbox.faults import board
from sandbox.paypal.billing_state import sale_of
from sandbox.paypal.state import memory
from tests.payments.billing import Subscribe, plus, subscribed, turn  # noqa: F401  fixtures
from tests.payments.books import prove
from tests.payments.conftest import Buy
from tests.payments.test_payouts import earn
from tests.sandbox_server import Sandbox
from tutorme.core.errors import ProviderUnavailable
from tutorme.core.http import Door
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db
BOTH = pytest.mark.parametrize("kind", ["hang", "late-reply"])
# Far from the hanging minute, and enough for a slow machine's other calls.
_DEADLINE_S = 1.5


@dataclass
class Silence:
    """`silence("capture", "hang", act)` runs `act` while PayPal is silent about captures."""

    sandbox: Sandbox
    monkeypatch: pytest.MonkeyPatch

    def __call__(self, operation: str, kind: str, act: Callable[[], object]) -> None:
        base = f"{self.sandbox.url}/paypal"
        door = Door("paypal", base, read_timeout=_DEADLINE_S, deadline=_DEADLINE_S)
        self.sandbox.fault(operation, kind, times=3, seconds=_DEADLINE_S * 2)
        started = time.monotonic()
        with self.monkeypatch.context() as impatient, pytest.raises(ProviderUnavailable):
            impatient.setattr(paypal.gateway()._transport, "_door", door)
            act()
        assert time.monotonic() - started < 20
        board.clear()


@pytest.fixture
def silence(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Silence:
    return Silence(sandbox, monkeypatch)


def reconciled() -> None:
    """Twice: it may be run as often as one likes."""
    call_command("reconcile")
    call_command("reconcile")


@BOTH
def test_a_capture(placed: Buy, silence: Silence, kind: str) -> None:
    order = placed("approve")
    silence("capture", kind, lambda: orders.settle_now(order.pk))
    order.refresh_from_db()
    assert (order.state, order.attempts.count(), order.busy_until) == ("capturing", 1, None)
    there = memory.orders[str(order.provider_order_id)]
    assert len(there.captures) == (kind == "late-reply")
    reconciled()
    order.refresh_from_db()
    assert (order.state, order.attempts.count(), len(there.captures)) == ("captured", 1, 1)
    prove()


@BOTH
def test_a_refund(placed: Buy, silence: Silence, ada: User, kind: str) -> None:
    order = orders.settle(placed("approve").pk)
    ask = partial(refunds.refund, order=order, amount=Money(500, "EUR"), note="late", actor=ada)
    silence("refund", kind, ask)
    row = Refund.objects.get()
    assert (row.state, row.provider_refund_id) == ("requested", None)
    reconciled()
    order.refresh_from_db()
    row.refresh_from_db()
    assert (row.state, order.state, order.refunded_minor) == (
        "completed",
        "partially_refunded",
        500,
    )
    found = memory.capture_of(str(order.provider_capture_id))
    assert found is not None
    assert len(found[1].refunds) == 1
    prove()


@BOTH
def test_a_refund_of_a_subscriptions_payment(
    subscribed: Subscribe,  # noqa: F811
    silence: Silence,
    ada: User,
    kind: str,
) -> None:
    period = subscribed().periods.get()
    ask = partial(subscription_refunds.refund, period=period, amount=None, note="x", actor=ada)
    silence("refund", kind, ask)
    row = SubscriptionRefund.objects.get()
    assert (row.state, row.provider_refund_id) == ("requested", None)
    reconciled()
    period.refresh_from_db()
    assert (period.state, period.refunded_minor) == ("revoked", 900)
    found = sale_of(period.sale_id)
    assert found is not None
    assert (len(found[1].refunds), period.refunds.count()) == (1, 1)
    prove()


@BOTH
def test_a_payout(silence: Silence, sam: User, tess: User, ada: User, kind: str) -> None:
    earn(tess, sam)
    batch = payouts.request(user=tess, currency="EUR")
    payouts.approve(batch_id=batch.pk, actor=ada)
    silence("payout", kind, lambda: sending.submit(batch.pk))
    batch.refresh_from_db()
    assert (batch.state, batch.provider_batch_id, batch.busy_until) == ("submitted", None, None)
    assert len(memory.payouts) == (kind == "late-reply")
    reconciled()
    batch.refresh_from_db()
    assert (batch.state, batch.items.get().state, len(memory.payouts)) == ("paid", "success", 1)
    prove()


@BOTH
def test_a_subscription(
    plus: Plan,  # noqa: F811
    silence: Silence,
    sam: User,
    kind: str,
) -> None:
    """Nobody can agree to it yet, so nobody pays: asking again goes on with the same one."""
    ask = partial(subscriptions.subscribe, user=sam, plan=plus)
    silence("subscribe", kind, ask)
    row = Subscription.objects.get()
    assert (row.state, row.provider_subscription_id) == ("approval_pending", None)
    reconciled()
    assert ask().pk == row.pk
    row.refresh_from_db()
    assert list(memory.subscriptions) == [row.provider_subscription_id]
    Subscription.objects.update(provider_subscription_id=None, created_at=Now() - PATIENCE)
    reconciled()
    row.refresh_from_db()
    assert row.state == "expired"


@BOTH
@pytest.mark.parametrize("wish", ["pause", "cancel"])
def test_a_wish(
    subscribed: Subscribe,  # noqa: F811
    silence: Silence,
    sam: User,
    wish: str,
    kind: str,
) -> None:
    row = subscribed()
    ask = getattr(subscription_wishes, wish)
    silence(_CALL_OF[wish], kind, partial(ask, row=row, actor=sam))
    row.refresh_from_db()
    assert (row.state, row.wish, row.busy_until) == ("active", wish, None)
    reconciled()
    row.refresh_from_db()
    there = memory.subscriptions[str(row.provider_subscription_id)].status
    assert (row.state, row.wish) == (there.lower(), "")
    assert there == {"pause": "SUSPENDED", "cancel": "CANCELLED"}[wish]


_CALL_OF = {"pause": "suspend", "cancel": "cancel"}


@BOTH
def test_what_is_owed_is_asked_for_once(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    silence: Silence,
    sam: User,
    kind: str,
) -> None:
    row = turn(sandbox, subscribed(), bank="refuses", next=True)
    sandbox.turn(str(row.provider_subscription_id), bank="pays")
    silence("owed", kind, partial(subscription_wishes.resume, row=row, actor=sam))
    row.refresh_from_db()
    assert (row.state, row.wish, row.owed_captures.count()) == ("past_due", "resume", 1)
    reconciled()
    row.refresh_from_db()
    there = memory.subscriptions[str(row.provider_subscription_id)]
    assert (row.state, row.wish, len(there.sales)) == ("active", "", 2)
    assert (row.periods.count(), row.owed_captures.count()) == (2, 1)
    prove()


def test_control_a_refund_asked_for_anew_would_be_given_twice(
    placed: Buy, sandbox: Sandbox
) -> None:
    """What the row's request id, written before the call, guards against."""
    order = orders.settle(placed("approve").pk)
    capture_id, part = str(order.provider_capture_id), Money(500, "EUR")
    for request_id in ("first", "second"):
        paypal.gateway().refund(capture_id, request_id=request_id, amount=part, note="")
    found = memory.capture_of(capture_id)
    assert found is not None
    assert len(found[1].refunds) == 2


def test_control_with_patience_the_same_call_comes_through(placed: Buy, sandbox: Sandbox) -> None:
    order = placed("approve")
    sandbox.fault("capture", "late-reply", seconds=_DEADLINE_S * 2)
    assert orders.settle_now(order.pk).state == "captured"
