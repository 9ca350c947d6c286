"""Every message PayPal sends, by name (what each does is in test_effects.py); and in whatever order
a lifecycle's five come, it ends in one state."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from payments.gateways import paypal
from payments.models import Dispute, LedgerEntry, Order, Refund
from payments.services import messages
from sandbox.paypal.webhooks import Delivery, outgoing
from tests.payments import test_order_effects as orders_told
from tests.payments import test_payout_effects as payouts_told
from tests.payments import test_subscription_effects as subscriptions_told
from tests.payments.conftest import Buy
from tests.payments.test_any_order import hand_over
from tests.sandbox_server import Sandbox
from tutorme.core.models import InboxMessage, OutboxEvent

pytestmark = pytest.mark.django_db

# Research, anchors-booking §3.6 and providers §4.1.
NAMES = """
CHECKOUT.ORDER.APPROVED CHECKOUT.ORDER.COMPLETED CHECKOUT.PAYMENT-APPROVAL.REVERSED
PAYMENT.CAPTURE.COMPLETED PAYMENT.CAPTURE.PENDING PAYMENT.CAPTURE.DENIED PAYMENT.CAPTURE.DECLINED
PAYMENT.CAPTURE.REFUNDED PAYMENT.CAPTURE.REVERSED
CUSTOMER.DISPUTE.CREATED CUSTOMER.DISPUTE.UPDATED CUSTOMER.DISPUTE.RESOLVED
BILLING.SUBSCRIPTION.CREATED BILLING.SUBSCRIPTION.ACTIVATED BILLING.SUBSCRIPTION.UPDATED
BILLING.SUBSCRIPTION.EXPIRED BILLING.SUBSCRIPTION.CANCELLED BILLING.SUBSCRIPTION.SUSPENDED
BILLING.SUBSCRIPTION.RE-ACTIVATED BILLING.SUBSCRIPTION.PAYMENT.FAILED
PAYMENT.SALE.COMPLETED PAYMENT.SALE.REFUNDED PAYMENT.SALE.REVERSED
PAYMENT.PAYOUTSBATCH.PROCESSING PAYMENT.PAYOUTSBATCH.SUCCESS PAYMENT.PAYOUTSBATCH.DENIED
PAYMENT.PAYOUTS-ITEM.SUCCEEDED PAYMENT.PAYOUTS-ITEM.FAILED PAYMENT.PAYOUTS-ITEM.BLOCKED
PAYMENT.PAYOUTS-ITEM.HELD PAYMENT.PAYOUTS-ITEM.UNCLAIMED PAYMENT.PAYOUTS-ITEM.RETURNED
PAYMENT.PAYOUTS-ITEM.REFUNDED PAYMENT.PAYOUTS-ITEM.CANCELED PAYMENT.PAYOUTS-ITEM.DENIED
""".split()


def test_each_that_is_read_has_a_test_of_what_it_does() -> None:
    """A new type without one fails here."""
    tested = [module.EFFECTS for module in (orders_told, subscriptions_told, payouts_told)]
    names = [name for effects in tested for name in effects]
    assert sorted(names) == sorted(messages.kinds()) == sorted(NAMES)


def told(*names: str) -> list[Delivery]:
    return [row for row in outgoing.newest_first() if row.event_type in names]


def a_life(placed: Buy, sandbox: Sandbox) -> tuple[Order, list[Delivery]]:
    """Approved, captured, a part refunded, complained about, the complaint decided: all at PayPal,
    and none of it heard here."""
    order = placed("vanish")
    gateway = paypal.gateway()
    truth = gateway.capture(str(order.provider_order_id), request_id="there")
    (capture,) = truth.captures
    gateway.refund(capture.id, request_id="there", amount=order.amount.share(100), note="there")
    path = f"{sandbox.url}/paypal/_dispute"
    dispute = sandbox.http.post(f"{path}/{capture.id}").json()["dispute_id"]
    end = {"status": "RESOLVED", "outcome": "RESOLVED_SELLER_FAVOUR"}
    sandbox.http.post(f"{path}/{dispute}", json=end).raise_for_status()
    found = told(
        "CHECKOUT.ORDER.APPROVED",
        "PAYMENT.CAPTURE.COMPLETED",
        "PAYMENT.CAPTURE.REFUNDED",
        "CUSTOMER.DISPUTE.CREATED",
        "CUSTOMER.DISPUTE.RESOLVED",
    )
    assert len(found) == 5
    return order, found


def the_end(order: Order) -> tuple[object, ...]:
    """What anybody could see of it."""
    order.refresh_from_db()
    events = OutboxEvent.objects.filter(name__startswith="payment.")
    names = events.values_list("name", flat=True)
    books = LedgerEntry.objects.values_list("account__kind", "amount_minor")
    return (
        order.state,
        order.refunded_minor,
        order.provider_capture_id,
        list(Refund.objects.values_list("amount_minor", "state", "origin")),
        list(Dispute.objects.values_list("state", flat=True)),
        Counter(names) - Counter({"payment.approved": 1}),
        sum((Counter({kind: minor}) for kind, minor in books), Counter()),
    )


def every_end(order: Order, life: list[Delivery], to_come: list[Delivery]) -> Iterator[Any]:
    """Each order of coming, as a tree: what two have in common is played once."""
    if not to_come:
        waiting = InboxMessage.objects.filter(state="received").values_list(
            "delivery_id", flat=True
        )
        for early in [row for row in life if row.id in set(waiting)]:
            hand_over(early)
        assert not InboxMessage.objects.exclude(state="applied").exists()
        yield the_end(order)
    for delivery in to_come:
        before = connection.savepoint()
        hand_over(delivery)
        yield from every_end(order, life, [row for row in to_come if row is not delivery])
        connection.savepoint_rollback(str(before))


def test_all_permutations_of_a_life_end_in_one_state(placed: Buy, sandbox: Sandbox) -> None:
    order, life = a_life(placed, sandbox)
    ends = list(every_end(order, life, life))
    assert len(ends) == 120
    assert all(end == ends[0] for end in ends)
    assert ends[0][:2] == ("partially_refunded", 290)
