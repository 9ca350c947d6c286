"""The books against a plain model: random sales, refunds, disputes, credit and payouts. After every
step: each account is what the model says it is, nothing owes what must not, all of it sums to
nothing; at the end the whole check holds."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from payments.errors import BalanceTooLow, BelowPayoutMinimum, NotRefundable, RefundTooLarge
from payments.gateways.base import ProviderPayoutBatch, ProviderPayoutItem
from payments.models import Dispute, LedgerAccount, Order, PayoutBatch
from payments.services import credits, earnings, payouts, refunds, sending, transitions
from tests import cast
from tests.payments.books import all_mature, buy, prove, stall
from tutorme.core.money import Money

AMOUNTS = st.integers(min_value=1, max_value=20_000)


class Books(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.example = transaction.atomic()
        self.example.__enter__()
        self.sam = cast.person("Sam")
        self.tess = cast.tutor("Tess")
        self.ada = cast.person("Ada", is_staff=True)
        payouts.set_method(user=self.tess, email="tess@paypal.test")
        self.orders: list[Order] = []
        self.cash = self.returned = self.gifts = 0

    @rule(minor=AMOUNTS, fee=st.integers(0, 50), escrow=st.booleans(), credit=st.booleans())
    def sell(self, minor: int, fee: int, escrow: bool, credit: bool) -> None:
        amount = Money(minor, "EUR").amount
        target = stall.put(self.tess, amount, in_escrow=escrow)
        order = buy(self.sam, target, fee=fee, with_credit=credit)
        self.cash += order.amount_minor
        self.orders.append(order)

    @rule(minor=AMOUNTS)
    def give_credit(self, minor: int) -> None:
        self.gifts += 1
        credits.grant(
            owner=self.sam,
            amount=Money(minor, "EUR"),
            reason="x",
            actor=self.ada,
            key=str(self.gifts),
        )

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), per_mille=st.integers(1, 1000), as_credit=st.booleans())
    def refund(self, data: st.DataObject, per_mille: int, as_credit: bool) -> None:
        order = self._one(data)
        wanted = Money(max(1, order.total.minor * per_mille // 1000), "EUR")
        try:
            with transaction.atomic():
                row = refunds.intend(
                    transitions.locked(order.pk),
                    wanted,
                    note="",
                    actor_id=self.ada.pk,
                    as_credit=as_credit,
                )
                refunds._complete(transitions.locked(order.pk), row)
        except (RefundTooLarge, NotRefundable):
            return
        self.returned += row.money.minor

    @precondition(lambda self: self.orders)
    @rule(data=st.data(), won=st.sampled_from(["open", "won"]))
    def dispute(self, data: st.DataObject, won: str) -> None:
        order = self._one(data)
        if order.state == "refunded" or not order.total:
            return
        Dispute.objects.update_or_create(
            provider_dispute_id=f"D{order.pk}",
            defaults={
                "order": order,
                "status": "x",
                "state": won,
                "amount_minor": order.total.minor,
                "currency": "EUR",
            },
        )
        with transaction.atomic():
            transitions.stand(transitions.locked(order.pk), "a dispute")

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        earnings.release(self._one(data).pk)

    @rule()
    def mature(self) -> None:
        all_mature()
        earnings.mature()

    @rule()
    def ask_for_payout(self) -> None:
        try:
            batch = payouts.request(user=self.tess, currency="EUR")
        except (BelowPayoutMinimum, BalanceTooLow):
            return
        payouts.approve(batch_id=batch.pk, actor=self.ada)

    @precondition(lambda self: PayoutBatch.objects.filter(finished_at=None).exists())
    @rule(status=st.sampled_from(["SUCCESS", "FAILED", "UNCLAIMED", "RETURNED"]))
    def hear_of_payout(self, status: str) -> None:
        batch = PayoutBatch.objects.filter(finished_at=None).order_by("pk").first()
        assert batch is not None
        item = batch.items.get()
        told = ProviderPayoutItem(
            id=f"I{item.pk}",
            batch_id=f"B{batch.pk}",
            reference=str(item.pk),
            status=status,
            receiver=item.email,
            amount=item.amount,
            fee=Money(25, "EUR"),
        )
        truth = ProviderPayoutBatch(f"B{batch.pk}", "SUCCESS", str(batch.pk), items=(told,))
        for _ in range(2):
            sending._apply(batch.pk, truth)

    def _one(self, data: st.DataObject) -> Order:
        order = data.draw(st.sampled_from(self.orders))
        order.refresh_from_db()
        return order

    @invariant()
    def nothing_is_lost(self) -> None:
        rows = list(LedgerAccount.objects.all())
        assert sum(row.balance_minor for row in rows) == 0
        assert -sum(r.balance_minor for r in rows if r.kind == "student_cash") == self.cash
        assert sum(r.balance_minor for r in rows if r.kind == "refunds") == self.returned

    def teardown(self) -> None:
        try:
            prove()
        finally:
            transaction.set_rollback(True)
            self.example.__exit__(None, None, None)


@pytest.mark.django_db
def test_the_books_follow_the_model() -> None:
    steady = settings(
        max_examples=12,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Books, settings=steady)
