"""A payer complains at PayPal about a payment of a subscription."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from accounts.models import User
from payments.models import Dispute
from payments.services import disputes
from realtime.models import Notification
from tests.payments.billing import Subscribe, plus, subscribed  # noqa: F401  fixtures
from tests.sandbox_server import Sandbox

pytestmark = pytest.mark.django_db


def test_who_answers_complaints_is_told_once_and_the_subscriber_is_not(
    subscribed: Subscribe,  # noqa: F811
    sam: User,
    ada: User,
    sandbox: Sandbox,
    drain: Callable[[], None],
) -> None:
    sale = subscribed().periods.get().sale_id
    opened = sandbox.http.post(f"{sandbox.url}/paypal/_dispute/{sale}").json()["dispute_id"]
    for _again in range(2):
        disputes.follow(opened)
        drain()
    row = Dispute.objects.get(provider_dispute_id=opened)
    (told,) = Notification.objects.filter(kind="subscription-payment-disputed")
    assert told.user_id == ada.pk
    assert told.url == reverse("admin:payments_dispute_change", args=[row.pk])
    assert told.facts["amount"] == {"minor": 900, "currency": "EUR"}
