"""Coupons: what they take off, for whom, how often."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payments.errors import CouponBelowMinimum, CouponUnknown, CouponUsedUp
from payments.models import Coupon, CouponUse
from payments.services import coupons, orders
from tests.payments.books import buy, place, prove, stall, sum_of

pytestmark = pytest.mark.django_db


def coupon(ada, owner=None, **terms) -> Coupon:
    given = {"code": "SAVE20", "per_mille": 200, **terms}
    return coupons.create(actor=ada, owner_id=owner.pk if owner else None, terms=given)


def test_the_houses_coupon_costs_the_house(sam, tess, ada) -> None:
    coupon(ada)
    order = buy(sam, stall.put(tess), coupon_code=" save20 ")
    assert (order.total.minor, order.discount_minor) == (8000, 2000)
    assert (sum_of("tutor_pending", tess), sum_of("promotions")) == (8000, -2000)
    assert CouponUse.objects.get().state == "used"
    prove()


def test_a_tutors_coupon_costs_the_tutor(sam, tess, orla, ada) -> None:
    coupon(tess, owner=tess)
    order = buy(sam, stall.put(tess), coupon_code="SAVE20")
    assert (order.total.minor, order.share_minor) == (8000, 6400)
    with pytest.raises(CouponUnknown):
        place(sam, stall.put(orla), coupon_code="SAVE20")
    prove()


def test_all_of_the_price_off_needs_no_provider(sam, tess, ada) -> None:
    coupon(ada, per_mille=1000)
    order = buy(sam, stall.put(tess), coupon_code="SAVE20")
    assert (order.state, order.total.minor) == ("captured", 0)
    assert sum_of("tutor_pending", tess) == 8000
    prove()


def test_an_amount_off_never_goes_below_nothing(sam, tess, ada) -> None:
    coupon(ada, per_mille=None, amount_minor=5000, currency="EUR")
    assert place(sam, stall.put(tess, "30.00"), coupon_code="SAVE20").total.minor == 0


REFUSED = {
    "another currency": {"per_mille": None, "amount_minor": 5, "currency": "USD"},
    "not begun": {"starts_at": timezone.now() + timedelta(days=1)},
    "over": {"ends_at": timezone.now() - timedelta(days=1)},
    "for another kind": {"kind": "booking"},
    "switched off": {"is_active": False},
}


@pytest.mark.parametrize("why", REFUSED)
def test_every_misfit_gets_the_same_answer(sam, tess, ada, why) -> None:
    coupon(ada, **REFUSED[why])  # type: ignore[arg-type]
    with pytest.raises(CouponUnknown):
        place(sam, stall.put(tess), coupon_code="SAVE20")
    with pytest.raises(CouponUnknown):
        place(sam, stall.put(tess), coupon_code="NOTHING")


def test_a_minimum_is_told(sam, tess, ada) -> None:
    coupon(ada, minimum_minor=20000)
    with pytest.raises(CouponBelowMinimum) as refused:
        place(sam, stall.put(tess), coupon_code="SAVE20")
    assert refused.value.extras["minimum"]["amount"] == "200.00"


def test_once_each_and_so_many_times_together(sam, otto, tess, ada) -> None:
    row = coupon(ada, max_uses=1)
    order = place(sam, stall.put(tess), coupon_code="SAVE20")
    with pytest.raises(CouponUsedUp):
        place(sam, stall.put(tess), coupon_code="SAVE20")
    with pytest.raises(CouponUsedUp):
        place(otto, stall.put(tess), coupon_code="SAVE20")
    orders.cancel(order=order)
    row.refresh_from_db()
    assert row.uses == 0
    assert place(otto, stall.put(tess), coupon_code="SAVE20").discount_minor == 2000


def test_an_open_order_keeps_its_coupon_and_another_price_makes_another_order(
    sam, tess, ada
) -> None:
    row = coupon(ada, max_uses=1)
    target = stall.put(tess)
    first = place(sam, target, coupon_code="SAVE20")
    assert place(sam, target, coupon_code="SAVE20").pk == first.pk
    without = place(sam, target)
    assert (without.pk == first.pk, without.discount_minor) == (False, 0)
    assert place(sam, target, coupon_code="SAVE20").discount_minor == 2000
    row.refresh_from_db()
    assert row.uses == 1
