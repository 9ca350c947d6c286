"""What goes back after it was paid out is its seller's debt: taken off their next payout, and never
off anybody else's."""

import pytest

from accounts.models import User
from payments.errors import BelowPayoutMinimum
from payments.gateways.base import ProviderRefund
from payments.models import Dispute, Order, PayoutBatch, PayoutMethod
from payments.services import earnings, payouts, refunds, sending, transitions
from tests.payments.books import all_mature, buy, prove, stall, sum_of
from tests.payments.test_earnings import refund
from tests.sandbox_server import Sandbox

pytestmark = pytest.mark.django_db


def earned(seller: User, buyer: User) -> Order:
    """80 EUR of it are the seller's, and available."""
    order = buy(buyer, stall.put(seller))
    all_mature()
    earnings.mature()
    payouts.set_method(user=seller, email=f"{seller.username}@paypal.test")
    return order


def paid_out(seller: User, admin: User, *, follow: bool = True) -> PayoutBatch:
    batch = payouts.request(user=seller, currency="EUR")
    payouts.approve(batch_id=batch.pk, actor=admin)
    sending.submit(batch.pk)
    for _ in range(2 if follow else 0):
        sending.follow(batch.pk)
    batch.refresh_from_db()
    return batch


def owed() -> dict[object, int]:
    return {row.payee_id: row.amount.minor for row in payouts.owed()}


def test_a_refund_after_the_payout_is_taken_off_the_next(
    sam: User, tess: User, orla: User, ada: User, sandbox: Sandbox
) -> None:
    order = earned(tess, sam)
    assert paid_out(tess, ada).state == "paid"
    refund(order, "100.00", ada)
    assert sum_of("tutor_available", tess) == -8000
    earned(orla, sam)
    assert owed() == {orla.pk: 8000}
    earned(tess, sam)
    assert owed() == {orla.pk: 8000}
    with pytest.raises(BelowPayoutMinimum):
        payouts.request(user=tess, currency="EUR")
    buy(sam, stall.put(tess, "50.00"))
    all_mature()
    earnings.mature()
    assert owed() == {orla.pk: 8000, tess.pk: 4000}
    (batch,) = payouts.collect(actor=None)
    items = batch.items.values_list("payee_id", "amount_minor")
    assert dict(items) == {orla.pk: 8000, tess.pk: 4000}
    prove()


def test_a_part_is_a_part_of_a_debt(sam: User, tess: User, ada: User, sandbox: Sandbox) -> None:
    order = earned(tess, sam)
    paid_out(tess, ada)
    refund(order, "25.00", ada)
    assert sum_of("tutor_available", tess) == -2000
    earned(tess, sam)
    assert owed() == {tess.pk: 6000}
    prove()


@pytest.mark.parametrize("won", [True, False])
def test_a_dispute_after_the_payout_is_a_debt_until_it_is_won(
    sam: User, tess: User, orla: User, ada: User, sandbox: Sandbox, won: bool
) -> None:
    order = earned(tess, sam)
    earned(orla, sam)
    paid_out(tess, ada)
    case = Dispute.objects.create(
        order=order, provider_dispute_id="D1", status="OPEN", amount_minor=10000, currency="EUR"
    )
    transitions.stand(transitions.locked(order.pk), "dispute D1: open")
    assert (sum_of("tutor_available", tess), sum_of("tutor_pending", tess)) == (-8000, 8000)
    all_mature()
    assert earnings.mature() == 0
    Dispute.objects.filter(pk=case.pk).update(state="won" if won else "lost")
    transitions.stand(transitions.locked(order.pk), "dispute D1: decided")
    assert earnings.mature() == won
    if not won:
        taken = ProviderRefund("R1", "COMPLETED", order.amount)
        refunds.apply_truth(order.pk, taken, is_reversal=True)
        assert sum_of("chargeback") == 10000
    debt = 0 if won else -8000
    assert (sum_of("tutor_available", tess), sum_of("tutor_pending", tess)) == (debt, 0)
    earned(tess, sam)
    assert owed() == {orla.pk: 8000} | ({tess.pk: 8000} if won else {})
    prove()


def test_a_payout_that_comes_back_settles_the_debt(
    sam: User, tess: User, ada: User, sandbox: Sandbox
) -> None:
    """It went back while the money was on its way; then the payout failed."""
    order = earned(tess, sam)
    payouts.set_method(user=tess, email="failed@paypal.test")
    PayoutMethod.objects.update(usable_from=order.created_at)
    batch = paid_out(tess, ada, follow=False)
    refund(order, "100.00", ada)
    assert (sum_of("tutor_available", tess), sum_of("payout_transit", tess)) == (-8000, 8000)
    for _ in range(2):
        sending.follow(batch.pk)
    assert (sum_of("tutor_available", tess), sum_of("payout_transit", tess)) == (0, 0)
    assert owed() == {}
    prove()
