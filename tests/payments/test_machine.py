"""A till against PayPal's stand-in, driven by hypothesis: orders, payers, faults, messages lost or
out of order, refunds on both sides. Whatever happened, once everything is quiet and the sweep has
looked, both sides say the same."""

import contextlib
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from payments.gateways import paypal
from payments.models import PAID_STATES, Order
from payments.services import compare_with_provider, orders, refunds
from sandbox.faults import board
from sandbox.paypal.state import Order as There
from sandbox.paypal.state import memory
from sandbox.paypal.webhooks import forget, outgoing
from tests.payments.books import prove
from tests.payments.conftest import Shop
from tests.payments.test_any_order import hand_over
from tests.sandbox_server import Sandbox
from tutorme.core import breaker
from tutorme.core.errors import DomainError
from tutorme.core.gateways import GatewayError
from tutorme.core.models import OutboxEvent
from tutorme.core.money import Money

CALLS = st.sampled_from(["create", "order", "capture", "refund", "refund-state", "token"])
FAULTS = st.sampled_from(["500-before", "500-after", "lost-reply", "429", "garbled"])
REFUSED = contextlib.suppress(DomainError, GatewayError)


class Till(RuleBasedStateMachine):
    sandbox: ClassVar[Sandbox]
    shop: ClassVar[Shop]
    buyer: ClassVar[User]

    def __init__(self) -> None:
        super().__init__()
        self.before = str(connection.savepoint())
        memory.forget()
        forget()

    def one(self, data: st.DataObject) -> Order:
        return data.draw(st.sampled_from(list(Order.objects.order_by("pk"))))

    @precondition(lambda self: Order.objects.count() < 3)
    @rule(minor=st.integers(100, 5000))
    def place(self, minor: int) -> None:
        target = self.shop.put(Money(minor, "EUR").amount)
        with REFUSED:
            orders.place_order(buyer=self.buyer, kind="probe", target_id=target)

    @precondition(lambda self: Order.objects.exclude(approve_url="").exists())
    @rule(data=st.data(), choice=st.sampled_from(["approve", "vanish", "declined", "pending"]))
    def choose(self, data: st.DataObject, choice: str) -> None:
        order = self.one(data)
        if order.approve_url:
            self.sandbox.approve(order.approve_url, choice)

    @precondition(lambda self: Order.objects.exists())
    @rule(data=st.data())
    def come_back(self, data: st.DataObject) -> None:
        with REFUSED:
            orders.settle_now(self.one(data).pk)

    @precondition(lambda self: bool(outgoing.newest_first()))
    @rule(data=st.data())
    def hear(self, data: st.DataObject) -> None:
        hand_over(data.draw(st.sampled_from(outgoing.newest_first())))

    @rule(call=CALLS, kind=FAULTS, times=st.integers(1, 3))
    def break_down(self, call: str, kind: str, times: int) -> None:
        self.sandbox.fault(call, kind, times=times)

    @precondition(lambda self: Order.objects.filter(state__in=PAID_STATES).exists())
    @rule(data=st.data(), per_mille=st.integers(1, 1000), as_credit=st.booleans())
    def give_back(self, data: st.DataObject, per_mille: int, as_credit: bool) -> None:
        order = self.one(data)
        amount = Money(max(1, order.total.minor * per_mille // 1000), "EUR")
        with REFUSED:
            refunds.refund(
                order=order, amount=amount, note="", actor=self.buyer, as_credit=as_credit
            )

    @precondition(lambda self: Order.objects.filter(state__in=PAID_STATES).exists())
    @rule(data=st.data(), per_mille=st.integers(1, 1000))
    def give_back_there(self, data: st.DataObject, per_mille: int) -> None:
        order = self.one(data)
        amount = Money(max(1, order.amount.minor * per_mille // 1000), "EUR")
        # Somebody at PayPal's own desk knows what is promised here.
        if order.provider_capture_id and not refunds.left_of(order) < amount:
            with REFUSED:
                paypal.gateway().refund(
                    order.provider_capture_id, request_id=str(uuid4()), amount=amount, note=""
                )

    @precondition(lambda self: Order.objects.filter(state="capture_pending").exists())
    @rule(status=st.sampled_from(["COMPLETED", "DECLINED"]))
    def decide_held(self, status: str) -> None:
        order = Order.objects.filter(state="capture_pending")[0]
        path = f"{self.sandbox.url}/paypal/_settle/{order.provider_capture_id}"
        self.sandbox.http.post(path, json={"status": status})

    @rule()
    def nobody_pays_in_time(self) -> None:
        Order.objects.update(expires_at=Now() - timedelta(seconds=1))
        orders.expire_stale()

    @rule()
    def sweep(self) -> None:
        Order.objects.update(busy_until=None)
        orders.reconcile()
        refunds.carry_out_open()

    @invariant()
    def nothing_twice(self) -> None:
        for order in Order.objects.all():
            there = self.there(order)
            assert len(good(there)) <= 1
            assert told(order) <= 1
            assert order.refunded_minor <= order.total.minor
            if order.state in PAID_STATES:
                assert good(there), "paid here, and PayPal has no money"

    def there(self, order: Order) -> Any:
        return memory.orders.get(str(order.provider_order_id))

    def teardown(self) -> None:
        try:
            board.clear()
            for _look in range(3):
                self.quiet()
            for order in Order.objects.all():
                self.agrees(order)
            prove()
        finally:
            connection.savepoint_rollback(self.before)

    def quiet(self) -> None:
        """Nothing breaks any more, and the sweeps have had their turn."""
        breaker.for_provider("paypal").close()
        self.sweep()
        compare_with_provider.compare(since=timezone.now() - timedelta(days=1))

    def agrees(self, order: Order) -> None:
        there = self.there(order)
        if order.state == "review":
            return
        assert (order.state in PAID_STATES) == bool(good(there))
        assert told(order) == bool(good(there))
        gone = sum((one.value for capture in good(there) for one in capture.refunds), Decimal(0))
        done = order.refunds.filter(state="completed")
        assert sum(row.money.minor for row in done) == int(gone * 100)
        assert order.refunded_minor == sum(row.amount_minor for row in done)


def good(there: There | None) -> list[Any]:
    moved = {"COMPLETED", "REFUNDED", "PARTIALLY_REFUNDED"}
    return [one for one in there.captures if one.status in moved] if there else []


def told(order: Order) -> int:
    return OutboxEvent.objects.filter(key=f"payment.captured:{order.pk}").count()


@pytest.mark.django_db
def test_both_sides_say_the_same(sandbox: Sandbox, shop: Shop, sam: User) -> None:
    Till.sandbox, Till.shop, Till.buyer = sandbox, shop, sam
    steady = settings(
        max_examples=8,
        stateful_step_count=14,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Till, settings=steady)
