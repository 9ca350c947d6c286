"""From a wish to a lesson, and every way out of it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from booking.errors import (
    BookingOver,
    NotBookable,
    OutsideAvailability,
    SlotTaken,
    StudentBusy,
    TooManyHolds,
    TrialUsed,
)
from booking.models import Booking, BookingChange, LessonType
from booking.policies import POLICIES, share
from booking.services import cancelling, holding, moving, offers, schedules
from tests.booking.conftest import held, hour, open_diary
from tutorme.core.errors import NotAllowed, NotFound
from tutorme.core.models import OutboxEvent
from tutorme.core.money import Money

State = Booking.State


def events() -> list[str]:
    return list(
        OutboxEvent.objects.filter(name__startswith="booking.")
        .order_by("id")
        .values_list("name", flat=True)
    )


def test_a_time_is_held_at_the_price_of_the_moment(sam: User, lesson: LessonType) -> None:
    row = held(sam, lesson)
    LessonType.objects.filter(pk=lesson.pk).update(price_minor=9900)
    row.refresh_from_db()
    assert (row.state, row.price, row.minutes) == (State.HELD, Money(3000, "EUR"), 60)
    assert row.expires_at is not None
    assert timedelta(minutes=14) < row.expires_at - timezone.now() <= holding.HOLD
    assert events() == ["booking.held"]
    assert row.changes.get().actor_id == sam.pk


def test_what_costs_nothing_is_confirmed_at_once(sam: User, free: LessonType) -> None:
    row = held(sam, free)
    assert (row.state, row.version, row.expires_at) == (State.CONFIRMED, 2, None)
    assert events() == ["booking.held", "booking.confirmed"]
    assert [change.state for change in row.changes.all()] == [State.HELD, State.CONFIRMED]


def test_somebody_elses_time(sam: User, otto: User, lesson: LessonType) -> None:
    held(sam, lesson)
    with pytest.raises(SlotTaken):
        held(otto, lesson)


def test_ones_own_other_lesson(sam: User, orla: User, lesson: LessonType) -> None:
    open_diary(orla)
    other = offers.offer(tutor_id=orla.pk, title="Irish", minutes=60, price=Money(1, "EUR"))
    held(sam, lesson)
    with pytest.raises(StudentBusy):
        held(sam, other)


def test_the_database_refuses_what_a_service_overlooked(
    sam: User, otto: User, lesson: LessonType
) -> None:
    row = held(sam, lesson)
    copy = Booking.objects.get(pk=row.pk)
    copy.pk, copy.student = None, otto
    copy._state.adding = True
    copy.id = Booking._meta.pk.get_default()
    with pytest.raises(IntegrityError, match="booking_tutor_once"), transaction.atomic():
        copy.save()


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        ((3, 7), "outside-hours"),
        ((300, 10), "too-far"),
        ((-1, 10), "too-soon"),
    ],
)
def test_times_that_are_not_offered(sam: User, lesson: LessonType, start, reason) -> None:
    with pytest.raises(OutsideAvailability) as refusal:
        held(sam, lesson, hour(*start))
    assert refusal.value.extras["reason"] == reason
    with pytest.raises(OutsideAvailability) as refusal:
        held(sam, lesson, hour(3, 10) + timedelta(minutes=20))
    assert refusal.value.extras["reason"] == "off-grid"


def test_who_cannot_be_booked(sam: User, tess: User, lesson: LessonType) -> None:
    with pytest.raises(NotBookable):
        held(tess, lesson)
    schedules.change(tutor_id=tess.pk, changes={"is_open": False})
    with pytest.raises(NotBookable):
        held(sam, lesson)
    offers.withdraw(tutor_id=tess.pk, lesson_type_id=lesson.pk)
    with pytest.raises(NotBookable):
        held(sam, lesson)
    User.objects.filter(pk=tess.pk).update(is_active=False)
    with pytest.raises(NotFound):
        held(sam, lesson)


def test_one_hold_a_tutor(sam: User, lesson: LessonType) -> None:
    held(sam, lesson)
    with pytest.raises(TooManyHolds):
        held(sam, lesson, hour(4, 10))


def test_a_lapsed_hold_keeps_nobody_from_the_time(
    sam: User, otto: User, lesson: LessonType
) -> None:
    first = held(sam, lesson)
    later = timezone.now() + holding.HOLD + timedelta(seconds=1)
    wish = holding.Wish(lesson.pk, first.starts_at)
    assert holding.hold(student=otto, wish=wish, now=later).state == State.HELD
    first.refresh_from_db()
    assert first.state == State.EXPIRED


def test_the_sweep_lets_go(sam: User, lesson: LessonType) -> None:
    row = held(sam, lesson)
    assert holding.sweep() == 0
    assert holding.sweep(now=row.expires_at) == 1
    assert holding.sweep(now=row.expires_at) == 0
    row.refresh_from_db()
    assert row.state == State.EXPIRED
    assert events()[-1] == "booking.expired"


def test_a_trial_is_once(sam: User, tess: User, diary) -> None:
    trial = offers.offer(
        tutor_id=tess.pk, title="Hello", minutes=30, price=Money(0, "EUR"), is_trial=True
    )
    held(sam, trial)
    with pytest.raises(TrialUsed):
        held(sam, trial, hour(4, 10))
    with pytest.raises(TrialUsed):
        offers.offer(
            tutor_id=tess.pk, title="Again", minutes=30, price=Money(0, "EUR"), is_trial=True
        )


def test_a_daily_limit(sam: User, otto: User, tess: User, free: LessonType) -> None:
    schedules.change(tutor_id=tess.pk, changes={"max_per_day": 1})
    row = held(sam, free)
    with pytest.raises(OutsideAvailability) as refusal:
        held(otto, free, hour(3, 15))
    assert refusal.value.extras["reason"] == "day-full"
    cancelling.cancel(booking_id=row.pk, by=sam)
    assert held(otto, free, hour(3, 15)).state == State.CONFIRMED


class TestApproval:
    @pytest.fixture
    def asked(self, sam: User, tess: User, free: LessonType) -> Booking:
        schedules.change(tutor_id=tess.pk, changes={"needs_approval": True})
        return held(sam, free)

    def test_the_tutor_says_yes(self, asked: Booking, tess: User, otto: User) -> None:
        assert asked.state == State.PENDING_APPROVAL
        with pytest.raises(NotAllowed):
            cancelling.answer(booking_id=asked.pk, tutor=otto, accept=True)
        row = cancelling.answer(booking_id=asked.pk, tutor=tess, accept=True)
        assert row.state == State.CONFIRMED
        with pytest.raises(BookingOver):
            cancelling.answer(booking_id=asked.pk, tutor=tess, accept=False)

    def test_the_tutor_says_no(self, asked: Booking, tess: User, otto: User, free) -> None:
        row = cancelling.answer(booking_id=asked.pk, tutor=tess, accept=False, reason="Away")
        assert (row.state, events()[-1]) == (State.DECLINED, "booking.declined")
        assert held(otto, free).state == State.PENDING_APPROVAL

    def test_nobody_answers(self, asked: Booking) -> None:
        holding.sweep(now=asked.expires_at)
        asked.refresh_from_db()
        assert asked.state == State.EXPIRED


class TestCancelling:
    def test_by_the_student(self, sam: User, otto: User, free: LessonType) -> None:
        row = held(sam, free)
        gone = cancelling.cancel(booking_id=row.pk, by=sam, reason="ill")
        assert gone.state == State.CANCELLED_BY_STUDENT
        assert held(otto, free).state == State.CONFIRMED
        with pytest.raises(BookingOver):
            cancelling.cancel(booking_id=row.pk, by=sam)

    def test_by_tutor_and_platform_all_comes_back(self, sam, tess, ada, free, lesson) -> None:
        for by, state in ((tess, State.CANCELLED_BY_TUTOR), (ada, State.CANCELLED_BY_PLATFORM)):
            row = held(sam, free)
            soon = row.starts_at - timedelta(minutes=1)
            assert cancelling.preview(row, by=by, now=soon).percent == 100
            assert cancelling.cancel(booking_id=row.pk, by=by, now=soon).state == state

    def test_not_once_it_began(self, sam: User, free: LessonType) -> None:
        row = held(sam, free)
        with pytest.raises(BookingOver):
            cancelling.cancel(booking_id=row.pk, by=sam, now=row.starts_at)

    @pytest.mark.parametrize(
        ("policy", "ahead", "percent"),
        [
            ("flexible", timedelta(hours=12), 100),
            ("flexible", timedelta(hours=12, seconds=-1), 0),
            ("moderate", timedelta(hours=24), 100),
            ("moderate", timedelta(hours=24, seconds=-1), 50),
            ("moderate", timedelta(hours=12), 50),
            ("moderate", timedelta(hours=12, seconds=-1), 0),
            ("strict", timedelta(days=30), 50),
            ("strict", timedelta(hours=48, seconds=-1), 0),
        ],
    )
    def test_the_policies(self, policy: str, ahead: timedelta, percent: int) -> None:
        start = hour(60, 10)
        assert POLICIES[policy].percent(starts_at=start, cancelled_at=start - ahead) == percent

    def test_shares_are_rounded_down(self) -> None:
        assert share(Money(2999, "EUR"), 50) == Money(1499, "EUR")


class TestMoving:
    def test_on_the_same_row(self, sam: User, otto: User, free: LessonType) -> None:
        row = held(sam, free)
        moved = moving.reschedule(booking_id=row.pk, by=sam, start=hour(4, 9))
        assert (moved.pk, moved.version, moved.starts_at) == (row.pk, 3, hour(4, 9))
        assert BookingChange.objects.filter(booking=row, was_at=hour(3, 10)).count() == 1
        assert held(otto, free).starts_at == hour(3, 10)

    def test_to_a_time_that_overlaps_its_own(self, sam: User, tess: User, lesson) -> None:
        schedules.change(tutor_id=tess.pk, changes={"slot_minutes": 30})
        row = held(sam, lesson)
        holding.settle(row, now=timezone.now())  # type: ignore[attr-defined]
        near = row.starts_at + timedelta(minutes=30)
        assert moving.reschedule(booking_id=row.pk, by=sam, start=near).starts_at == near

    def test_not_to_a_taken_time_nor_too_late(self, sam, otto, tess, free) -> None:
        row, other = held(sam, free), held(otto, free, hour(4, 9))
        with pytest.raises(SlotTaken):
            moving.reschedule(booking_id=row.pk, by=sam, start=other.starts_at)
        late = row.starts_at - timedelta(hours=23)
        with pytest.raises(BookingOver):
            moving.reschedule(booking_id=row.pk, by=sam, start=hour(5, 9), now=late)
        with pytest.raises(NotAllowed):
            moving.reschedule(booking_id=row.pk, by=tess, start=hour(5, 9))


def test_history_is_never_changed(sam: User, free: LessonType) -> None:
    rows = BookingChange.objects.filter(booking=held(sam, free))
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        rows.update(reason="x")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        rows.delete()
