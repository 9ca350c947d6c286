"""From a sale to a balance: escrow, the time for disputes, refunds and commission."""

from datetime import timedelta

import pytest

from payments.errors import OwnThing
from payments.models import Dispute, Earning, Order
from payments.services import commission, earnings, refunds, transitions
from payments.services.refund_requests import ask, preview
from tests.payments.books import all_mature, buy, prove, stall, sum_of
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db


def test_a_direct_sale_is_pending_and_then_available(sam, tess) -> None:
    buy(sam, stall.put(tess))
    assert (sum_of("tutor_pending", tess), sum_of("tutor_available", tess)) == (8000, 0)
    assert earnings.mature() == 0
    all_mature()
    assert (earnings.mature(), earnings.mature()) == (1, 0)
    assert (sum_of("tutor_pending", tess), sum_of("tutor_available", tess)) == (0, 8000)
    prove()


def test_a_lesson_is_in_escrow_until_it_was_given(sam, tess) -> None:
    order = buy(sam, stall.put(tess, in_escrow=True))
    assert sum_of("escrow", tess) == 8000
    assert (earnings.release(order.pk), earnings.release(order.pk)) == (1, 0)
    assert (sum_of("escrow", tess), sum_of("tutor_pending", tess)) == (0, 8000)
    row = Earning.objects.get()
    assert row.available_at - row.created_at > timedelta(hours=71)  # type: ignore[operator]
    prove()


def test_a_held_earning_waits_and_goes_on(sam, tess) -> None:
    order = buy(sam, stall.put(tess))
    all_mature()
    assert earnings.hold(order.pk, reason="the lesson was not given") == 1
    assert earnings.mature() == 0
    assert earnings.lift(order.pk) == 1
    assert earnings.mature() == 1
    prove()


def test_a_dispute_freezes_what_was_available_already(sam, tess) -> None:
    order = buy(sam, stall.put(tess))
    all_mature()
    earnings.mature()
    Dispute.objects.create(
        order=order, provider_dispute_id="D1", status="OPEN", amount_minor=10000, currency="EUR"
    )
    transitions.stand(transitions.locked(order.pk), "dispute D1: open")
    assert (sum_of("tutor_pending", tess), sum_of("tutor_available", tess)) == (8000, 0)
    Dispute.objects.update(state="won")
    transitions.stand(transitions.locked(order.pk), "dispute D1: won")
    assert earnings.mature() == 1
    assert sum_of("tutor_available", tess) == 8000
    prove()


def test_commission_follows_the_sellers_sales_and_is_fixed_with_the_order(
    sam, otto, tess, ada, settings
) -> None:
    settings.COMMISSION_TIERS = [[0, 300], [1, 100]]
    first = buy(sam, stall.put(tess))
    second = buy(otto, stall.put(tess))
    assert (first.commission_per_mille, second.commission_per_mille) == (300, 100)
    commission.publish(tiers=[[0, 500]], note="Half", actor=ada)
    third = buy(sam, stall.put(tess))
    assert (third.commission_per_mille, third.commission_schedule.note) == (500, "Half")  # type: ignore[union-attr]
    assert Order.objects.get(pk=second.pk).share_minor == 9000
    prove()


@pytest.mark.parametrize("tiers", [[], [[1, 100]], [[0, 1001]], [[0, 1], [0, 2]], "no", [[0]]])
def test_tiers_that_make_no_sense_are_refused(tiers, ada) -> None:
    assert commission.problem_with(tiers)
    with pytest.raises(ValueError):
        commission.publish(tiers=tiers, note="x", actor=ada)


def test_a_trial_has_its_own_rate_and_hours_count_where_the_seller_counts_them(sam, tess) -> None:
    assert buy(sam, stall.put(tess, commission_per_mille=0)).share_minor == 10000
    assert buy(sam, stall.put(tess, volume=150)).share_minor == 8500


def test_nobody_buys_from_themselves(tess) -> None:
    with pytest.raises(OwnThing):
        buy(tess, stall.put(tess))


def refund(order: Order, amount: str, actor, **how) -> None:
    """By way of the provider's word alone."""
    money = Money.parse(amount, "EUR")
    row = refunds.intend(transitions.locked(order.pk), money, note="", actor_id=actor.pk, **how)
    order = transitions.locked(order.pk)
    refunds._complete(order, row)


def test_parts_refunded_add_up_to_nothing_left(sam, tess, ada, settings) -> None:
    settings.TAX_PER_MILLE = 190
    order = buy(sam, stall.put(tess, "99.99"))
    for amount in ("33.33", "33.33", "33.33"):
        refund(order, amount, ada)
        prove()
    order.refresh_from_db()
    assert order.state == "refunded"
    assert [sum_of(k) for k in ("tax", "platform_fee")] == [0, 0]
    assert sum_of("tutor_pending", tess) == 0
    assert sum_of("refunds") == 9999


def test_what_is_available_already_is_taken_back(sam, tess, ada) -> None:
    """What was paid out already: test_clawback."""
    order = buy(sam, stall.put(tess))
    all_mature()
    earnings.mature()
    refund(order, "100.00", ada)
    assert sum_of("tutor_available", tess) == 0
    prove()


def test_a_preview_says_what_one_gets_and_asking_gives_it(sam, tess) -> None:
    order = buy(sam, stall.put(tess, back=500))
    found = preview(order)
    assert found is not None
    assert (found.amount, found.money, found.credit.minor) == (
        Money(5000, "EUR"),
        Money(5000, "EUR"),
        0,
    )
    row = ask(order=order, buyer=sam, reason="not for me", as_credit=True)
    assert (row.state, row.credit_minor) == ("completed", 5000)
    assert sum_of("credits", sam) == 5000
    assert sum_of("tutor_pending", tess) == 4000
    prove()
