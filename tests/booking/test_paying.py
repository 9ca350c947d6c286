"""A held time and its money, over PayPal's stand-in."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from booking.errors import BookingOver, SlotTaken
from booking.models import Booking, LessonType
from booking.services import cancelling, holding, schedules
from payments.models import Order
from payments.services import orders
from tests.booking.conftest import held
from tests.sandbox_server import Sandbox
from tutorme.core.errors import NotFound

State = Booking.State
Drain = Callable[[], None]


def paid(sandbox: Sandbox, drain: Drain, row: Booking) -> Order:
    order = orders.place_order(buyer=row.student, kind="booking", target_id=row.pk)
    sandbox.approve(order.approve_url, "approve")
    orders.settle_now(order.pk)
    drain()
    order.refresh_from_db()
    row.refresh_from_db()
    return order


def test_a_captured_payment_confirms(sam: User, lesson: LessonType, sandbox, drain) -> None:
    row = held(sam, lesson)
    order = paid(sandbox, drain, row)
    assert (row.state, row.order_id, row.expires_at) == (State.CONFIRMED, order.pk, None)
    assert (order.payee_id, order.amount) == (lesson.tutor_id, lesson.price)
    holding.pay(booking_id=row.pk, order_id=order.pk)
    states = [each.state for each in row.changes.all()]
    assert states == [State.HELD, State.PENDING_PAYMENT, State.CONFIRMED]


def test_where_the_tutor_decides_the_money_waits_with_the_request(
    sam: User, tess: User, lesson: LessonType, sandbox, drain
) -> None:
    schedules.change(tutor_id=tess.pk, changes={"needs_approval": True})
    row = held(sam, lesson)
    order = paid(sandbox, drain, row)
    assert row.state == State.PENDING_APPROVAL
    cancelling.answer(booking_id=row.pk, tutor=tess, accept=False)
    drain()
    order.refresh_from_db()
    assert order.state == Order.State.REFUNDED


def test_a_hold_that_lapsed_on_the_way_is_taken_up_again(
    sam: User, lesson: LessonType, sandbox, drain
) -> None:
    row = held(sam, lesson)
    order = orders.place_order(buyer=sam, kind="booking", target_id=row.pk)
    sandbox.approve(order.approve_url, "approve")
    holding.sweep(now=timezone.now() + timedelta(hours=1))
    orders.settle_now(order.pk)
    drain()
    row.refresh_from_db()
    assert row.state == State.CONFIRMED
    assert [each.state for each in row.changes.all()] == [
        State.HELD,
        State.EXPIRED,
        State.HELD,
        State.PENDING_PAYMENT,
        State.CONFIRMED,
    ]


def test_what_is_paid_for_goes_to_nobody_else_before_it_is_heard(
    sam: User, otto: User, lesson: LessonType, sandbox, drain
) -> None:
    """However long its word takes; for times that are gone before see `test_securing.py`."""
    row = held(sam, lesson)
    order = orders.place_order(buyer=sam, kind="booking", target_id=row.pk)
    sandbox.approve(order.approve_url, "approve")
    orders.settle_now(order.pk)
    later = timezone.now() + timedelta(hours=1)
    with pytest.raises(SlotTaken):
        holding.hold(student=otto, wish=holding.Wish(lesson.pk, row.starts_at), now=later)
    assert holding.sweep(now=later) == 0
    drain()
    row.refresh_from_db()
    assert row.state == State.CONFIRMED


@pytest.mark.parametrize(
    ("hours_ahead", "state", "refunded"),
    [
        (25, Order.State.REFUNDED, 3000),
        (13, Order.State.PARTIALLY_REFUNDED, 1500),
        (1, Order.State.CAPTURED, 0),
    ],
)
def test_cancelling_gives_back_what_the_policy_says(
    sam: User, lesson: LessonType, sandbox, drain, hours_ahead: int, state: str, refunded: int
) -> None:
    row = held(sam, lesson)
    order = paid(sandbox, drain, row)
    moment = row.starts_at - timedelta(hours=hours_ahead)
    due = cancelling.preview(row, by=sam, now=moment)
    cancelling.cancel(booking_id=row.pk, by=sam, now=moment)
    drain()
    drain()
    order.refresh_from_db()
    assert (order.state, order.refunded_minor) == (state, refunded)
    assert due.amount.minor == refunded
    assert order.refunds.count() == bool(refunded)


def test_only_its_student_pays_for_it(sam: User, otto: User, lesson: LessonType, sandbox) -> None:
    row = held(sam, lesson)
    with pytest.raises(NotFound):
        orders.place_order(buyer=otto, kind="booking", target_id=row.pk)
    holding.sweep(now=timezone.now() + timedelta(hours=1))
    with pytest.raises(BookingOver):
        orders.place_order(buyer=sam, kind="booking", target_id=row.pk)
