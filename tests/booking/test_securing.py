"""A held time while money moves: nobody is charged for a time that is gone, no hold runs out under
a payment, and money that came for nothing finds its way."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import User
from booking.errors import BookingOver, SlotTaken
from booking.invariants import paid_lessons, standing_lessons
from booking.models import Booking, BusyTime, LessonType, WaitlistEntry
from booking.services import cancelling, holding, moving, schedules, securing, series, waitlist
from payments.errors import OrderClosed
from payments.models import CaptureAttempt, Order
from payments.services import orders
from realtime.announcements import words
from realtime.models import Notification
from tests.booking.calendars import connect, put
from tests.booking.conftest import held, hour
from tests.payments.conftest import bare_order
from tests.sandbox_server import Sandbox
from tutorme.core import breaker
from tutorme.core.models import Job

pytestmark = pytest.mark.django_db
State = Booking.State


@pytest.fixture(autouse=True)
def closed_breakers() -> None:
    breaker._shared.cache_clear()
    breaker._alone.cache_clear()


def order_of(sandbox: Sandbox, row: Booking, choice: str = "approve") -> Order:
    """Agreed to by its payer, who is on the way back to us."""
    order = orders.place_order(buyer=row.student, kind="booking", target_id=row.pk)
    sandbox.approve(order.approve_url, choice)
    return order


def busy(tutor: User, row: Booking) -> None:
    """Something in the tutor's own calendar, as the sync notes it down."""
    BusyTime.objects.create(
        tutor=tutor,
        source="sync:x",
        reference="theirs",
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )


def news(user: User) -> list[str]:
    rows = Notification.objects.filter(user=user).order_by("seq")
    return [words(row.kind, row.facts, "en").body for row in rows if row.kind == "booking-lost"]


@pytest.fixture
def connected(sandbox: Sandbox, tess: User, lesson: LessonType, drain) -> None:
    connect(sandbox, tess, "google")
    drain()


class TestBeforeMoneyMoves:
    def test_what_came_into_the_calendar_meanwhile_costs_nobody_anything(
        self, sandbox, connected, sam, tess, lesson, drain
    ) -> None:
        row = held(sam, lesson, hour(3, 10))
        order = order_of(sandbox, row)
        put(sandbox, "google", tess.email, hour(3, 10), hour(3, 11))
        with pytest.raises(OrderClosed):
            orders.settle_now(order.pk)
        drain()
        for each in (row, order):
            each.refresh_from_db()
        assert (row.state, order.state) == (State.EXPIRED, Order.State.VOIDED)
        assert not CaptureAttempt.objects.exists()
        (said,) = news(sam)
        assert "Nothing was taken." in said
        assert said.count(";") == 2, "three other times"

    def test_without_the_look_they_would_be_charged(
        self, sandbox, connected, sam, tess, lesson, drain, settings
    ) -> None:
        """The control."""
        settings.LIVE_LOOK_SECONDS = 0
        row = held(sam, lesson, hour(3, 10))
        order = order_of(sandbox, row)
        put(sandbox, "google", tess.email, hour(3, 10), hour(3, 11))
        assert orders.settle_now(order.pk).state == Order.State.CAPTURED

    @pytest.mark.parametrize("kind", ["hang", "500-before", "reset"])
    def test_a_calendar_that_does_not_answer_holds_up_no_payment(
        self, sandbox, connected, sam, lesson, drain, settings, kind
    ) -> None:
        settings.LIVE_LOOK_SECONDS = 0.5
        row = held(sam, lesson, hour(3, 10))
        order = order_of(sandbox, row)
        sandbox.fault("list", kind, provider="google-calendar", seconds=4, times=5)
        assert orders.settle_now(order.pk).state == Order.State.CAPTURED
        sandbox.http.delete(f"{sandbox.url}/_faults")
        drain()
        row.refresh_from_db()
        assert row.state == State.CONFIRMED

    def test_a_hold_that_somebody_else_has_now(self, sandbox, sam, otto, lesson, drain) -> None:
        row = held(sam, lesson)
        order = order_of(sandbox, row)
        later = timezone.now() + timedelta(hours=1)
        holding.hold(student=otto, wish=holding.Wish(lesson.pk, row.starts_at), now=later)
        with pytest.raises(OrderClosed):
            orders.settle_now(order.pk)
        drain()
        order.refresh_from_db()
        assert order.state == Order.State.VOIDED
        assert len(news(sam)) == 1

    def test_a_hold_about_to_run_out_lasts_through_the_capture(self, sam, lesson) -> None:
        row = held(sam, lesson)
        assert row.expires_at
        securing.secure([row.pk], now=row.expires_at - timedelta(seconds=5))
        assert holding.sweep(now=row.expires_at) == 0
        row.refresh_from_db()
        assert row.state == State.PENDING_PAYMENT

    def test_a_lesson_whose_hour_has_come_is_not_sold(self, sam, lesson) -> None:
        row = held(sam, lesson)
        with pytest.raises(BookingOver):
            securing.secure([row.pk], now=row.starts_at)

    def test_all_lessons_of_a_series_or_none(self, sandbox, sam, tess, lesson, drain) -> None:
        wish = series.Wish(lesson.pk, hour(3, 10), lessons=3, clock="UTC")
        many = series.book(student=sam, wish=wish)
        order = orders.place_order(buyer=sam, kind="series", target_id=many.pk)
        sandbox.approve(order.approve_url)
        busy(tess, many.bookings.order_by("starts_at")[2])
        with pytest.raises(OrderClosed):
            orders.settle_now(order.pk)
        assert set(many.bookings.values_list("state", flat=True)) == {State.EXPIRED}
        drain()
        assert len(news(sam)) == 1


class TestWhileMoneyMoves:
    @pytest.fixture
    def pending(self, sandbox: Sandbox, sam: User, lesson: LessonType, drain) -> Booking:
        """PayPal looks at the payment itself, for days."""
        row = held(sam, lesson)
        order = order_of(sandbox, row, "pending")
        assert orders.settle(order.pk).state == Order.State.CAPTURE_PENDING
        drain()
        row.refresh_from_db()
        return row

    def test_a_pending_payment_keeps_its_time_to_the_notice(self, pending, tess, otto) -> None:
        schedules.change(tutor_id=tess.pk, changes={"notice_minutes": 120})
        until = pending.starts_at - timedelta(hours=2)
        assert pending.expires_at
        # However late the sweep comes: nobody takes it away meanwhile.
        late = pending.expires_at + timedelta(minutes=1)
        assert holding.sweep(now=late) == 0
        with pytest.raises(SlotTaken):
            holding.hold(
                student=otto,
                wish=holding.Wish(pending.lesson_type_id, pending.starts_at),
                now=late,
            )
        assert securing.keep_what_is_being_paid(now=late) == 1
        pending.refresh_from_db()
        assert (pending.state, pending.expires_at) == (State.PENDING_PAYMENT, until)
        assert securing.keep_what_is_being_paid(now=until) == 0

    def test_without_that_it_runs_out_under_the_payment(self, pending) -> None:
        """The control: what becomes of the hold where no payment is known to be under way."""
        Order.objects.update(state=Order.State.CREATED)
        assert pending.expires_at
        assert securing.keep_what_is_being_paid(now=pending.expires_at) == 0
        assert holding.sweep(now=pending.expires_at) == 1

    def settled(self, sandbox: Sandbox, outcome: str) -> None:
        order = Order.objects.get()
        path = f"{sandbox.url}/paypal/_settle/{order.provider_capture_id}"
        sandbox.http.post(path, json={"status": outcome}).raise_for_status()
        orders.settle(order.pk)

    def test_then_it_is_paid(self, sandbox, pending, drain) -> None:
        self.settled(sandbox, "COMPLETED")
        drain()
        pending.refresh_from_db()
        assert pending.state == State.CONFIRMED

    def test_then_it_is_paid_and_the_tutor_has_something_else(
        self, sandbox, pending, sam, tess, drain
    ) -> None:
        """Found by the look when the money comes: the money goes back, with a word and times."""
        connect(sandbox, tess, "google")
        drain()
        put(sandbox, "google", tess.email, pending.starts_at, pending.ends_at)
        assert not BusyTime.objects.exists()
        self.settled(sandbox, "COMPLETED")
        drain()
        pending.refresh_from_db()
        order = Order.objects.get()
        assert (pending.state, order.state) == (State.EXPIRED, Order.State.REFUNDED)
        (said,) = news(sam)
        assert "All of your money goes back" in said
        assert said.count(";") == 2

    def test_then_it_is_declined_and_the_time_is_free_soon(self, sandbox, pending, drain) -> None:
        securing.keep_what_is_being_paid(now=pending.expires_at)
        self.settled(sandbox, "DECLINED")
        drain()
        pending.refresh_from_db()
        assert pending.expires_at
        assert pending.expires_at <= timezone.now() + holding.PAYING
        again = orders.place_order(buyer=pending.student, kind="booking", target_id=pending.pk)
        assert again.state == Order.State.CREATED
        assert holding.sweep(now=pending.expires_at) == 1

    def test_a_capture_without_an_answer_keeps_it_too(self, sandbox, sam, lesson, drain) -> None:
        row = held(sam, lesson)
        order = order_of(sandbox, row)
        sandbox.fault("capture", "lost-reply", times=9)
        orders.reconcile()
        sandbox.http.delete(f"{sandbox.url}/_faults")
        order.refresh_from_db()
        assert order.state == Order.State.CAPTURING
        row.refresh_from_db()
        assert securing.keep_what_is_being_paid(now=row.expires_at) == 1
        row.refresh_from_db()
        assert holding.sweep(now=row.expires_at) == 0
        breaker._shared.cache_clear()
        orders.settle(order.pk)
        drain()
        row.refresh_from_db()
        assert row.state == State.CONFIRMED


class TestFoundBySweeps:
    def stranded(self, row: Booking, ago: timedelta = timedelta(minutes=5)) -> Order:
        """Captured, and whoever should have heard of it died."""
        return bare_order(
            row.student,
            kind="booking",
            target_id=row.pk,
            state="captured",
            captured_at=timezone.now() - ago,
        )

    def test_captured_and_not_confirmed_is_confirmed(self, sam, lesson, drain) -> None:
        row = held(sam, lesson)
        order = self.stranded(row)
        out = StringIO()
        with pytest.raises(CommandError, match="books do not add up"):
            # The order is bare: nobody wrote its money down.
            call_command("reconcile", "--json", stdout=out)
        assert '"lessons": 1' in out.getvalue()
        drain()
        row.refresh_from_db()
        assert (row.state, row.order_id) == (State.CONFIRMED, order.pk)
        assert securing.reconcile() == 0

    def test_captured_and_gone_is_given_back(self, sam, tess, lesson, drain) -> None:
        row = held(sam, lesson)
        busy(tess, row)
        order = self.stranded(row)
        assert (securing.reconcile(), securing.reconcile()) == (1, 1)
        assert Job.objects.filter(kind=securing.CONFIRM).count() == 1
        Job.objects.filter(kind=securing.CONFIRM).update(run_after=timezone.now())
        drain()
        row.refresh_from_db()
        assert row.state == State.EXPIRED
        assert order.refunds.count() == 1

    def test_what_just_happened_is_left_to_its_job(self, sam, lesson) -> None:
        self.stranded(held(sam, lesson), ago=timedelta(seconds=20))
        assert securing.reconcile() == 0

    def test_what_a_sweep_cannot_mend_is_said(self, sam, lesson) -> None:
        order = self.stranded(held(sam, lesson), ago=timedelta(hours=1))
        (said,) = paid_lessons()
        assert str(order.pk) in said

    def test_a_lesson_that_stands_unpaid_is_said(self, sam, otto, lesson) -> None:
        row = held(sam, lesson)
        paid = held(otto, lesson, hour(4, 10))
        Booking.objects.filter(pk=paid.pk).update(
            state="confirmed", order=bare_order(otto, state="captured")
        )
        Booking.objects.filter(pk=row.pk).update(state="confirmed")
        assert list(standing_lessons()) == [], "it may just be happening"
        assert list(securing.unpaid(timezone.now() + timedelta(minutes=1))) == [row]


class TestEveryOtherPromise:
    """Wherever else a time is promised, the tutor's calendars are looked into."""

    def test_another_time_that_is_accepted(self, sandbox, connected, sam, tess, free, drain):
        row = held(sam, free, hour(3, 10))
        late = row.starts_at - timedelta(hours=2)
        made = moving.propose(booking_id=row.pk, by=sam, start=hour(4, 10), now=late)
        put(sandbox, "google", tess.email, hour(4, 10), hour(4, 11))
        with pytest.raises(SlotTaken):
            moving.answer(proposal_id=made.pk, by=tess, accept=True)
        moving.answer(proposal_id=made.pk, by=tess, accept=False)

    def test_another_time_that_its_tutor_names(self, sandbox, connected, sam, tess, free, drain):
        row = held(sam, free, hour(3, 10))
        put(sandbox, "google", tess.email, hour(4, 10), hour(4, 11))
        with pytest.raises(SlotTaken):
            moving.propose(booking_id=row.pk, by=tess, start=hour(4, 10))

    def test_a_request_that_is_accepted(self, sandbox, connected, sam, tess, free, drain) -> None:
        schedules.change(tutor_id=tess.pk, changes={"needs_approval": True})
        row = held(sam, free, hour(3, 10))
        put(sandbox, "google", tess.email, hour(3, 10), hour(3, 11))
        with pytest.raises(SlotTaken):
            cancelling.answer(booking_id=row.pk, tutor=tess, accept=True)
        cancelling.answer(booking_id=row.pk, tutor=tess, accept=False)

    @pytest.fixture
    def waiting(self, sam, otto, free, drain) -> tuple[Booking, WaitlistEntry]:
        row = held(otto, free, hour(3, 10))
        entry = waitlist.join(
            student=sam, lesson_type_id=free.pk, earliest=row.starts_at, latest=row.ends_at
        )
        drain()
        return row, entry

    def test_an_offer_to_who_waits(self, sandbox, connected, waiting, otto, tess, drain) -> None:
        row, entry = waiting
        put(sandbox, "google", tess.email, hour(3, 10), hour(3, 11))
        cancelling.cancel(booking_id=row.pk, by=otto)
        drain()
        entry.refresh_from_db()
        assert entry.state == WaitlistEntry.State.WAITING

    def test_an_offer_that_is_taken(self, sandbox, connected, waiting, sam, otto, tess, drain):
        row, entry = waiting
        cancelling.cancel(booking_id=row.pk, by=otto)
        drain()
        entry.refresh_from_db()
        assert entry.booking_id
        put(sandbox, "google", tess.email, hour(3, 10), hour(3, 11))
        with pytest.raises(SlotTaken):
            holding.take_up(booking_id=entry.booking_id, student=sam)

    def test_an_offer_that_is_taken_without_the_look(
        self, sandbox, connected, waiting, sam, otto, tess, drain, settings
    ) -> None:
        """The control."""
        row, entry = waiting
        cancelling.cancel(booking_id=row.pk, by=otto)
        drain()
        entry.refresh_from_db()
        settings.LIVE_LOOK_SECONDS = 0
        put(sandbox, "google", tess.email, hour(3, 10), hour(3, 11))
        taken = holding.take_up(booking_id=entry.booking_id, student=sam)
        assert taken.state == State.CONFIRMED
