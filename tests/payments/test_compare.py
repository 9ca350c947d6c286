"""What PayPal knows and we were never told; and request ids PayPal no longer remembers."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models.functions import Now
from django.utils import timezone

from payments.gateways import paypal
from payments.models import CaptureAttempt, Dispute, Order, Refund, Subscription
from payments.services import (
    compare_with_provider,
    orders,
    refunds,
    subscription_sweep,
    subscriptions,
)
from sandbox.paypal.state import memory
from sandbox.paypal.webhooks import outgoing
from tests.payments.billing import Subscribe, plus, subscribed  # noqa: F401  fixtures
from tests.payments.conftest import Buy
from tests.payments.test_any_order import hand_over
from tests.payments.test_webhooks import deliver
from tests.sandbox_server import Sandbox
from tutorme.core.errors import ProviderUnavailable
from tutorme.core.models import AuditEntry, OutboxEvent

pytestmark = pytest.mark.django_db
LATELY = timedelta(days=1)


def look() -> compare_with_provider.Found:
    return compare_with_provider.compare(since=timezone.now() - LATELY)


def test_a_refund_made_there_is_brought_in_with_its_paper(placed: Buy, media, drain) -> None:
    order = orders.settle(placed("approve").pk)
    paypal.gateway().refund(
        str(order.provider_capture_id), request_id="there", amount=order.amount, note="there"
    )
    assert look().refunds == 1
    assert look().refunds == 0
    order.refresh_from_db()
    assert order.state == "refunded"
    drain()
    note = Refund.objects.get().document
    assert note is not None
    assert (note.sha256 is not None, note.facts["refund"]["minor"]) == (True, 2900)


def test_a_complaint_is_brought_in_and_followed_to_its_end(placed: Buy, sandbox: Sandbox) -> None:
    order = orders.settle(placed("approve").pk)
    path = f"{sandbox.url}/paypal/_dispute"
    opened = sandbox.http.post(f"{path}/{order.provider_capture_id}").json()
    assert look().disputes == 1
    order.refresh_from_db()
    assert (order.state, Dispute.objects.get().state) == ("disputed", "open")
    ended = {"status": "RESOLVED", "outcome": "RESOLVED_SELLER_FAVOUR"}
    sandbox.http.post(f"{path}/{opened['dispute_id']}", json=ended)
    look()
    order.refresh_from_db()
    assert (order.state, Dispute.objects.get().state) == ("captured", "won")
    names = OutboxEvent.objects.filter(name__startswith="payment.disp").values_list("name")
    assert sorted(name for (name,) in names) == ["payment.dispute_resolved", "payment.disputed"]


def test_what_does_not_agree_is_written_down(placed: Buy, sandbox: Sandbox) -> None:
    order = orders.settle(placed("approve").pk)
    tampered = {"value": "1.00"}
    sandbox.http.post(f"{sandbox.url}/paypal/_tamper/{order.provider_order_id}", json=tampered)
    assert look().differing == 1
    assert AuditEntry.objects.filter(action="order.differs").count() == 1


def test_a_silent_provider_is_counted(placed: Buy, sandbox: Sandbox) -> None:
    orders.settle(placed("approve").pk)
    sandbox.fault("order", "500-before", times=3)
    assert (look().unreachable, Order.objects.get().state) == (1, "captured")


def test_without_an_account_there_nobody_is_asked_about_nothing(db, settings) -> None:
    settings.PAYPAL = {**settings.PAYPAL, "client_id": ""}
    assert look() == compare_with_provider.Found()
    call_command("reconcile", "--compare", "3", "--json")


def test_what_was_sold_before_the_account_went_is_not_passed_over(placed: Buy, settings) -> None:
    orders.settle(placed("approve").pk)
    settings.PAYPAL = {**settings.PAYPAL, "client_id": ""}
    assert look().unreachable == 1


def test_the_command_compares_and_speaks_json(placed: Buy, capsys) -> None:
    orders.settle(placed("approve").pk)
    call_command("reconcile", "--compare", "3", "--json")
    out = capsys.readouterr().out
    assert '"compared": {"compared": 1' in out
    assert '"subscriptions"' in out


def test_a_refund_whose_request_id_is_forgotten_is_looked_for_first(
    placed: Buy, sandbox: Sandbox, ada
) -> None:
    order = orders.settle(placed("approve").pk)
    sandbox.fault("refund", "lost-reply", times=3)
    with pytest.raises(ProviderUnavailable):
        refunds.refund(order=order, amount=None, note="late", actor=ada)
    Refund.objects.update(created_at=Now() - timedelta(days=60))
    memory.answered.clear()
    refunds.carry_out(Refund.objects.get().pk)
    found = memory.capture_of(str(order.provider_capture_id))
    assert found is not None
    assert len(found[1].refunds) == 1
    assert Refund.objects.get().provider_refund_id == found[1].refunds[0].id


def test_a_capture_whose_request_id_is_forgotten_gets_a_new_one(placed: Buy) -> None:
    order = placed("approve")
    Order.objects.update(state="capturing")
    CaptureAttempt.objects.create(order=order, number=1, created_at=Now() - timedelta(hours=7))
    assert orders.settle(order.pk).state == "captured"
    assert CaptureAttempt.objects.filter(order=order).count() == 2


@pytest.mark.parametrize("first", ["list", "message"])
def test_a_bank_that_takes_money_back_is_told_from_a_refund(
    client, placed: Buy, sandbox: Sandbox, drain, first: str
) -> None:
    order = orders.settle(placed("approve").pk)
    sandbox.http.post(f"{sandbox.url}/paypal/_reverse/{order.provider_capture_id}")
    if first == "list":
        look()
    assert deliver(client, sandbox, "PAYMENT.CAPTURE.REVERSED").status_code == 204
    drain()
    look()
    order.refresh_from_db()
    assert (order.state, order.refunded_minor) == ("reversed", 2900)
    (event,) = OutboxEvent.objects.filter(name="payment.refunded")
    assert event.payload["refund_id"] == str(Refund.objects.get().pk)


def test_a_payment_of_a_subscription_that_is_over_went_back_unheard(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
) -> None:
    """No sweep follows it any more; the nightly look does."""
    row = subscribed()
    number = str(row.provider_subscription_id)
    sandbox.turn(number, end="CANCELLED")
    subscriptions.settle_now(row.pk)
    Subscription.objects.update(access_until=Now())
    sandbox.turn(number, refund=row.periods.get().sale_id)
    subscription_sweep.reconcile()
    assert row.periods.get().refunded_minor == 0
    assert look().subscriptions == 1
    assert (row.periods.get().refunded_minor, row.periods.get().refunds.count()) == (900, 1)
    assert look().differing == 0


def test_a_part_that_no_message_told_of_is_put_to_a_person(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
) -> None:
    row = subscribed()
    number = str(row.provider_subscription_id)
    sandbox.turn(number, refund=row.periods.get().sale_id, value="3.00")
    assert look().differing == 1
    assert AuditEntry.objects.filter(action="subscription.differs").count() == 1
    hand_over(outgoing.newest_first()[0])
    assert (look().differing, row.periods.get().refunded_minor) == (0, 300)
