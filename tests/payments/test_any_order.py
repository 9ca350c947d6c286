"""However PayPal's messages come — late, in any order, many times, or never — the end is the same.

Hypothesis plays a story at PayPal step by step and, after each step, hands us some of the messages
sent so far in an order of its own. Then the sweep runs once, as it does every few seconds.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.models import User
from payments import queries
from payments.gateways import paypal
from payments.models import Dispute, Feature, Order, Plan, Subscription
from payments.services import (
    compare_with_provider,
    orders,
    subscription_sweep,
    subscriptions,
)
from sandbox.paypal.webhooks import Delivery, forget, outgoing
from tests.payments.billing import more, plan_at, plus  # noqa: F401  fixtures
from tests.payments.conftest import Shop
from tests.sandbox_server import Sandbox
from tutorme.core import inbox
from tutorme.core.models import InboxMessage, OutboxEvent

pytestmark = pytest.mark.django_db
ANY_ORDER = settings(
    max_examples=6,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
Step = Callable[[], object]


def hand_over(delivery: Delivery) -> None:
    """As the webhook view and the worker do; a repetition is applied again on purpose."""
    row = inbox.store(
        provider="paypal",
        delivery_id=delivery.id,
        kind=delivery.event_type,
        body=delivery.body.encode(),
        headers={},
    )
    inbox.retry(InboxMessage.objects.filter(pk=row.pk))
    InboxMessage.objects.filter(pk=row.pk).update(run_after=Now())
    inbox.process(row.pk)


def play(data: st.DataObject, steps: list[Step]) -> None:
    """Each step happens there; then some of the messages reach us."""
    for step in steps:
        step()
        sent = outgoing.newest_first()
        if sent:
            chosen = data.draw(st.lists(st.sampled_from(range(len(sent))), max_size=2))
            for number in chosen:
                hand_over(sent[number])


def told(name: str, **about: object) -> int:
    wanted = {f"payload__{field}": str(value) for field, value in about.items()}
    return OutboxEvent.objects.filter(name=name, **wanted).count()


def empty() -> None:
    forget()
    OutboxEvent.objects.all().delete()
    InboxMessage.objects.all().delete()


@ANY_ORDER
@given(data=st.data(), outcome=st.sampled_from(["RESOLVED_SELLER_FAVOUR", "ACCEPTED"]))
def test_an_order_ends_as_paypal_says(
    shop: Shop, sandbox: Sandbox, sam: User, data: st.DataObject, outcome: str
) -> None:
    empty()
    order = orders.place_order(buyer=sam, kind="probe", target_id=shop.put("29.00"))
    gateway, provider_id = paypal.gateway(), str(order.provider_order_id)
    there: dict[str, Any] = {}

    def capture() -> None:
        there["capture"] = orders.settle(order.pk).provider_capture_id

    def refund_part() -> None:
        amount = order.amount.share(100)
        gateway.refund(there["capture"], request_id=f"{order.pk}", amount=amount, note="there")

    def complain() -> None:
        path = f"{sandbox.url}/paypal/_dispute/{there['capture']}"
        there["dispute"] = sandbox.http.post(path).json()["dispute_id"]

    def decide() -> None:
        end = {"status": "RESOLVED", "outcome": outcome}
        sandbox.http.post(f"{sandbox.url}/paypal/_dispute/{there['dispute']}", json=end)

    def approve() -> None:
        sandbox.approve(order.approve_url)

    play(data, [approve, capture, refund_part, complain, decide])
    orders.reconcile()
    compare_with_provider.compare(since=timezone.now() - timedelta(days=1))
    order.refresh_from_db()
    won = outcome == "RESOLVED_SELLER_FAVOUR"
    assert order.state == ("partially_refunded" if won else "reversed")
    assert (order.refunded_minor, order.provider_order_id) == (290, provider_id)
    assert Dispute.objects.get(order=order).state == ("won" if won else "lost")
    expected = {"payment.captured": 1, "payment.refunded": 1, "payment.dispute_resolved": 1}
    assert {name: told(name, order_id=order.pk) for name in expected} == expected


@ANY_ORDER
@given(data=st.data(), choice=st.sampled_from(["vanish", "declined", "pending"]))
def test_an_order_nobody_came_back_from_ends_as_paypal_says(
    shop: Shop, sandbox: Sandbox, sam: User, data: st.DataObject, choice: str
) -> None:
    empty()
    order = orders.place_order(buyer=sam, kind="probe", target_id=shop.put("29.00"))

    def decide() -> None:
        sandbox.approve(order.approve_url, choice)

    def settle() -> None:
        held = Order.objects.get(pk=order.pk).provider_capture_id
        if held and choice == "pending":
            sandbox.http.post(f"{sandbox.url}/paypal/_settle/{held}", json={"status": "COMPLETED"})

    play(data, [decide, lambda: orders.reconcile(), settle])
    orders.reconcile()
    order.refresh_from_db()
    assert order.state == ("created" if choice == "declined" else "captured")
    assert told("payment.captured", order_id=order.pk) == (choice != "declined")


@ANY_ORDER
@given(data=st.data(), ends=st.sampled_from(["CANCELLED", "EXPIRED", ""]), refunded=st.booleans())
def test_a_subscription_ends_as_paypal_says(
    plus: Plan,  # noqa: F811
    more: Plan,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
    data: st.DataObject,
    ends: str,
    refunded: bool,
) -> None:
    empty()
    # Time that is paid for already would be waited for.
    Subscription.objects.update(state="cancelled", access_until=None, paid_through=None)
    row = subscriptions.subscribe(user=sam, plan=plus)
    provider_id, gateway = str(row.provider_subscription_id), paypal.gateway()
    dear = str(more.versions.get().provider_plan_id)

    def turn(**wish: object) -> Step:
        return lambda: sandbox.turn(provider_id, **wish)

    def change() -> None:
        url = gateway.revise_subscription(provider_id, plan_id=dear, **subscriptions.ways_back())
        sandbox.approve(url)

    def give_back() -> None:
        now = timezone.now()
        sales = gateway.sales(provider_id, since=now - timedelta(days=900), until=now)
        sandbox.turn(provider_id, refund=sales[0].id)

    steps: list[Step] = [
        lambda: sandbox.approve(row.approve_url),
        turn(next=True),
        turn(bank="refuses", next=True),
        turn(bank="pays", next=True),
        change,
        turn(next=True),
    ]
    play(data, steps + [give_back] * refunded + [turn(end=ends)] * bool(ends))
    subscription_sweep.reconcile()
    row.refresh_from_db()
    paid = Counter(row.periods.values_list("amount_minor", "state"))
    assert row.state == (ends.lower() or "active")
    assert sum(paid.values()) == 4
    assert paid[(1900, "granted")] == 1
    assert paid[(900, "revoked")] == refunded
    assert (row.version.plan.slug, row.next_version_id, row.failures) == ("more", None, 0)
    assert queries.entitled(sam.pk, Feature.AI)
    about = {"subscription_id": row.pk}
    assert told("subscription.paid", **about) == 4
    assert told("subscription.refunded", **about) == refunded


def test_the_control_a_message_that_is_believed_would_end_elsewhere(
    sandbox: Sandbox,
    plus: Plan,  # noqa: F811
    sam: User,
) -> None:
    """The oldest message comes last and says "not agreed yet": its body counts for nothing."""
    row = subscriptions.subscribe(user=sam, plan=plus)
    sandbox.approve(row.approve_url)
    sandbox.turn(str(row.provider_subscription_id), end="CANCELLED")
    oldest = outgoing.newest_first()[-1]
    assert '"status": "APPROVAL_PENDING"' in oldest.body
    hand_over(oldest)
    row.refresh_from_db()
    assert row.state == "cancelled"
