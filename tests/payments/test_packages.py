"""Packages: bought at once, used one by one, given back in part."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payments.errors import PackageEmpty
from payments.models import Package, PackageOffer
from payments.services import earnings, packages
from payments.services.refund_requests import ask, preview
from tests.payments.books import all_mature, buy, prove, sum_of
from tutorme.core.models import OutboxEvent
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db


@pytest.fixture
def bought(sam, tess) -> Package:
    offer = PackageOffer.objects.create(
        seller=tess,
        title="Five lessons",
        units=5,
        price_minor=10001,
        single_price_minor=2500,
        currency="EUR",
    )
    return Package.objects.get(order=buy(sam, offer.pk, kind="package"))


def test_a_unit_is_used_delivered_and_earned(bought, sam, tess) -> None:
    assert sum_of("escrow", tess) == 8001
    found = packages.usable(buyer_id=sam.pk, seller_id=tess.pk, kind="booking").get()
    first = packages.use(package_id=found.pk, reference="booking:1")
    assert packages.use(package_id=found.pk, reference="booking:1").pk == first.pk
    bought.refresh_from_db()
    assert bought.left == 4
    assert (packages.deliver("booking:1"), packages.deliver("booking:1")) == (True, False)
    assert (sum_of("escrow", tess), sum_of("tutor_pending", tess)) == (6400, 1601)
    prove()


def test_a_unit_that_is_not_needed_can_be_used_again(bought) -> None:
    packages.use(package_id=bought.pk, reference="booking:1")
    assert (packages.return_unit("booking:1"), packages.return_unit("booking:1")) == (True, False)
    bought.refresh_from_db()
    assert (bought.used, bought.state) == (0, "active")
    assert packages.use(package_id=bought.pk, reference="booking:1").state == "taken"


def test_the_last_unit_is_the_last(bought) -> None:
    for number in range(5):
        packages.use(package_id=bought.pk, reference=f"booking:{number}")
    with pytest.raises(PackageEmpty):
        packages.use(package_id=bought.pk, reference="booking:more")
    bought.refresh_from_db()
    assert bought.state == "used_up"


def test_ended_by_its_buyer_used_units_cost_their_single_price(bought, sam, tess) -> None:
    for number in range(2):
        packages.use(package_id=bought.pk, reference=f"booking:{number}")
        packages.deliver(f"booking:{number}")
    found = preview(bought.order)
    assert found is not None
    assert found.amount == Money(5001, "EUR")
    ask(order=bought.order, buyer=sam, reason="moving", as_credit=True)
    bought.refresh_from_db()
    assert bought.state == "ended"
    assert sum_of("escrow", tess) == 0
    all_mature()
    earnings.mature()
    assert sum_of("tutor_available", tess) == 8001 - 8001 * 5001 // 10001
    with pytest.raises(PackageEmpty):
        packages.use(package_id=bought.pk, reference="booking:9")
    prove()


def test_it_warns_twice_and_ends_for_the_seller(bought, tess) -> None:
    def days_left(days: float) -> None:
        ends = timezone.now() + timedelta(days=days)
        Package.objects.update(expires_at=ends)

    days_left(13)
    assert (packages.warn_of_endings(), packages.warn_of_endings()) == (1, 0)
    days_left(2)
    assert (packages.warn_of_endings(), packages.warn_of_endings()) == (1, 0)
    assert OutboxEvent.objects.filter(name="package.warned").count() == 2
    days_left(-1)
    assert (packages.expire_due(), packages.expire_due()) == (1, 0)
    assert (sum_of("escrow", tess), sum_of("tutor_pending", tess)) == (0, 8001)
    prove()
