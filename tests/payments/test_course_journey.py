"""A real course, from its page to the seat in it, by each of the ways money can be heard of."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from courses.models import Course, Enrollment
from payments import sellers
from payments.models import Order
from payments.services import orders, refunds
from tests.courses.conftest import publish  # noqa: F401  fixture
from tests.payments.test_webhooks import deliver
from tests.sandbox_server import Sandbox

pytestmark = pytest.mark.django_db
Publish = Callable[..., Course]


@pytest.mark.parametrize("heard", ["return", "webhook", "sweep"])
def test_sam_gets_his_seat(
    client: Client,
    sam: User,
    ada: User,
    publish: Publish,  # noqa: F811
    sandbox: Sandbox,
    drain,
    heard: str,
) -> None:
    course = publish(slug="paid-course", amount="29.00")
    client.force_login(sam)
    buy = reverse("payments-checkout", args=["course", course.pk])
    assert buy in client.get(reverse("courses-course", args=[course.slug])).content.decode()
    approve_url = client.post(buy)["Location"]
    sandbox.approve(approve_url, "approve" if heard == "return" else "vanish")
    order = Order.objects.get()
    if heard == "return":
        client.get(reverse("payments-return"), {"token": str(order.provider_order_id)})
    elif heard == "webhook":
        assert deliver(Client(), sandbox, "CHECKOUT.ORDER.APPROVED").status_code == 204
    else:
        orders.reconcile()
    drain()
    place = Enrollment.objects.get(user=sam, course=course)
    assert (place.state, place.order_id) == ("active", order.pk)
    assert client.post(buy).status_code == 409
    order.refresh_from_db()
    assert sellers.evidence(order)[0].endswith(f"{course.title} was opened to Sam")
    refunds.refund(order=order, amount=None, note="", actor=ada)
    drain()
    place.refresh_from_db()
    assert place.state == "cancelled"
