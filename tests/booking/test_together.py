"""Series, groups, waiting and other times, through the services and the API."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from booking.errors import (
    GroupFull,
    GroupOver,
    NothingToWaitFor,
    ProposalOver,
    SeriesBlocked,
    SlotTaken,
    StudentBusy,
)
from booking.invariants import one_owner
from booking.models import Booking, GroupSession, LessonType, MoveProposal, WaitlistEntry
from booking.services import (
    cancelling,
    groups,
    holding,
    moving,
    offers,
    outcomes,
    presence,
    schedules,
    series,
    waitlist,
)
from payments.errors import OrderClosed
from payments.models import Earning, Order
from payments.services import credits, orders
from tests.booking.conftest import held, hour
from tutorme.core.errors import InvalidInput, NotAllowed, NotFound
from tutorme.core.money import Money

State = Booking.State


def weekly(kind: LessonType, start: datetime, lessons: int = 4, **more) -> series.Wish:
    return series.Wish(kind.pk, start, lessons, more.pop("clock", "UTC"), **more)


def rich(user: User, ada: User, minor: int) -> None:
    amount = Money(minor, "EUR")
    credits.grant(owner=user, amount=amount, reason="test", actor=ada, key=str(uuid4()))


class TestSeries:
    def test_all_of_them_are_held_at_one_price(
        self, sam: User, lesson: LessonType, sandbox, drain
    ) -> None:
        row = series.book(student=sam, wish=weekly(lesson, hour(3, 10)))
        rows = list(row.bookings.order_by("starts_at"))
        assert [each.starts_at for each in rows] == [hour(3 + 7 * n, 10) for n in range(4)]
        assert {each.state for each in rows} == {State.HELD}
        assert (row.lessons, row.price) == (4, Money(12000, "EUR"))
        order = orders.place_order(buyer=sam, kind="series", target_id=row.pk)
        assert (order.amount_minor, order.units, order.in_escrow) == (12000, 4, True)
        sandbox.approve(order.approve_url, "approve")
        orders.settle_now(order.pk)
        drain()
        assert set(row.bookings.values_list("state", "order_id")) == {(State.CONFIRMED, order.pk)}

    def test_one_time_that_is_gone_refuses_all_or_is_left_out(
        self, sam: User, otto: User, free: LessonType
    ) -> None:
        held(otto, free, hour(10, 10))
        with pytest.raises(SeriesBlocked) as refusal:
            series.book(student=sam, wish=weekly(free, hour(3, 10)))
        occurrences = refusal.value.extras["occurrences"]
        assert [(each["start"], each["reason"]) for each in occurrences] == [
            (hour(10, 10), "taken")
        ]
        assert not Booking.objects.filter(student=sam).exists()
        row = series.book(student=sam, wish=weekly(free, hour(3, 10), skipping=True))
        assert row.lessons == 3
        assert set(row.bookings.values_list("state", flat=True)) == {State.CONFIRMED}

    def test_looking_says_why(self, sam: User, otto: User, free: LessonType) -> None:
        held(otto, free, hour(10, 10))
        found = series.look(student=sam, wish=weekly(free, hour(3, 10), 10))
        assert [each.reason for each in found] == [None, "taken", *[None] * 7, "too-far"]

    def test_whose_clock_stays(self) -> None:
        first = datetime(2026, 3, 6, 22, tzinfo=UTC)
        wish = series.Wish(uuid4(), first, 3, "America/New_York")
        assert [start.hour for start, _ in series.starts(wish)] == [22, 21, 21]
        gone = datetime(2026, 3, 1, 7, 30, tzinfo=UTC)
        wish = series.Wish(uuid4(), gone, 2, "America/New_York")
        assert [there for _, there in series.starts(wish)] == [True, False]

    def test_each_lesson_releases_and_gives_back_its_own_part(
        self, sam: User, tess: User, ada: User, lesson: LessonType, drain
    ) -> None:
        rich(sam, ada, 9000)
        row = series.book(student=sam, wish=weekly(lesson, hour(3, 10), 3, with_credit=True))
        drain()
        first, second, third = row.bookings.order_by("pk")
        order = Order.objects.get(kind="series")
        cancelling.cancel(booking_id=second.pk, by=sam)
        drain()
        order.refresh_from_db()
        assert order.refunded_minor == 3000
        for each in (first, third):
            for who in (sam, tess):
                presence.record(booking_id=each.pk, user_id=who.pk, at=each.starts_at)
            outcomes.judge_due(now=each.starts_at + timedelta(hours=2))
        drain()
        left = {each.state: each.left_minor for each in Earning.objects.filter(order=order)}
        assert Earning.State.ESCROW not in left
        assert sum(e.left_minor for e in Earning.objects.filter(order=order)) == 4800

    def test_before_it_is_paid_it_is_one_thing(self, sam: User, lesson: LessonType, drain) -> None:
        row = series.book(student=sam, wish=weekly(lesson, hour(3, 10)))
        cancelling.cancel(booking_id=row.bookings.first().pk, by=sam)  # type: ignore[union-attr]
        drain()
        assert set(row.bookings.values_list("state", flat=True)) == {State.CANCELLED_BY_STUDENT}

    def test_for_times_that_went_nobody_is_charged(
        self, sam: User, otto: User, lesson: LessonType, sandbox, drain
    ) -> None:
        row = series.book(student=sam, wish=weekly(lesson, hour(3, 10), 3))
        order = orders.place_order(buyer=sam, kind="series", target_id=row.pk)
        sandbox.approve(order.approve_url, "approve")
        later = timezone.now() + timedelta(hours=1)
        wish = holding.Wish(lesson.pk, hour(10, 10))
        holding.hold(student=otto, wish=wish, now=later)
        with pytest.raises(OrderClosed):
            orders.settle_now(order.pk)
        drain()
        order.refresh_from_db()
        assert order.state == Order.State.VOIDED
        assert set(row.bookings.values_list("state", flat=True)) == {State.EXPIRED}


@pytest.fixture
def choir(tess: User, diary) -> LessonType:
    return offers.offer(
        tutor_id=tess.pk, title="Choir", minutes=60, price=Money(0, "EUR"), capacity=2
    )


@pytest.fixture
def evening(tess: User, choir: LessonType) -> GroupSession:
    return groups.open_session(tutor=tess, lesson_type_id=choir.pk, start=hour(3, 18))


class TestGroups:
    def test_seats_beside_each_other_and_no_more_than_there_are(
        self, sam: User, otto: User, orla: User, evening: GroupSession
    ) -> None:
        assert groups.join(student=sam, group_id=evening.pk).state == State.CONFIRMED
        with pytest.raises(StudentBusy):
            groups.join(student=sam, group_id=evening.pk)
        assert groups.join(student=otto, group_id=evening.pk).state == State.CONFIRMED
        assert not list(one_owner())
        with pytest.raises(GroupFull):
            groups.join(student=orla, group_id=evening.pk)

    def test_it_takes_the_tutors_time_with_nobody_in_it(
        self, sam: User, tess: User, free: LessonType, choir: LessonType, evening: GroupSession
    ) -> None:
        with pytest.raises(SlotTaken):
            held(sam, free, hour(3, 18))
        with pytest.raises(SlotTaken):
            groups.open_session(
                tutor=tess, lesson_type_id=choir.pk, start=hour(3, 18) + timedelta(minutes=30)
            )

    def test_not_over_a_lesson(self, sam: User, tess: User, free, choir: LessonType) -> None:
        held(sam, free, hour(3, 18))
        with pytest.raises(SlotTaken):
            groups.open_session(tutor=tess, lesson_type_id=choir.pk, start=hour(3, 18))
        with pytest.raises(InvalidInput):
            groups.open_session(tutor=tess, lesson_type_id=choir.pk, start=hour(-1, 18))

    def test_called_off_for_everybody(
        self, sam: User, otto: User, tess: User, evening: GroupSession, free
    ) -> None:
        rows = [groups.join(student=who, group_id=evening.pk) for who in (sam, otto)]
        with pytest.raises(NotFound):
            groups.cancel(group_id=evening.pk, tutor=otto)
        groups.cancel(group_id=evening.pk, tutor=tess, reason="Ill")
        for row in rows:
            row.refresh_from_db()
            assert row.state == State.CANCELLED_BY_TUTOR
        with pytest.raises(GroupOver):
            groups.join(student=sam, group_id=evening.pk)
        held(sam, free, hour(3, 18))

    def test_the_tutor_in_one_seats_room_is_there_for_all(
        self, sam: User, otto: User, tess: User, evening: GroupSession
    ) -> None:
        rows = [groups.join(student=who, group_id=evening.pk) for who in (sam, otto)]
        presence.record(booking_id=rows[0].pk, user_id=tess.pk, at=evening.starts_at)
        presence.record(booking_id=rows[1].pk, user_id=otto.pk, at=evening.starts_at)
        outcomes.judge_due(now=evening.ends_at + timedelta(hours=1))
        states = [Booking.objects.get(pk=row.pk).state for row in rows]
        assert states == [State.NO_SHOW_STUDENT, State.COMPLETED]
        evening.refresh_from_db()
        assert evening.state == GroupSession.State.OVER

    def test_it_counts_once_towards_the_day(
        self, sam: User, otto: User, orla: User, tess: User, free, evening
    ) -> None:
        schedules.change(tutor_id=tess.pk, changes={"max_per_day": 2})
        for who in (sam, otto):
            groups.join(student=who, group_id=evening.pk)
        assert held(orla, free, hour(3, 9)).state == State.CONFIRMED


class TestWaiting:
    def wait(self, who: User, kind: LessonType, start: datetime, hours: int = 1) -> WaitlistEntry:
        return waitlist.join(
            student=who,
            lesson_type_id=kind.pk,
            earliest=start,
            latest=start + timedelta(hours=hours),
        )

    def test_first_come_first_asked(
        self, sam: User, otto: User, orla: User, lesson: LessonType, drain
    ) -> None:
        row = held(sam, lesson, hour(3, 10))
        first = self.wait(otto, lesson, hour(3, 10))
        second = self.wait(orla, lesson, hour(3, 10))
        drain()
        cancelling.cancel(booking_id=row.pk, by=sam)
        drain()
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.state, second.state) == ("offered", "waiting")
        assert (first.booking.state, first.booking.student_id) == (State.HELD, otto.pk)  # type: ignore[union-attr]
        assert first.offer_until - timezone.now() > timedelta(hours=1, minutes=59)  # type: ignore[operator]
        waitlist.leave(entry_id=first.pk, student=otto)
        drain()
        second.refresh_from_db()
        assert second.state == "offered"
        holding.sweep(now=timezone.now() + timedelta(hours=3))
        drain()
        second.refresh_from_db()
        assert second.state == "passed"

    def test_a_free_time_is_nothing_to_wait_for(self, sam: User, free: LessonType) -> None:
        with pytest.raises(NothingToWaitFor):
            self.wait(sam, free, hour(3, 10), 5)
        with pytest.raises(InvalidInput):
            self.wait(sam, free, hour(-3, 10))

    def test_an_offer_is_taken_up(self, sam: User, otto: User, free: LessonType, drain) -> None:
        row = held(sam, free, hour(3, 10))
        half = held(sam, free, hour(3, 11))
        entry = self.wait(otto, free, hour(3, 10))
        cancelling.cancel(booking_id=row.pk, by=sam)
        drain()
        entry.refresh_from_db()
        assert half.state == State.CONFIRMED
        with pytest.raises(NotAllowed):
            holding.take_up(booking_id=entry.booking_id, student=sam)  # type: ignore[arg-type]
        done = holding.take_up(booking_id=entry.booking_id, student=otto)  # type: ignore[arg-type]
        drain()
        entry.refresh_from_db()
        assert (done.state, entry.state) == (State.CONFIRMED, "taken")

    def test_a_seat_of_a_full_group(
        self, sam: User, otto: User, orla: User, tess: User, choir, drain
    ) -> None:
        evening = groups.open_session(tutor=tess, lesson_type_id=choir.pk, start=hour(3, 18))
        with pytest.raises(NothingToWaitFor):
            waitlist.join_group(student=orla, group_id=evening.pk)
        rows = [groups.join(student=who, group_id=evening.pk) for who in (sam, otto)]
        entry = waitlist.join_group(student=orla, group_id=evening.pk)
        cancelling.cancel(booking_id=rows[0].pk, by=sam)
        drain()
        entry.refresh_from_db()
        assert (entry.state, entry.booking.group_id) == ("offered", evening.pk)  # type: ignore[union-attr]

    def test_waiting_twice_is_waiting_once(self, sam, otto, lesson: LessonType) -> None:
        held(sam, lesson, hour(3, 10))
        assert self.wait(otto, lesson, hour(3, 10)).pk == self.wait(otto, lesson, hour(3, 10)).pk


class TestOtherTimes:
    @pytest.fixture
    def booked(self, sam: User, ada: User, lesson: LessonType) -> Booking:
        rich(sam, ada, 3000)
        return holding.hold(
            student=sam, wish=holding.Wish(lesson.pk, hour(3, 10), with_credit=True)
        )

    def test_a_paid_lesson_is_moved_with_the_students_word(
        self, booked: Booking, sam: User, tess: User, otto: User
    ) -> None:
        made = moving.propose(booking_id=booked.pk, by=tess, start=hour(4, 21), note="A train")
        assert isinstance(made, MoveProposal)
        with pytest.raises(NotAllowed):
            moving.answer(proposal_id=made.pk, by=tess, accept=True)
        with pytest.raises(NotAllowed):
            moving.answer(proposal_id=made.pk, by=otto, accept=True)
        moving.answer(proposal_id=made.pk, by=sam, accept=True)
        booked.refresh_from_db()
        assert booked.starts_at == hour(4, 21)
        assert booked.changes.last().actor_id == sam.pk  # type: ignore[union-attr]
        with pytest.raises(ProposalOver):
            moving.answer(proposal_id=made.pk, by=sam, accept=False)

    def test_what_was_free_is_asked_again(
        self, booked: Booking, sam: User, otto: User, tess: User, free: LessonType
    ) -> None:
        made = moving.propose(booking_id=booked.pk, by=tess, start=hour(4, 10))
        held(otto, free, hour(4, 10))
        with pytest.raises(SlotTaken):
            moving.answer(proposal_id=made.pk, by=sam, accept=True)
        moving.answer(proposal_id=made.pk, by=sam, accept=False)
        booked.refresh_from_db()
        assert booked.starts_at == hour(3, 10)

    def test_a_free_lesson_is_moved_at_once(self, sam, tess: User, free: LessonType) -> None:
        row = held(sam, free)
        moved = moving.propose(booking_id=row.pk, by=tess, start=hour(4, 7))
        assert isinstance(moved, Booking)
        assert moved.starts_at == hour(4, 7)

    def test_a_student_asks_when_it_is_late_and_within_the_hours(
        self, booked: Booking, sam: User, tess: User
    ) -> None:
        late = booked.starts_at - timedelta(hours=2)
        with pytest.raises(Exception, match="outside"):
            moving.propose(booking_id=booked.pk, by=sam, start=hour(4, 21), now=late)
        made = moving.propose(booking_id=booked.pk, by=sam, start=hour(4, 10), now=late)
        newer = moving.propose(booking_id=booked.pk, by=sam, start=hour(4, 11), now=late)
        made.refresh_from_db()
        assert made.state == "withdrawn"
        with pytest.raises(ProposalOver):
            moving.propose(booking_id=booked.pk, by=tess, start=hour(4, 12), now=late)
        moving.answer(proposal_id=newer.pk, by=tess, accept=True, now=late)
        booked.refresh_from_db()
        assert booked.starts_at == hour(4, 11)
