"""A seller ends a package: its buyer loses nothing, and what was earned stays earned."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.events import DeletionDue
from accounts.models import User
from payments.errors import PackageEmpty, PackageOver, PackageUnsettled, RefundNotAllowed
from payments.models import Coupon, Earning, Order, Package, PackageOffer, Refund
from payments.services import (
    credits,
    earnings,
    package_endings,
    packages,
    refund_requests,
    refunds,
)
from tests.payments.books import all_mature, buy, prove, sum_of
from tutorme.core import outbox
from tutorme.core.errors import NotFound
from tutorme.core.models import AuditEntry, Job, OutboxEvent
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db


def sold(sam: User, tess: User, price: int = 1000, units: int = 3, **how: Any) -> Package:
    """Its single price is so dear that one used at it would leave less."""
    offer = PackageOffer.objects.create(
        seller=tess, title="Some lessons", units=units, price_minor=price,
        single_price_minor=price, currency="EUR",
    )  # fmt: skip
    return Package.objects.get(order=buy(sam, offer.pk, kind="package", **how))


def take(package: Package, *names: str, deliver: bool = True) -> None:
    for name in names:
        packages.use(package_id=package.pk, reference=f"booking:{name}")
        if deliver:
            packages.deliver(f"booking:{name}")


def end(package: Package, tess: User) -> Package:
    return package_endings.end(
        package_id=package.pk, seller=tess, reason="I am moving away."
    ).package


def settled() -> None:
    """What is asked for as credit needs no provider; all of it otherwise is said to be done."""
    for row in Refund.objects.filter(state="requested"):
        Refund.objects.filter(pk=row.pk).update(credit_minor=row.amount_minor)
        refunds.carry_out(row.pk)


def tutors_own(tess: User) -> int:
    return sum(sum_of(kind, tess) for kind in ("escrow", "tutor_pending", "tutor_available"))


@pytest.mark.parametrize(
    ("price", "units", "used", "back"),
    [
        (1000, 3, 0, 1000),
        (1000, 3, 1, 667),
        (1000, 3, 2, 334),
        (10001, 7, 5, 2858),
        (100, 50, 49, 2),
        (99, 50, 1, 98),
        (1, 2, 1, 1),
    ],
)
def test_what_was_not_used_comes_back_at_the_price_paid(
    sam: User, tess: User, price: int, units: int, used: int, back: int
) -> None:
    package = sold(sam, tess, price, units)
    share = package.order.share_minor
    take(package, *map(str, range(used)))
    found = package_endings.preview(package := Package.objects.get())
    assert (found.amount.minor, found.kept.minor, found.left) == (back, price - back, units - used)
    ended = end(package, tess)
    assert (ended.state, ended.ended_by, ended.end_reason) == ("ended", tess, "I am moving away.")
    settled()
    order = Order.objects.get()
    assert (order.refunded_minor, order.state == "refunded") == (back, back == price)
    assert sum_of("escrow", tess) == 0
    assert tutors_own(tess) == share - share * back // price
    prove()


def test_control_its_buyer_would_have_paid_the_single_price(sam: User, tess: User) -> None:
    package = sold(sam, tess, 9000)
    Package.objects.update(single_price_minor=4000)
    take(package, "1")
    order = Order.objects.get()
    given = refund_requests.preview(order)
    assert given is not None
    assert (given.amount.minor, package_endings.preview(Package.objects.get()).amount.minor) == (
        5000,
        6000,
    )


def test_all_used_is_nothing_to_end(sam: User, tess: User) -> None:
    package = sold(sam, tess)
    take(package, "1", "2", "3")
    with pytest.raises(PackageOver):
        end(package, tess)
    assert not Refund.objects.exists()


def test_ended_once(sam: User, tess: User, orla: User) -> None:
    package = sold(sam, tess)
    for stranger in (orla, sam):
        with pytest.raises(NotFound):
            end(package, stranger)
    end(package, tess)
    with pytest.raises(PackageOver):
        end(package, tess)
    with pytest.raises(PackageEmpty):
        packages.use(package_id=package.pk, reference="booking:late")
    settled()
    assert Refund.objects.get().origin == "seller"
    assert OutboxEvent.objects.filter(name="package.ended").count() == 1
    entry = AuditEntry.objects.get(action="package.ended")
    assert (entry.actor, entry.reason) == (tess, "")
    assert entry.after is not None
    assert entry.after["given_back"]["amount"] == "10.00"


def test_one_that_ran_out_is_not_ended(sam: User, tess: User) -> None:
    package = sold(sam, tess)
    Package.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(PackageOver):
        end(package, tess)


def test_credit_comes_back_as_credit_first(sam: User, tess: User, ada: User) -> None:
    credits.grant(owner=sam, amount=Money(400, "EUR"), reason="x", actor=ada, key="1")
    package = sold(sam, tess, with_credit=True)
    take(package, "1")
    found = package_endings.preview(Package.objects.get())
    assert (found.credit.minor, found.money.minor) == (400, 267)
    end(package, tess)
    row = Refund.objects.get()
    assert (row.credit_minor, row.money.minor) == (400, 267)
    settled()
    prove()


@pytest.mark.parametrize("owned", [True, False])
def test_a_coupon_makes_the_unit_cheaper(sam: User, tess: User, owned: bool) -> None:
    """Its own comes off the seller's share, the site's off the house's."""
    Coupon.objects.create(code="TENTH", per_mille=100, owner=tess if owned else None)
    package = sold(sam, tess, 9999, coupon_code="TENTH")
    order = package.order
    take(package, "1")
    end(package, tess)
    settled()
    paid = order.total.minor
    back = paid - paid // 3
    assert Order.objects.get().refunded_minor == back
    assert tutors_own(tess) == order.share_minor - order.share_minor * back // paid
    promoted = order.promoted_minor
    assert (promoted == 0) == owned
    assert sum_of("promotions") == -(promoted - promoted * back // paid)
    prove()


def test_what_cost_nothing_gives_nothing_back_and_earns_nothing_untaught(
    sam: User, tess: User
) -> None:
    """The house's coupon paid: the seller keeps what was taught, the house the rest."""
    Coupon.objects.create(code="ALL", per_mille=1000)
    package = sold(sam, tess, 10000, coupon_code="ALL")
    share = package.order.share_minor
    assert (package.order.total.minor, share) == (0, 8000)
    take(package, "given")
    take(package, "booked", deliver=False)
    end(package, tess)
    assert not Refund.objects.exists()
    kept = share - (share - share * 2 // 3)
    assert tutors_own(tess) == kept
    assert sum_of("escrow", tess) == Earning.objects.get(part=2).left_minor > 0
    packages.return_unit("booking:booked")
    use = package.uses.get(reference="booking:booked")
    for _ in range(2):
        package_endings.pay_unit_back(use_id=use.pk, minor=0)
    assert (sum_of("escrow", tess), tutors_own(tess)) == (0, Earning.objects.get(part=1).left_minor)
    prove()


def test_a_booked_lesson_stays_and_is_earned_when_it_was_given(sam: User, tess: User) -> None:
    package = sold(sam, tess, 9000)
    take(package, "returned", "booked", deliver=False)
    packages.return_unit("booking:returned")
    found = package_endings.preview(Package.objects.get())
    assert (found.booked, found.used, found.amount.minor) == (1, 1, 6000)
    end(package, tess)
    settled()
    # The second part's: it was taken while another held the first.
    assert (sum_of("escrow", tess), sum_of("tutor_pending", tess)) == (2400, 0)
    assert packages.deliver("booking:booked")
    assert (sum_of("escrow", tess), sum_of("tutor_pending", tess)) == (0, 2400)
    all_mature()
    earnings.mature()
    prove()


def test_a_booked_lesson_that_is_called_off_comes_back(sam: User, tess: User) -> None:
    package = sold(sam, tess, 1000)
    take(package, "1", "2", deliver=False)
    end(package, tess)
    settled()
    given = []
    for name in ("1", "2"):
        assert packages.return_unit(f"booking:{name}")
        given.append(back(package, f"booking:{name}"))
    assert given == [333, 333]
    order = Order.objects.get()
    assert (order.refunded_minor, order.state, tutors_own(tess)) == (1000, "refunded", 0)
    prove()


def back(package: Package, reference: str) -> int:
    """What the job of a unit that was given back gives, run twice; as credit, since the payment is
    too old by then."""
    use = package.uses.get(reference=reference)
    args = Job.objects.get(kind=packages.PAY_BACK, args__use_id=use.pk).args
    before = Order.objects.get().refunded_minor
    Order.objects.update(captured_at=timezone.now() - timedelta(days=200))
    for _ in range(2):
        package_endings.pay_unit_back(**args)
    return Order.objects.get().refunded_minor - before


def test_after_its_buyer_ended_it_a_called_off_lesson_counts_what_it_was_counted_at(
    sam: User, tess: User
) -> None:
    package = sold(sam, tess, 9000)
    Package.objects.update(single_price_minor=4000)
    take(package, "1", "2", deliver=False)
    refund_requests.ask(order=package.order, buyer=sam, reason="", as_credit=True)
    assert Order.objects.get().refunded_minor == 1000
    assert Package.objects.get().ended_by == sam
    for name in ("1", "2"):
        packages.return_unit(f"booking:{name}")
        assert back(package, f"booking:{name}") == 4000
    assert (Order.objects.get().state, tutors_own(tess)) == ("refunded", 0)
    prove()


@pytest.mark.parametrize("is_swept", [True, False])
def test_a_lesson_called_off_after_the_package_ran_out_comes_back(
    sam: User, tess: User, is_swept: bool
) -> None:
    package = sold(sam, tess, 9000)
    take(package, "1", deliver=False)
    Package.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    if is_swept:
        packages.expire_due()
        assert sum_of("escrow", tess) == 2400
    packages.return_unit("booking:1")
    packages.expire_due()
    assert back(package, "booking:1") == 3000
    assert (sum_of("escrow", tess), tutors_own(tess)) == (0, 4800)
    prove()


def test_one_used_up_that_ran_out_gives_its_last_back_too(sam: User, tess: User) -> None:
    package = sold(sam, tess, 9000)
    take(package, "1", "2")
    take(package, "3", deliver=False)
    Package.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    packages.return_unit("booking:3")
    assert Package.objects.get().state == "expired"
    assert back(package, "booking:3") == 3000
    assert (sum_of("escrow", tess), tutors_own(tess)) == (0, 4800)
    prove()


def test_control_in_a_live_package_the_unit_comes_back_and_no_money(sam: User, tess: User) -> None:
    package = sold(sam, tess, 9000)
    take(package, "1", "2", "3", deliver=False)
    packages.return_unit("booking:3")
    assert not Job.objects.filter(kind=packages.PAY_BACK).exists()
    assert (Package.objects.get().state, Package.objects.get().left) == ("active", 1)


@pytest.mark.parametrize("state", ["proposed", "requested", "pending"])
def test_an_open_refund_is_waited_for(sam: User, tess: User, ada: User, state: str) -> None:
    package = sold(sam, tess, 9000)
    Refund.objects.create(order=package.order, amount_minor=500, state=state)
    with pytest.raises(PackageUnsettled):
        end(package, tess)
    Refund.objects.update(state="failed")
    assert end(package, tess).state == "ended"


def test_a_complaint_is_waited_for(sam: User, tess: User) -> None:
    package = sold(sam, tess, 9000)
    Order.objects.update(state="disputed")
    with pytest.raises(PackageUnsettled):
        end(package, tess)


def test_what_went_back_before_is_not_given_twice(sam: User, tess: User, ada: User) -> None:
    """A gesture while all was taken leaves the package to go on."""
    package = sold(sam, tess, 9000)
    take(package, "1", "2", "3", deliver=False)
    gesture = Money(7000, "EUR")
    refunds.refund(order=package.order, amount=gesture, note="", actor=ada, as_credit=True)
    packages.return_unit("booking:1")
    packages.return_unit("booking:2")
    assert package_endings.preview(Package.objects.get()).amount.minor == 2000
    end(package, tess)
    settled()
    assert Order.objects.get().refunded_minor == 9000
    prove()


def test_who_leaves_for_good_ends_all_they_sold(
    sam: User, otto: User, tess: User, orla: User, drain
) -> None:
    first, second, others = sold(sam, tess), sold(otto, tess), sold(sam, orla)
    waits = Refund.objects.create(order=second.order, amount_minor=500, state="proposed")
    with transaction.atomic():
        outbox.record(DeletionDue(uuid4(), tess.pk))
    drain()

    def states() -> list[str]:
        return [Package.objects.get(pk=row.pk).state for row in (first, second, others)]

    assert states() == ["ended", "active", "active"]
    job = Job.objects.get(kind="payments.end_packages")
    assert (job.state, (job.error or {})["code"]) == ("queued", "RetryJob")
    assert [row.is_offered for row in PackageOffer.objects.order_by("pk")] == [False, False, True]
    Refund.objects.filter(pk=waits.pk).update(state="rejected")
    assert (package_endings.end_all(tess), package_endings.end_all(tess)) == (1, 0)
    assert states() == ["ended", "ended", "active"]


def test_a_refund_that_fails_lets_it_go_on(sam: User, tess: User) -> None:
    package = sold(sam, tess)
    end(package, tess)
    row = Refund.objects.get()
    refunds._failed(row, "NO_MONEY")
    package.refresh_from_db()
    assert (package.state, package.ended_by, package.end_reason) == ("active", None, "")
    assert packages.use(package_id=package.pk, reference="booking:1").state == "taken"
    assert end(package, tess).state == "ended"
    assert Refund.objects.filter(state="requested").get().amount_minor == 667


def test_a_buyers_own_wish_comes_first_or_not_at_all(sam: User, tess: User) -> None:
    package = sold(sam, tess)
    end(package, tess)
    with pytest.raises(RefundNotAllowed):
        refund_requests.ask(order=package.order, buyer=sam, reason="")
    assert Refund.objects.get().origin == "seller"


def test_sums_are_the_orders_whatever_the_order_of_things(sam: User, tess: User) -> None:
    """Units given, booked, called off before and after the end: nothing is left in escrow."""
    package = sold(sam, tess, 10007, units=11)
    take(package, "a", "b", "c")
    take(package, *"defg", deliver=False)
    packages.return_unit("booking:d")
    end(package, tess)
    settled()
    packages.return_unit("booking:e")
    packages.deliver("booking:f")
    back(package, "booking:e")
    packages.return_unit("booking:g")
    back(package, "booking:g")
    order = Order.objects.get()
    assert order.total.minor - order.refunded_minor == 10007 * 4 // 11
    assert sum_of("escrow", tess) == 0
    share = order.share_minor
    assert tutors_own(tess) == share - share * order.refunded_minor // order.total.minor
    prove()
