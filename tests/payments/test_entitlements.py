"""What a subscription opens, in one question."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from accounts.models import User
from payments import queries
from payments.models import Feature, Plan, PlanVersion, Subscription

pytestmark = pytest.mark.django_db


def subscribed(user: User, *features: str, state: str = "active", hours: float = 24) -> None:
    plan = Plan.objects.create(slug=f"p-{user.username}", name="P", features=list(features))
    version = PlanVersion.objects.create(plan=plan, number=1, amount_minor=900, currency="EUR")
    until = Now() + timedelta(hours=hours)
    Subscription.objects.create(user=user, version=version, state=state, access_until=until)


@pytest.mark.parametrize("state", ["active", "past_due", "suspended", "cancelled", "expired"])
def test_paid_time_opens_whatever_the_state_is_called(sam: User, otto: User, state: str) -> None:
    subscribed(sam, Feature.AI, state=state)
    subscribed(otto, Feature.AI, state=state, hours=-1)
    assert queries.entitled(sam.pk, Feature.AI)
    assert not queries.entitled(sam.pk, Feature.VIDEO)
    assert not queries.entitled(otto.pk, Feature.AI)
    assert not queries.entitled(None, Feature.AI)


def test_an_agreement_nobody_paid_for_opens_nothing(sam: User) -> None:
    subscribed(sam, Feature.AI)
    Subscription.objects.update(access_until=None)
    assert not queries.entitled(sam.pk, Feature.AI)


def test_one_query_for_one_and_for_many(sam, otto, tess, django_assert_num_queries) -> None:
    subscribed(sam, Feature.AI, Feature.PREMIUM_COURSES)
    subscribed(otto, Feature.AI)
    with django_assert_num_queries(1):
        assert queries.entitled(sam.pk, Feature.AI)
    with django_assert_num_queries(1):
        assert queries.entitlements(sam.pk) == ["ai", "premium_courses"]
    with django_assert_num_queries(1):
        people = [sam.pk, otto.pk, tess.pk]
        assert queries.entitled_among(people, Feature.AI) == {sam.pk, otto.pk}
