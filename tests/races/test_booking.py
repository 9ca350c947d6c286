"""Nobody is booked twice, however many ask at once; and what happens without the guards."""

import random
import threading
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from booking import locks
from booking.errors import BookingOver, OutsideAvailability, SlotTaken, StudentBusy, TooManyHolds
from booking.models import ACTIVE_STATES, Booking, LessonType
from booking.services import cancelling, changes, holding, moving, offers, schedules
from tests import cast
from tests.booking.conftest import held, hour, open_diary
from tests.payments.conftest import bare_order
from tests.races.parallel import together
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db(transaction=True)
State = Booking.State
EXPECTED = (SlotTaken, StudentBusy, TooManyHolds, OutsideAvailability, BookingOver)


def overlaps(column: str, start: str, end: str) -> int:
    """Pairs of active bookings of one person that overlap."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM booking_booking a JOIN booking_booking b"  # noqa: S608
            f" ON a.{column} = b.{column} AND a.id < b.id"
            f" AND a.{start} < b.{end} AND b.{start} < a.{end}"
            " WHERE a.state = ANY(%s) AND b.state = ANY(%s)",
            [list(ACTIVE_STATES), list(ACTIVE_STATES)],
        )
        return int(cursor.fetchone()[0])


def crowd(count: int) -> list[User]:
    return [cast.person(f"Student{number}") for number in range(count)]


@pytest.fixture
def free(tess: User) -> LessonType:
    open_diary(tess)
    return offers.offer(tutor_id=tess.pk, title="Chat", minutes=60, price=Money(0, "EUR"))


def test_one_slot_and_many_students(free: LessonType) -> None:
    results = together([partial(held, who, free) for who in crowd(16)])
    won = [result for result in results if isinstance(result, Booking)]
    assert len(won) == 1
    assert {type(result) for result in results if result not in won} == {SlotTaken}


def test_one_student_and_two_tutors(sam: User, orla: User, free: LessonType) -> None:
    open_diary(orla)
    other = offers.offer(tutor_id=orla.pk, title="Irish", minutes=60, price=Money(0, "EUR"))
    results = together([partial(held, sam, kind) for kind in (free, other)] * 4)
    assert sum(isinstance(result, Booking) for result in results) == 1
    assert overlaps("student_id", "starts_at", "ends_at") == 0


@pytest.mark.slow
def test_a_storm_leaves_no_overlap_no_deadlock_and_no_surprise(tess, orla, free) -> None:
    """Students at random times of two tutors with buffers: holding, cancelling, moving."""
    schedules.change(tutor_id=tess.pk, changes={"slot_minutes": 15, "buffer_after": 10})
    open_diary(orla, slot_minutes=15, buffer_before=5)
    other = offers.offer(tutor_id=orla.pk, title="Irish", minutes=60, price=Money(0, "EUR"))
    seen: Counter[str] = Counter()
    guard = threading.Lock()

    def visitor(who: User) -> None:
        chance = random.Random(who.username)
        for _ in range(40):
            start = hour(3, 8) + timedelta(minutes=15 * chance.randrange(44))
            try:
                row = held(who, chance.choice((free, other)), start)
                if chance.random() < 0.5:
                    cancelling.cancel(booking_id=row.pk, by=who)
                elif chance.random() < 0.5:
                    moving.reschedule(
                        booking_id=row.pk, by=who, start=start + timedelta(minutes=15)
                    )
                word = "done"
            except EXPECTED as error:
                word = error.code
            with guard:
                seen[word] += 1

    results = together([partial(visitor, who) for who in crowd(12)])
    assert results == [None] * 12
    assert seen["done"] > 10
    assert overlaps("tutor_id", "blocked_from", "blocked_until") == 0
    assert overlaps("student_id", "starts_at", "ends_at") == 0


@contextmanager
def without_guards(monkeypatch):
    """Neither locks nor constraints: what looking first is worth alone."""
    monkeypatch.setattr(locks, "hold", lambda people: None)
    names = ("booking_tutor_once", "booking_student_once")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = ANY(%s)",
            [list(names)],
        )
        kept = cursor.fetchall()
        for name in names:
            cursor.execute(f"ALTER TABLE booking_booking DROP CONSTRAINT {name}")
    yield
    Booking.objects.all().update(state=State.EXPIRED)
    with connection.cursor() as cursor:
        for name, definition in kept:
            cursor.execute(f"ALTER TABLE booking_booking ADD CONSTRAINT {name} {definition}")


def test_control_without_the_guards_they_overlap(free: LessonType, monkeypatch) -> None:
    people = crowd(8)
    looked = threading.Barrier(len(people))
    real = holding._allowed

    def slowly(*given: Any) -> None:
        real(*given)
        looked.wait(timeout=30)

    monkeypatch.setattr(holding, "_allowed", slowly)
    with without_guards(monkeypatch):
        together([partial(held, who, free) for who in people])
        assert overlaps("tutor_id", "blocked_from", "blocked_until") > 0


def test_the_constraints_hold_without_the_locks(free: LessonType, monkeypatch) -> None:
    """The backstop: slower, and with waiting, but nobody is booked twice."""
    monkeypatch.setattr(locks, "hold", lambda people: None)
    results = together([partial(held, who, free) for who in crowd(6)])
    assert sum(isinstance(result, Booking) for result in results) == 1


def test_a_daily_limit_holds(tess: User, free: LessonType) -> None:
    """No constraint can say this; the tutor's lock does."""
    schedules.change(tutor_id=tess.pk, changes={"max_per_day": 2})
    people = crowd(8)
    results = together([partial(held, who, free, hour(3, 9 + at)) for at, who in enumerate(people)])
    assert sum(isinstance(result, Booking) for result in results) == 2


def test_control_without_the_lock_the_limit_is_passed(tess, free, monkeypatch) -> None:
    """The constraints alone: nobody overlaps, and everybody saw a day with room."""
    schedules.change(tutor_id=tess.pk, changes={"max_per_day": 1})
    people = crowd(4)
    looked = threading.Barrier(len(people))
    real = holding._allowed

    def slowly(*given: Any) -> None:
        real(*given)
        looked.wait(timeout=30)

    monkeypatch.setattr(locks, "hold", lambda people: None)
    monkeypatch.setattr(holding, "_allowed", slowly)
    together([partial(held, who, free, hour(3, 9 + at)) for at, who in enumerate(people)])
    assert overlaps("tutor_id", "blocked_from", "blocked_until") == 0
    assert Booking.objects.filter(state=State.CONFIRMED).count() > 1


def two_words(row: Booking) -> list[Any]:
    """Two who read the same row, and whom no row lock keeps apart, say what becomes of it."""
    read = [Booking.objects.get(pk=row.pk) for _ in range(2)]
    words = (State.CONFIRMED, State.EXPIRED)
    return together([partial(changes.move, *pair) for pair in zip(read, words, strict=True)])


def test_of_two_who_read_the_same_row_one_moves_it(sam: User, tess: User) -> None:
    """The compare-and-swap by itself."""
    open_diary(tess)
    kind = offers.offer(tutor_id=tess.pk, title="Lesson", minutes=60, price=Money(100, "EUR"))
    row = held(sam, kind)
    results = two_words(row)
    assert {type(result) for result in results} == {Booking, BookingOver}
    row.refresh_from_db()
    assert row.version == 2
    assert row.changes.count() == 2


def test_control_without_the_comparison_both_do(sam: User, tess: User, monkeypatch) -> None:
    open_diary(tess)
    kind = offers.offer(tutor_id=tess.pk, title="Lesson", minutes=60, price=Money(100, "EUR"))
    row = held(sam, kind)

    def swap(booking: Booking, facts: dict[str, Any], **_: Any) -> Booking:
        Booking.objects.filter(pk=booking.pk).update(version=booking.version + 1, **facts)
        return booking

    monkeypatch.setattr(changes, "_swap", swap)
    assert not [result for result in two_words(row) if isinstance(result, Exception)]


def test_paying_against_running_out(sam: User, tess: User) -> None:
    """Whichever comes first, the lesson stands once the money is here."""
    open_diary(tess)
    kind = offers.offer(tutor_id=tess.pk, title="Lesson", minutes=60, price=Money(100, "EUR"))
    for days in range(2, 8):
        row = held(sam, kind, hour(days, 10))
        order = bare_order(sam)
        late = timezone.now() + timedelta(hours=1)
        results = together(
            [
                partial(holding.pay, booking_id=row.pk, order_id=order.pk),
                partial(holding.sweep, now=late),
            ]
        )
        row.refresh_from_db()
        assert row.state == State.CONFIRMED, results


def test_cancelling_against_moving(sam: User, free: LessonType) -> None:
    row = held(sam, free)
    together(
        [
            lambda: cancelling.cancel(booking_id=row.pk, by=sam),
            lambda: moving.reschedule(booking_id=row.pk, by=sam, start=hour(4, 10)),
        ]
        * 3
    )
    row.refresh_from_db()
    versions = list(row.changes.values_list("version", flat=True))
    assert versions == list(range(1, row.version + 1))
    assert row.state == State.CANCELLED_BY_STUDENT


def test_locks_are_taken_in_one_order(sam: User, tess: User) -> None:
    """Two people locked crosswise by many never wait for each other in a circle."""

    def both(first: User, second: User) -> None:
        for _ in range(30):
            with transaction.atomic():
                locks.hold([first.pk, second.pk])

    pairs = [(sam, tess), (tess, sam)] * 4
    results = together([partial(both, *pair) for pair in pairs])
    assert results == [None] * 8
