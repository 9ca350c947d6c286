"""Plans on sale and people who subscribed to them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from payments import queries
from payments.models import Feature, Plan, PlanVersion, Subscription
from payments.services import plans, subscriptions
from tests.sandbox_server import Sandbox
from tutorme.core.money import Money

_DAY = timedelta(days=1)
EVERYTHING = [Feature.PREMIUM_COURSES, Feature.AI, Feature.VIDEO]


def plan_at(amount: str, slug: str = "plus", currency: str = "EUR", **facts: object) -> Plan:
    """On the price list, and not known to PayPal before `plans.sync()`."""
    given = {"name": slug.title(), "description": "More of it", "features": EVERYTHING, **facts}
    plan, _made = Plan.objects.get_or_create(slug=slug, defaults=given)
    plans.set_price(plan=plan, price=Money.parse(amount, currency), unit="month")
    return plan


@pytest.fixture
def plus(db: None, sandbox: Sandbox) -> Plan:
    plan = plan_at("9.00")
    plans.sync()
    return plan


@pytest.fixture
def more(plus: Plan) -> Plan:
    plan = plan_at("19.00", slug="more", position=1)
    plans.sync()
    return plan


def bare_subscription(user: User, **facts: object) -> Subscription:
    """A row by itself, unknown to any provider, with one payment; and another plan to change to."""
    versions = []
    for position, (slug, amount) in enumerate((("plus", 900), ("more", 1900))):
        named = {"name": slug.title(), "description": "More of it", "features": EVERYTHING}
        plan, _made = Plan.objects.get_or_create(
            slug=slug, defaults={**named, "position": position}
        )
        version, _made = PlanVersion.objects.get_or_create(
            plan=plan,
            number=1,
            defaults={"amount_minor": amount, "currency": "EUR", "state": "active"},
        )
        versions.append(version)
    now = timezone.now()
    times = {"paid_through": now + 20 * _DAY, "access_until": now + 23 * _DAY}
    given = {"state": "active", "next_billing_at": now + 20 * _DAY, **times, **facts}
    row = Subscription.objects.create(user=user, version=versions[0], **given)
    row.periods.create(
        version=versions[0],
        sale_id=f"SALE-{row.pk}",
        paid_at=now - 10 * _DAY,
        starts_at=now - 10 * _DAY,
        ends_at=now + 20 * _DAY,
        amount_minor=900,
        currency="EUR",
    )
    return row


Subscribe = Callable[..., Subscription]


@pytest.fixture
def subscribed(plus: Plan, sandbox: Sandbox, sam: User) -> Subscribe:
    """`subscribed()` is Sam's running subscription to Plus; `subscribed("")` one he has not agreed
    to yet."""

    def subscribe(choice: str = "approve", *, user: User = sam, plan: Plan = plus) -> Subscription:
        row = subscriptions.subscribe(user=user, plan=plan)
        if choice:
            sandbox.approve(row.approve_url, choice)
            row = subscriptions.settle_now(row.pk)
        return row

    return subscribe


def turn(sandbox: Sandbox, row: Subscription, **wish: object) -> Subscription:
    """Something happens at PayPal, and we look."""
    sandbox.turn(str(row.provider_subscription_id), **wish)
    return subscriptions.settle_now(row.pk)


def opens(user: User) -> bool:
    """Whether their plan opens courses now."""
    return queries.entitled(user.pk, Feature.PREMIUM_COURSES)
