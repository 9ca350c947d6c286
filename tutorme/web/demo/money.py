"""The demo's money: what was bought with credit, what Tess earned, a payout that was approved and
one that waits, a coupon that works. Through the services; nothing is sent anywhere by this."""

from collections.abc import Mapping

from django.db.models.functions import Now

from accounts.models import User
from courses.models import Course
from payments.models import Coupon, CreditPack, Earning, Order, PackageOffer, PayoutBatch
from payments.services import coupons, credits, earnings, orders, packages, payouts
from tutorme.core.money import Money

# (who, what, credit they were given for it); the first two sales are paid out, the next two wait.
_EQUATIONS = "linear-equations-balance-to-graph"
_BOUGHT = [
    [("amira", _EQUATIONS, 2900), ("yuki", _EQUATIONS, 2900)],
    [("tomas", _EQUATIONS, 2900), ("fatima", _EQUATIONS, 2900)],
    [("hana", _EQUATIONS, 2900), ("sam", "reading-music-first-melody", 3000)],
]


def seed_money(people: Mapping[str, User], courses: Mapping[str, Course]) -> int:
    """How many sales were added; none where Tess ever asked for a payout."""
    _offers(people)
    if PayoutBatch.objects.filter(items__payee=people["tess"]).exists():
        return 0
    payouts.set_method(user=people["tess"], email="tess@paypal.test")
    paid, waiting, fresh = _BOUGHT
    sold = _buy(paid, people, courses)
    _mature(people["tess"])
    batch = payouts.request(user=people["tess"], currency="EUR")
    payouts.approve(batch_id=batch.pk, actor=people["ada"])
    sold += _buy(waiting, people, courses)
    _mature(people["tess"])
    payouts.request(user=people["tess"], currency="EUR")
    return sold + _buy(fresh, people, courses)


def _buy(
    rows: list[tuple[str, str, int]], people: Mapping[str, User], courses: Mapping[str, Course]
) -> int:
    """With credit the house gave, so that no provider is asked."""
    sold = 0
    for who, slug, minor in rows:
        buyer, course = people[who], courses[slug]
        if Order.objects.filter(buyer=buyer, kind="course", target_id=course.pk).exists():
            continue
        credits.grant(
            owner=buyer,
            amount=Money(minor, "EUR"),
            reason="Welcome to the demo",
            actor=people["ada"],
            key=f"demo:{who}:{slug}",
        )
        orders.place_order(buyer=buyer, kind="course", target_id=course.pk, with_credit=True)
        sold += 1
    return sold


def _mature(tutor: User) -> None:
    """As if the days for giving back had passed."""
    Earning.objects.filter(payee=tutor).update(available_at=Now())
    earnings.mature()


def _offers(people: Mapping[str, User]) -> None:
    tess = people["tess"]
    if not Coupon.objects.filter(code="CHALK20").exists():
        terms = {"code": "CHALK20", "per_mille": 200, "max_uses_each": 5}
        coupons.create(actor=tess, owner_id=tess.pk, terms=terms)
    if not CreditPack.objects.exists():
        for amount, price in ((2500, 2500), (5500, 5000)):
            CreditPack.objects.create(amount_minor=amount, price_minor=price, currency="EUR")
    if not PackageOffer.objects.filter(seller=tess).exists():
        packages.offer(
            seller=tess,
            terms={
                "title": "Five hours of algebra with Tess",
                "units": 5,
                "price_minor": 13500,
                "single_price_minor": 3000,
                "currency": "EUR",
            },
        )
