"""Credit: where it comes from, how it is spent, and what happens when it is not."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payments.models import CreditLot, CreditPack, Order
from payments.services import credits, orders
from payments.services.refund_requests import ask, preview
from tests.payments.books import buy, pay, place, prove, stall, sum_of
from tutorme.core.models import OutboxEvent
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db


def grant(owner, ada, amount: str = "30.00", key: str = "k", **more) -> CreditLot:
    return credits.grant(
        owner=owner, amount=Money.parse(amount, "EUR"), reason="sorry", actor=ada, key=key, **more
    )


def pack(amount: int = 5500, price: int = 5000) -> CreditPack:
    return CreditPack.objects.create(amount_minor=amount, price_minor=price, currency="EUR")


def test_a_gift_is_given_once_and_is_the_houses(sam, ada) -> None:
    assert grant(sam, ada).pk == grant(sam, ada).pk
    assert (sum_of("credits", sam), sum_of("promotions")) == (3000, -3000)
    prove()


def test_credit_pays_all_of_it_without_any_provider(sam, tess, ada) -> None:
    grant(sam, ada)
    order = buy(sam, stall.put(tess, "20.00"), with_credit=True)
    assert (order.state, order.provider, order.credit_minor) == ("captured", "none", 2000)
    assert (sum_of("credits", sam), sum_of("credit_hold", sam)) == (1000, 0)
    assert sum_of("tutor_pending", tess) == 1600
    prove()


def test_credit_pays_a_part_and_waits_with_the_order(sam, tess, ada) -> None:
    grant(sam, ada)
    target = stall.put(tess, "50.00")
    order = place(sam, target, with_credit=True)
    assert (order.amount_minor, order.credit_minor) == (2000, 3000)
    assert (sum_of("credits", sam), sum_of("credit_hold", sam)) == (0, 3000)
    assert place(sam, target, with_credit=True).pk == order.pk
    pay(order)
    assert (sum_of("credit_hold", sam), sum_of("student_cash")) == (0, -2000)
    prove()


def test_an_order_that_ends_unpaid_gives_it_back(sam, tess, ada) -> None:
    lot = grant(sam, ada)
    order = place(sam, stall.put(tess, "50.00"), with_credit=True)
    orders.cancel(order=order)
    lot.refresh_from_db()
    assert (lot.left_minor, sum_of("credits", sam)) == (3000, 3000)
    prove()


def test_money_that_comes_after_the_end_finds_the_credit_spent(sam, tess, ada) -> None:
    grant(sam, ada)
    order = place(sam, stall.put(tess, "50.00"), with_credit=True)
    orders.cancel(order=order)
    buy(sam, stall.put(tess, "30.00"), with_credit=True)
    Order.objects.filter(pk=order.pk).update(state="review")
    pay(order)
    assert sum_of("promotions") == -6000
    prove()


def test_what_ends_first_is_spent_first(sam, tess, ada) -> None:
    lasting = grant(sam, ada, key="a")
    ending = grant(sam, ada, key="b", days=10)
    buy(sam, stall.put(tess, "20.00"), with_credit=True)
    lasting.refresh_from_db()
    ending.refresh_from_db()
    assert (lasting.left_minor, ending.left_minor) == (3000, 1000)


def test_a_week_before_it_ends_its_owner_is_told_once_and_then_it_is_gone(sam, ada) -> None:
    lot = grant(sam, ada, days=6)
    grant(sam, ada, key="later", days=30)
    assert (credits.warn_of_endings(), credits.warn_of_endings()) == (1, 0)
    assert OutboxEvent.objects.filter(name="credit.warned").count() == 1
    CreditLot.objects.filter(pk=lot.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert credits.spendable(sam.pk, "EUR").minor == 3000
    assert (credits.expire_due(), credits.expire_due()) == (1, 0)
    assert (sum_of("credits", sam), sum_of("promotions")) == (3000, -3000)
    prove()


def test_credit_is_bought_with_a_gift_on_top(sam) -> None:
    order = buy(sam, pack().pk, kind="credit")
    assert (order.total.minor, sum_of("credits", sam)) == (5000, 5500)
    assert sum_of("promotions") == -500
    prove()


def test_unspent_credit_goes_back_for_what_was_paid(sam, tess) -> None:
    order = buy(sam, pack().pk, kind="credit")
    buy(sam, stall.put(tess, "11.00"), with_credit=True)
    found = preview(order)
    assert found is not None
    assert found.amount == Money(4000, "EUR")
    ask(order=order, buyer=sam, reason="", as_credit=True)
    prove()


def test_a_refund_gives_credit_back_first(sam, tess, ada) -> None:
    grant(sam, ada)
    order = buy(sam, stall.put(tess, "50.00", back=800), with_credit=True)
    found = preview(order)
    assert found is not None
    assert (found.credit.minor, found.money.minor) == (3000, 1000)


def test_no_credit_is_bought_with_credit(sam, ada) -> None:
    grant(sam, ada, "100.00")
    assert place(sam, pack().pk, kind="credit", with_credit=True).credit_minor == 0
