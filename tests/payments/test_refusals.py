"""Every refusal payments has a code for, met over the API: its status, its code, its words. A new
one without a line here fails."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models.functions import Now
from rest_framework.test import APIClient

from accounts.models import User
from payments import errors
from payments.models import Coupon, Order, PayoutMethod, Subscription
from payments.services import orders, payouts
from tests.payments.billing import Subscribe, plus, subscribed  # noqa: F401  fixtures
from tests.payments.books import buy, stall
from tests.payments.conftest import Buy, bare_order
from tests.payments.test_package_endings import sold
from tests.payments.test_payouts import earn
from tests.sandbox_server import Sandbox
from tutorme.core.errors import DomainError

pytestmark = pytest.mark.django_db
BASE = "/api/v1/payments"
# Met by who comes second at the same moment (tests/races/test_books.py), and by who decides in the
# admin (tests/payments/test_admin.py).
ELSEWHERE = {"balance-too-low", "package-empty", "review-stands"}


@dataclass
class Counter:
    sandbox: Sandbox
    api: Callable[[User | None], APIClient]
    placed: Buy
    subscribed: Subscribe
    sam: User
    tess: User
    ada: User

    def post(self, who: User | None, path: str, **body: Any) -> Any:
        headers = {"idempotency-key": str(uuid4())}
        return self.api(who).post(f"{BASE}/{path}", body, format="json", headers=headers)

    def paid(self) -> Order:
        return orders.settle(self.placed("approve").pk)

    def draft(self) -> Any:
        earn(self.tess, self.sam)
        return payouts.request(user=self.tess, currency="EUR")

    def quote(self, coupon: str, **facts: Any) -> Any:
        Coupon.objects.create(code="TEN", **(facts or {"per_mille": 100}))
        target = stall.put(self.tess)
        return self.post(self.sam, "quotes/", kind="stall", target=str(target), coupon=coupon)

    def wish(self, row: Subscription, step: str) -> Any:
        return self.post(self.sam, f"subscriptions/{row.pk}/{step}/")


@pytest.fixture
def counter(
    sandbox: Sandbox,
    api,
    placed: Buy,
    subscribed: Subscribe,  # noqa: F811
    sam: User,
    tess: User,
    ada: User,
) -> Counter:
    return Counter(sandbox, api, placed, subscribed, sam, tess, ada)


def declined(at: Counter) -> Any:
    order = at.placed("declined")
    return at.post(at.sam, f"orders/{order.pk}/capture/")


def closed(at: Counter) -> Any:
    order = at.placed()
    Order.objects.update(state="expired")
    return at.post(at.sam, f"orders/{order.pk}/capture/")


def busy(at: Counter) -> Any:
    """PayPal is being told of it by another request."""
    order = at.placed()
    Order.objects.update(provider_order_id=None, busy_until=Now() + timedelta(minutes=1))
    return at.post(at.sam, "orders/", kind="probe", target=str(order.target_id))


def too_large(at: Counter) -> Any:
    amount = {"amount": "29.01", "currency": "EUR"}
    return at.post(at.ada, f"orders/{at.paid().pk}/refund/", reason="x", amount=amount)


def forged(at: Counter) -> Any:
    return at.api(None).post(f"{BASE}/webhooks/paypal/", {"id": "WH-1"}, format="json")


def another_plan(at: Counter) -> Any:
    at.subscribed()
    return at.post(at.sam, "subscriptions/", plan="plus")


def rests_already(at: Counter) -> Any:
    row = at.subscribed()
    assert at.wish(row, "suspend").status_code == 200
    return at.wish(row, "suspend")


def rested_before(at: Counter) -> Any:
    row = at.subscribed()
    for step in ("suspend", "activate"):
        assert at.wish(row, step).status_code == 200
    return at.wish(row, "suspend")


def closed_there(at: Counter) -> Any:
    row = at.subscribed()
    assert at.wish(row, "suspend").status_code == 200
    at.sandbox.fault("activate", "refuse", issue="SUBSCRIPTION_CANNOT_BE_ACTIVATED")
    return at.wish(row, "activate")


def followed_by_another(at: Counter) -> Any:
    row = at.subscribed()
    Subscription.objects.update(busy_until=Now() + timedelta(minutes=1))
    return at.wish(row, "suspend")


def ones_own(at: Counter) -> Any:
    target = str(stall.put(at.tess))
    return at.post(at.tess, "orders/", kind="stall", target=target)


def used_up(at: Counter) -> Any:
    return at.quote("TEN", per_mille=100, max_uses=1, uses=1)


def too_cheap(at: Counter) -> Any:
    return at.quote("TEN", amount_minor=1000, currency="EUR", minimum_minor=20_000)


def over(at: Counter) -> Any:
    order = buy(at.sam, stall.put(at.tess, back=0))
    return at.post(at.sam, f"orders/{order.pk}/refund-request/")


def _asked_by_ada(at: Counter) -> Any:
    batch = at.draft()
    batch.requested_by = at.ada
    batch.save()
    return batch.pk


def decided(at: Counter) -> Any:
    batch = at.draft()
    payouts.approve(batch_id=batch.pk, actor=at.ada)
    return at.post(at.ada, f"payout-batches/{batch.pk}/approve/")


def without_address(at: Counter) -> Any:
    earn(at.tess, at.sam)
    PayoutMethod.objects.all().delete()
    return at.post(at.tess, "payouts/", currency="EUR")


def too_little(at: Counter) -> Any:
    payouts.set_method(user=at.tess, email="tess@paypal.test")
    return at.post(at.tess, "payouts/", currency="EUR")


def taken(at: Counter) -> Any:
    body = {"code": "SPRING", "percent": "10"}
    assert at.post(at.tess, "coupons/", **body).status_code == 201
    return at.post(at.ada, "coupons/", **body)


def ended(at: Counter) -> Any:
    package = sold(at.sam, at.tess)
    for _ in range(2):
        answer = at.post(at.tess, f"sold-packages/{package.pk}/end/", reason="x")
    return answer


def unsettled(at: Counter) -> Any:
    package = sold(at.sam, at.tess)
    Order.objects.update(state="disputed")
    return at.post(at.tess, f"sold-packages/{package.pk}/end/", reason="x")


def not_printed(at: Counter) -> Any:
    return at.api(at.sam).get(f"{BASE}/orders/{at.paid().pk}/receipt/")


REFUSALS: dict[type[DomainError], Callable[[Counter], Any]] = {
    errors.NothingToSell: lambda at: at.post(
        at.sam, "orders/", kind="nothing", target=str(uuid4())
    ),
    errors.NotApproved: lambda at: at.post(at.sam, f"orders/{at.placed().pk}/capture/"),
    errors.PaymentDeclined: declined,
    errors.OrderClosed: closed,
    errors.OrderBusy: busy,
    errors.RefundTooLarge: too_large,
    errors.NotRefundable: lambda at: at.post(
        at.ada, f"orders/{bare_order(at.sam).pk}/refund/", reason="x"
    ),
    errors.WebhookRefused: forged,
    errors.AlreadySubscribed: another_plan,
    errors.PlanNotOffered: lambda at: at.post(at.sam, "subscriptions/", plan="none"),
    errors.SubscriptionStands: rests_already,
    errors.PausedBefore: rested_before,
    errors.CannotResume: closed_there,
    errors.SubscriptionBusy: followed_by_another,
    errors.OwnThing: ones_own,
    errors.CouponUnknown: lambda at: at.quote("ELEVEN"),
    errors.CouponUsedUp: used_up,
    errors.CouponBelowMinimum: too_cheap,
    errors.RefundNotAllowed: over,
    errors.SecondPersonNeeded: lambda at: at.post(
        at.ada, f"payout-batches/{_asked_by_ada(at)}/approve/"
    ),
    errors.NotWaiting: decided,
    errors.PackageOver: ended,
    errors.PackageUnsettled: unsettled,
    errors.PayoutMethodMissing: without_address,
    errors.BelowPayoutMinimum: too_little,
    errors.CouponCodeTaken: taken,
    errors.DocumentNotReady: not_printed,
}


def test_none_is_left_out() -> None:
    every = [one for one in DomainError.__subclasses__() if one.__module__ == errors.__name__]
    named = {error.code for error in vars(errors).values() if error in every}
    assert named == {error.code for error in REFUSALS} | ELSEWHERE


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: error.code)
def test_it_is_met(counter: Counter, error: type[DomainError]) -> None:
    answer = REFUSALS[error](counter)
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    told = answer.json()
    assert (answer.status_code, told["code"]) == (error.status, error.code)
    assert (told["title"], bool(told["detail"])) == (str(error.title), True)
    assert ("Retry-After" in answer.headers) == bool(getattr(error, "retry_after", None))
