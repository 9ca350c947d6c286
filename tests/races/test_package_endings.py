"""Ending a package at the same moment as something else happens to it, each with a control that
shows the race without its guard."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from payments.errors import PackageEmpty, PackageOver, PackageUnsettled, RefundNotAllowed
from payments.models import Order, Package, PackageUse, Refund
from payments.services import package_endings, packages, refund_requests, refunds
from payments.services.package_endings import Ended
from tests.payments.books import paypal_there, prove, sum_of
from tests.payments.test_package_endings import settled, sold
from tests.races.parallel import together
from tutorme.core.models import Job, OutboxEvent
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db(transaction=True)


def test_pressed_eight_times_at_once_gives_back_once(sam: User, tess: User) -> None:
    package = sold(sam, tess)
    press = partial(package_endings.end, package_id=package.pk, seller=tess, reason="moving")
    results = together([press] * 8)
    assert sum(isinstance(row, Ended) for row in results) == 1
    assert {type(row) for row in results} == {Ended, PackageOver}
    asked = Job.objects.filter(kind=package_endings.CARRY_OUT)
    assert (Refund.objects.count(), asked.count()) == (1, 1)
    assert OutboxEvent.objects.filter(name="package.ended").count() == 1
    settled()
    assert Order.objects.get().refunded_minor == 1000
    prove()


def test_control_looking_without_the_lock_would_give_back_more_than_once(
    sam: User, tess: User
) -> None:
    package = sold(sam, tess)
    looked = threading.Barrier(4)

    def naive() -> Money:
        found = package_endings.preview(Package.objects.get(pk=package.pk))
        looked.wait(timeout=60)
        return Money(0, "EUR") if found.refusal else found.amount

    assert sum(amount.minor for amount in together([naive] * 4)) > 1000


@pytest.mark.parametrize("by", ["seller", "buyer"])
def test_a_unit_used_at_the_same_moment_is_used_or_paid_back(
    sam: User, tess: User, by: str
) -> None:
    for number in range(6):
        package = sold(sam, tess, 9000)
        Package.objects.update(single_price_minor=3000)
        use = partial(packages.use, package_id=package.pk, reference=f"booking:{number}")
        ends: dict[str, Callable[[], Any]] = {
            "seller": partial(
                package_endings.end, package_id=package.pk, seller=tess, reason="moving"
            ),
            "buyer": partial(
                refund_requests.ask, order=package.order, buyer=sam, reason="", as_credit=True
            ),
        }
        taken, _done = together([use, ends[by]])
        row = Refund.objects.get(order=package.order)
        assert isinstance(taken, PackageUse | PackageEmpty)
        was_used = isinstance(taken, PackageUse)
        assert row.amount_minor == (6000 if was_used else 9000)
        package.refresh_from_db()
        assert (package.state, package.used) == ("ended", int(was_used))


def test_control_counting_before_the_lock_pays_back_what_is_used(sam: User, tess: User) -> None:
    """What `packages.lock` guards against."""
    package = sold(sam, tess, 9000)
    counted, used = threading.Event(), threading.Event()

    def naive() -> int:
        found = package_endings.preview(Package.objects.get(pk=package.pk))
        counted.set()
        used.wait(timeout=60)
        with transaction.atomic():
            order = Order.objects.select_for_update().get(pk=package.order_id)
            packages.close(order, by_id=tess.pk)
        return found.amount.minor

    def use() -> None:
        counted.wait(timeout=60)
        packages.use(package_id=package.pk, reference="booking:1")
        used.set()

    amount, _none = together([naive, use])
    package.refresh_from_db()
    assert (amount, package.used) == (9000, 1)


def test_beside_the_buyers_own_wish_one_of_the_two_counts(sam: User, tess: User) -> None:
    for _ in range(4):
        package = sold(sam, tess, 9000)
        with paypal_there():
            results = together(
                [
                    partial(
                        package_endings.end, package_id=package.pk, seller=tess, reason="moving"
                    ),
                    partial(
                        refund_requests.ask,
                        order=package.order,
                        buyer=sam,
                        reason="",
                        as_credit=True,
                    ),
                ]
            )
        failed = {type(row) for row in results if isinstance(row, Exception)}
        assert len(failed) == 1
        assert failed <= {PackageOver, PackageUnsettled, RefundNotAllowed}
        assert Refund.objects.filter(order=package.order).count() == 1


def test_beside_units_that_are_given_back_nothing_is_lost(sam: User, tess: User) -> None:
    """A lesson called off at that moment is counted as left, or paid back by itself."""
    package = sold(sam, tess, 10000, units=4)
    for name in "abc":
        packages.use(package_id=package.pk, reference=f"booking:{name}")
    together(
        [
            partial(package_endings.end, package_id=package.pk, seller=tess, reason="moving"),
            *(partial(packages.return_unit, f"booking:{name}") for name in "abc"),
        ]
    )
    settled()
    for job in Job.objects.filter(kind=packages.PAY_BACK):
        with transaction.atomic():
            order = Order.objects.select_for_update().get(pk=package.order_id)
            use = PackageUse.objects.get(pk=job.args["use_id"])
            package_endings._unit_refund(order, use, job.args["minor"])
    settled()
    order = Order.objects.get()
    assert (order.refunded_minor, order.state, sum_of("escrow", tess)) == (10000, "refunded", 0)
    assert refunds.left_of(order).minor == 0
    prove()
