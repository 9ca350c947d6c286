"""What each of PayPal's messages about subscriptions and their payments does, sent signed through
the door of webhooks: in the rows, and on the page of whom it concerns."""

import pytest

from payments import queries
from payments.gateways import paypal
from payments.models import Document, Feature, Subscription, SubscriptionPeriod
from payments.services import plans, subscriptions
from tests.payments.billing import plan_at, plus, subscribed  # noqa: F401  fixtures
from tests.payments.books import sum_of
from tests.payments.world import Effects, World, proved, world  # noqa: F401  fixture

pytestmark = pytest.mark.django_db
EFFECTS = Effects()
_AGREEMENT, _SALE = "BILLING.SUBSCRIPTION.", "PAYMENT.SALE."


def overview(here: World, row: Subscription) -> str:
    row.refresh_from_db()
    return here.page(here.sam, "subscriptions")


def is_open(here: World) -> bool:
    return queries.entitled(here.sam.pk, Feature.AI)


@EFFECTS.of("BILLING.SUBSCRIPTION.CREATED")
def _made(here: World) -> None:
    """Whoever announced it died before it noted PayPal's number."""
    row = here.subscribed("")
    number = row.provider_subscription_id
    Subscription.objects.update(provider_subscription_id=None)
    here.hear(f"{_AGREEMENT}CREATED")
    assert "You have not agreed to it at PayPal yet" in overview(here, row)
    assert (row.state, row.provider_subscription_id) == ("approval_pending", number)


@EFFECTS.of("BILLING.SUBSCRIPTION.ACTIVATED")
def _activated(here: World) -> None:
    row = here.subscribed("")
    here.sandbox.approve(row.approve_url, "vanish")
    assert not is_open(here)
    here.hear(f"{_AGREEMENT}ACTIVATED")
    assert "The next €9.00 is taken on" in overview(here, row)
    assert (row.state, row.periods.count(), is_open(here)) == ("active", 1, True)
    assert sorted(here.told(here.sam)) == ["subscription-activated", "subscription-paid"]


@EFFECTS.of("BILLING.SUBSCRIPTION.UPDATED")
def _changed(here: World) -> None:
    row = here.subscribed()
    dear = plan_at("19.00", slug="more", position=1).versions.get()
    plans.sync()
    dear.refresh_from_db()
    url = paypal.gateway().revise_subscription(
        str(row.provider_subscription_id),
        plan_id=str(dear.provider_plan_id),
        **subscriptions.ways_back(),
    )
    here.sandbox.approve(url, "vanish")
    here.hear(f"{_AGREEMENT}UPDATED")
    assert "With that payment it becomes More" in overview(here, row)
    assert (row.next_version, row.version.plan.slug) == (dear, "plus")
    assert "subscription-changed" in here.told(here.sam)


@EFFECTS.of("BILLING.SUBSCRIPTION.EXPIRED")
def _expired(here: World) -> None:
    row = here.subscribed()
    here.sandbox.turn(str(row.provider_subscription_id), end="EXPIRED")
    here.hear(f"{_AGREEMENT}EXPIRED")
    assert "What you paid for stays open until" in overview(here, row)
    assert (row.state, is_open(here)) == ("expired", True)


@EFFECTS.of("BILLING.SUBSCRIPTION.CANCELLED")
def _cancelled(here: World) -> None:
    row = here.subscribed()
    here.sandbox.turn(str(row.provider_subscription_id), end="CANCELLED")
    here.hear(f"{_AGREEMENT}CANCELLED")
    assert "What you paid for stays open until" in overview(here, row)
    assert (row.state, row.access_until, is_open(here)) == ("cancelled", row.paid_through, True)
    assert "subscription-cancelled" in here.told(here.sam)


@EFFECTS.of("BILLING.SUBSCRIPTION.SUSPENDED")
def _suspended(here: World) -> None:
    """Its third payment failed."""
    row = here.subscribed()
    for _ in range(3):
        here.sandbox.turn(str(row.provider_subscription_id), bank="refuses", next=True)
    here.hear(f"{_AGREEMENT}SUSPENDED")
    assert "It stopped after failed payments" in overview(here, row)
    assert (row.state, row.paused_at) == ("suspended", None)
    assert "subscription-suspended" in here.told(here.sam)


@EFFECTS.of("BILLING.SUBSCRIPTION.RE-ACTIVATED")
def _resumed(here: World) -> None:
    row = here.subscribed()
    gateway, number = paypal.gateway(), str(row.provider_subscription_id)
    gateway.suspend_subscription(number, reason="there")
    assert subscriptions.settle_now(row.pk).state == "suspended"
    assert "It rests, and nothing is taken" in overview(here, row)
    gateway.activate_subscription(number, reason="there")
    here.hear(f"{_AGREEMENT}RE-ACTIVATED")
    assert "The next €9.00 is taken on" in overview(here, row)
    assert (row.state, row.paused_at) == ("active", None)
    assert "subscription-suspended" not in here.told(here.sam)


@EFFECTS.of("BILLING.SUBSCRIPTION.PAYMENT.FAILED")
def _failed(here: World) -> None:
    row = here.subscribed()
    here.sandbox.turn(str(row.provider_subscription_id), bank="refuses", next=True)
    here.hear(f"{_AGREEMENT}PAYMENT.FAILED")
    page = overview(here, row)
    assert "PayPal did not get the last payment" in page
    assert "Pay €9.00 now" in page
    assert (row.state, row.failures, row.owed_minor) == ("past_due", 1, 900)
    assert "subscription-failed" in here.told(here.sam)


@EFFECTS.of("PAYMENT.SALE.COMPLETED")
def _paid(here: World) -> None:
    row = here.subscribed()
    until = row.paid_through
    here.sandbox.turn(str(row.provider_subscription_id), next=True)
    here.hear(f"{_SALE}COMPLETED")
    page = overview(here, row)
    assert until is not None
    assert row.paid_through is not None
    assert row.paid_through > until
    assert (row.periods.count(), sum_of("student_cash")) == (2, -1800)
    assert all(paper.label in page for paper in Document.objects.all())
    assert here.told(here.sam).count("subscription-paid") == 2


def _sale_went_back(here: World, *, reverse: bool) -> SubscriptionPeriod:
    row = here.subscribed()
    period = row.periods.get()
    number = str(row.provider_subscription_id)
    here.sandbox.turn(number, refund=period.sale_id, reverse=reverse)
    assert is_open(here)
    here.hear(f"{_SALE}{'REVERSED' if reverse else 'REFUNDED'}")
    period.refresh_from_db()
    assert (period.state, period.refunded_minor, is_open(here)) == ("revoked", 900, False)
    assert period.refunds.get().is_reversal == reverse
    note = Document.objects.get(kind="credit_note")
    assert note.label in overview(here, row)
    assert "subscription-refunded" in here.told(here.sam)
    return period


@EFFECTS.of("PAYMENT.SALE.REFUNDED")
def _sale_refunded(here: World) -> None:
    _sale_went_back(here, reverse=False)
    assert (sum_of("refunds"), sum_of("chargeback")) == (900, 0)


@EFFECTS.of("PAYMENT.SALE.REVERSED")
def _sale_reversed(here: World) -> None:
    _sale_went_back(here, reverse=True)
    assert (sum_of("refunds"), sum_of("chargeback")) == (0, 900)


@pytest.mark.parametrize("kind", sorted(EFFECTS))
def test_it_does_what_it_should(
    world: World,  # noqa: F811
    kind: str,
) -> None:
    proved(EFFECTS, kind, world)
