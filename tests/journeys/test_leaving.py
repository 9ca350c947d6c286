"""Somebody leaves for good: nothing is taken from them any more, and nobody waits for them."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Deletion, User
from accounts.services import erasure
from booking.models import Booking, LessonType, Schedule
from payments.models import Order, Refund, Subscription
from payments.services import orders, subscription_sweep, subscriptions
from sandbox.faults import board
from sandbox.paypal.state import memory
from tests.booking.conftest import diary, held, hour, lesson  # noqa: F401  fixtures
from tests.payments.billing import Subscribe, plus, subscribed  # noqa: F401  fixtures
from tests.sandbox_server import Sandbox
from tutorme.core import breaker

# ruff: noqa: F811


def leave(user: User, drain) -> None:
    """Asked for, due, announced, carried out."""
    erasure.request(user=user, keeps_name_on_certificates=False)
    Deletion.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    erasure.carry_out_due()
    drain()
    Deletion.objects.update(announced_at=timezone.now() - timedelta(days=1))
    erasure.carry_out_due()
    drain()
    user.refresh_from_db()
    assert user.erased_at is not None


def soonest() -> datetime:
    """The next hour that is open: whatever the clock says, less than a day before it begins."""
    now = timezone.now()
    starts = (hour(days, at) for days in (0, 1) for at in range(8, 20))
    return next(start for start in starts if start > now + timedelta(hours=1))


def paid(student: User, kind: LessonType, start: datetime, sandbox: Sandbox, drain) -> Booking:
    row = held(student, kind, start)
    order = orders.place_order(buyer=student, kind="booking", target_id=row.pk)
    sandbox.approve(order.approve_url)
    orders.settle(order.pk)
    drain()
    row.refresh_from_db()
    assert row.state == "confirmed"
    return row


@pytest.mark.django_db
def test_a_student_pays_no_more_and_frees_the_hours(
    subscribed: Subscribe, lesson: LessonType, sandbox: Sandbox, sam: User, drain
) -> None:
    running = subscribed()
    soon, late = (paid(sam, lesson, at, sandbox, drain) for at in (soonest(), hour(9, 10)))
    waiting = held(sam, lesson, hour(5, 12))
    leave(sam, drain)
    there = memory.subscriptions[str(running.provider_subscription_id)]
    running.refresh_from_db()
    assert (running.state, there.status) == ("cancelled", "CANCELLED")
    assert running.paid_through is not None
    for row in (soon, late, waiting):
        row.refresh_from_db()
        assert row.state == "cancelled_by_student"
    # By the terms of the booking: a week before, all of it; within a day, what the policy says.
    back = {row.order.target_id: row.amount_minor for row in Refund.objects.all()}
    assert back[late.pk] == late.price_minor
    assert back.get(soon.pk, 0) < soon.price_minor


@pytest.mark.django_db
def test_whom_a_tutor_leaves_gets_everything_back(
    lesson: LessonType, sandbox: Sandbox, sam: User, tess: User, drain
) -> None:
    row = paid(sam, lesson, hour(1, 10), sandbox, drain)
    asked = held(sam, lesson, hour(4, 9))
    Booking.objects.filter(pk=asked.pk).update(state="pending_approval")
    leave(tess, drain)
    row.refresh_from_db()
    asked.refresh_from_db()
    assert (row.state, asked.state) == ("cancelled_by_tutor", "declined")
    assert Order.objects.get(target_id=row.pk).state == "refunded"
    assert not Schedule.objects.filter(tutor=tess, is_open=True).exists()


@pytest.mark.django_db
def test_what_was_agreed_to_after_leaving_is_ended(
    subscribed: Subscribe, sandbox: Sandbox, sam: User, drain
) -> None:
    row = subscribed("")
    leave(sam, drain)
    sandbox.approve(row.approve_url)
    settled = subscriptions.settle_now(row.pk)
    assert settled.wish == "cancel"


@pytest.mark.django_db
def test_paypal_is_away_and_comes_back(
    subscribed: Subscribe, sandbox: Sandbox, sam: User, drain
) -> None:
    """The account goes on its day; the subscription ends as soon as it can be said."""
    running = subscribed()
    sandbox.fault("cancel", "500-before", times=20)
    leave(sam, drain)
    assert Subscription.objects.get(pk=running.pk).wish == "cancel"
    board.clear()
    breaker.for_provider("paypal").close()
    subscription_sweep.reconcile()
    running.refresh_from_db()
    assert (running.state, running.wish) == ("cancelled", "")
