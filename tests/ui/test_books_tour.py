"""A tour of the books: what somebody who sells sees, and what a buyer has on paper."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.models import User
from payments.models import CreditPack, Package, PackageOffer
from payments.services import coupons, credits, earnings, package_endings, packages, payouts
from tests.payments.books import all_mature, buy, stall
from tests.ui.test_browser import NARROW, WIDE
from tests.ui.test_tour import tour
from tutorme.core.money import Money

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = [(WIDE, "light"), (NARROW, "dark")]


@pytest.fixture
def stops(
    sam: User, tess: User, ada: User, media: Path, drain: Callable[[], None]
) -> dict[str, list[str]]:
    """Tess sold, was paid out and sells on; Sam has a receipt, credit and a package."""
    order = buy(sam, stall.put(tess))
    all_mature()
    earnings.mature()
    payouts.set_method(user=tess, email="tess@paypal.test")
    payouts.request(user=tess, currency="EUR")
    coupons.create(actor=tess, owner_id=tess.pk, terms={"code": "SAVE20", "per_mille": 200})
    credits.grant(owner=sam, amount=Money(900, "EUR"), reason="x", actor=ada, key="1", days=20)
    CreditPack.objects.create(amount_minor=5500, price_minor=5000, currency="EUR")
    offer = PackageOffer.objects.create(
        seller=tess, title="Five lessons", units=5, price_minor=10000,
        single_price_minor=2500, currency="EUR",
    )  # fmt: skip
    going = Package.objects.get(order=buy(sam, offer.pk, kind="package"))
    drain()
    over = Package.objects.get(order=buy(sam, offer.pk, kind="package"))
    for package in (going, over):
        packages.use(package_id=package.pk, reference=f"booking:{package.pk}")
    package_endings.end(package_id=over.pk, seller=tess, reason="I am moving to another town.")
    drain()
    month = f"{order.created_at:%Y-%m}"
    pages = ("earnings", f"earnings/{month}/EUR", "payouts", "coupons", "packages", "reports")
    sold = ["/teach/packages/sold/", f"/teach/packages/sold/{going.pk}/end/"]
    return {
        "tess": [*(f"/teach/{page}/" for page in pages), *sold],
        "sam": [
            f"/orders/{order.pk}/",
            f"/orders/{order.pk}/receipt/",
            f"/orders/{order.pk}/refund/",
            f"/orders/{over.order_id}/",
            f"/checkout/package/{offer.pk}/?coupon=SAVE20&credit=on",
            f"/checkout/package/{offer.pk}/?coupon=NOTHING",
            "/credit/",
            "/packages/",
            "/settings/billing/",
        ],
    }


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_the_books_are_open_to_everyone(chromium, live_server, sam, tess, stops, width, scheme):
    options = {"width": width, "color_scheme": scheme}
    for who in (sam, tess):
        assert tour(chromium, live_server.url, who, stops[who.username], **options) == {}


def test_they_stand_as_well_from_right_to_left(chromium, live_server, tess, stops):
    User.objects.filter(pk=tess.pk).update(locale="ar")
    assert tour(chromium, live_server.url, tess, stops["tess"], width=NARROW) == {}
