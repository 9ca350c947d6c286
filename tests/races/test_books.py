"""Everybody wants the last of something at once: a coupon's use, a balance, credit, a lesson.
Each has a control that shows the race without its guard."""

import threading
from functools import partial
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import F

from payments.errors import BalanceTooLow, CouponUsedUp, PackageEmpty, RefundTooLarge
from payments.models import (
    Coupon,
    CouponUse,
    CreditLot,
    LedgerTransaction,
    Order,
    Package,
    PackageOffer,
    PackageUse,
    PayoutBatch,
)
from payments.services import credits, earnings, ledger, packages, payouts, refunds, transitions
from payments.services.ledger import Kind, Line
from sandbox.paypal.state import memory
from tests import cast
from tests.payments.books import all_mature, bought, buy, opened, paypal_there, prove, stall, sum_of
from tests.races.parallel import together
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db(transaction=True)


def rich(sam, tess) -> None:
    buy(sam, stall.put(tess))
    all_mature()
    earnings.mature()
    payouts.set_method(user=tess, email=f"{tess.username}@paypal.test")


def kinds(results: list) -> set[type]:
    return {type(row) for row in results if isinstance(row, Exception)}


def test_fifty_want_the_last_use_of_a_coupon(tess) -> None:
    Coupon.objects.create(code="LAST", per_mille=1000, max_uses=1)
    target = stall.put(tess)
    buyers = [cast.person(f"Buyer{n}") for n in range(50)]
    with paypal_there():
        results = together([partial(opened, who, target, coupon_code="LAST") for who in buyers])
    assert sum(isinstance(row, Order) for row in results) == 1
    assert kinds(results) == {CouponUsedUp}
    assert (Coupon.objects.get().uses, CouponUse.objects.count()) == (1, 1)
    prove()


def test_control_counting_first_lets_many_have_the_last_use(tess) -> None:
    row = Coupon.objects.create(code="LAST", per_mille=1000)
    looked = threading.Barrier(8)

    def naive() -> bool:
        free = Coupon.objects.get(pk=row.pk).uses < 1
        looked.wait(timeout=60)
        if free:
            Coupon.objects.filter(pk=row.pk).update(uses=F("uses") + 1)
        return free

    together([naive] * 8)
    row.refresh_from_db()
    assert row.uses > 1


def test_two_payouts_of_one_balance(sam, tess) -> None:
    rich(sam, tess)
    ask = partial(payouts.request, user=tess, currency="EUR")
    collect = partial(payouts.collect, actor=None)
    results = together([ask] * 4 + [collect] * 4)
    items = [item for batch in PayoutBatch.objects.all() for item in batch.items.all()]
    assert [item.amount_minor for item in items] == [8000]
    assert len(results) == 8
    assert (sum_of("tutor_available", tess), sum_of("payout_transit", tess)) == (0, 8000)
    prove()


def test_many_runs_of_payouts_at_once_pay_once(sam, tess, orla, ada, sandbox) -> None:
    """Half of them draft what is owed, all of them send what was approved."""
    rich(sam, tess)
    batch = payouts.request(user=tess, currency="EUR")
    payouts.approve(batch_id=batch.pk, actor=ada)
    rich(sam, orla)
    run = partial(call_command, "run_payouts", stdout=StringIO())
    for _ in range(2):
        assert kinds(together([run] * 6)) == set()
    batch.refresh_from_db()
    assert (batch.state, len(memory.payouts)) == ("paid", 1)
    drafts = PayoutBatch.objects.filter(state="draft")
    assert [row.items.get().payee_id for row in drafts] == [orla.pk]
    assert (sum_of("paid_out"), sum_of("payout_transit", orla)) == (8000, 8000)
    prove()


def test_control_without_cover_a_balance_is_promised_twice(sam, tess) -> None:
    rich(sam, tess)
    looked = threading.Barrier(4)

    def naive(number: int) -> None:
        balance = ledger.balance(Kind.TUTOR_AVAILABLE, tess.pk, "EUR").minor
        looked.wait(timeout=60)
        lines = [
            Line(Kind.TUTOR_AVAILABLE, -balance, tess.pk),
            Line(Kind.PAYOUT_TRANSIT, balance, tess.pk),
        ]
        with transaction.atomic():
            ledger.post(kind="probe", reference=str(number), currency="EUR", lines=lines)

    together([partial(naive, number) for number in range(4)])
    assert sum_of("tutor_available", tess) < 0


def test_credit_is_spent_once(sam, tess, ada) -> None:
    credits.grant(owner=sam, amount=Money(1000, "EUR"), reason="x", actor=ada, key="1")
    things = [stall.put(tess, "10.00") for _ in range(8)]
    with paypal_there():
        results = together([partial(opened, sam, thing, with_credit=True) for thing in things])
    paid = [row for row in results if isinstance(row, Order) and row.state == "captured"]
    assert len(paid) == 1
    assert kinds(results) <= {BalanceTooLow}
    assert (sum_of("credits", sam), CreditLot.objects.get().left_minor) == (0, 0)
    prove()


def test_control_a_lot_read_before_is_spent_twice(sam, ada) -> None:
    lot = credits.grant(owner=sam, amount=Money(1000, "EUR"), reason="x", actor=ada, key="1")
    looked = threading.Barrier(4)

    def naive() -> int:
        left = CreditLot.objects.get(pk=lot.pk).left_minor
        looked.wait(timeout=60)
        CreditLot.objects.filter(pk=lot.pk).update(left_minor=0)
        return left

    assert sum(together([naive] * 4)) > 1000


def test_the_last_lesson_of_a_package(sam, tess) -> None:
    offer = PackageOffer.objects.create(
        seller=tess, title="Two", units=2, price_minor=4000, single_price_minor=2500,
        currency="EUR",
    )  # fmt: skip
    bought = Package.objects.get(order=buy(sam, offer.pk, kind="package"))
    packages.use(package_id=bought.pk, reference="booking:first")
    takes = [partial(packages.use, package_id=bought.pk, reference=f"b:{n}") for n in range(12)]
    results = together(takes)
    assert sum(isinstance(row, PackageUse) for row in results) == 1
    assert kinds(results) == {PackageEmpty}
    prove()


def test_control_counting_uses_first_takes_more_than_there_are(sam, tess) -> None:
    offer = PackageOffer.objects.create(
        seller=tess, title="Two", units=2, price_minor=4000, single_price_minor=2500,
        currency="EUR",
    )  # fmt: skip
    bought = Package.objects.get(order=buy(sam, offer.pk, kind="package"))
    looked = threading.Barrier(8)

    def naive(number: int) -> None:
        free = bought.uses.count() < bought.units
        looked.wait(timeout=60)
        if free:
            PackageUse.objects.create(package=bought, reference=f"b:{number}")

    together([partial(naive, number) for number in range(8)])
    assert bought.uses.count() > bought.units


def test_refunds_and_a_reversal_at_once_never_exceed_what_was_paid(sam, tess, ada) -> None:
    order = buy(sam, stall.put(tess))

    def back() -> None:
        with transaction.atomic():
            row = refunds.intend(
                transitions.locked(order.pk), Money(6000, "EUR"), note="", actor_id=ada.pk,
                as_credit=True,
            )  # fmt: skip
        refunds.carry_out(row.pk)

    results = together([back] * 6)
    order.refresh_from_db()
    assert order.refunded_minor == 6000
    assert kinds(results) == {RefundTooLarge}
    prove()


def test_many_sales_at_once_post_once_each_and_seal_into_one_line(tess) -> None:
    target = stall.put(tess)
    buyers = [cast.person(f"Buyer{n}") for n in range(12)]
    with paypal_there():
        together([partial(bought, who, target) for who in buyers] + [ledger.seal] * 4)
    assert LedgerTransaction.objects.filter(kind="sale").count() == 12
    assert sum_of("tutor_pending", tess) > 0
    together([ledger.seal] * 6)
    prove()
