"""What two do to one lesson at once: answering, joining, waiting, judging, deciding."""

from datetime import timedelta
from functools import partial

import pytest

from accounts.models import User
from booking.models import Booking, BookingChange, LessonType, WaitlistEntry
from booking.services import (
    cancelling,
    disputes,
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
from tests.booking.conftest import held, hour, open_diary
from tests.booking.test_together import weekly
from tests.races.parallel import together
from tests.races.test_booking import crowd, overlaps
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db(transaction=True)
State = Booking.State


@pytest.fixture
def free(tess: User) -> LessonType:
    open_diary(tess)
    return offers.offer(tutor_id=tess.pk, title="Chat", minutes=60, price=Money(0, "EUR"))


def test_accepting_against_declining_and_taking_back(sam: User, tess: User, free) -> None:
    schedules.change(tutor_id=tess.pk, changes={"needs_approval": True})
    row = held(sam, free)
    results = together(
        [
            partial(cancelling.answer, booking_id=row.pk, tutor=tess, accept=True),
            partial(cancelling.answer, booking_id=row.pk, tutor=tess, accept=False),
            partial(holding.sweep, now=row.expires_at),
        ]
        * 2
    )
    row.refresh_from_db()
    assert row.state in {State.CONFIRMED, State.DECLINED, State.EXPIRED}
    assert BookingChange.objects.filter(booking=row).count() == row.version == 3, results


def test_the_last_seats(tess: User, free: LessonType) -> None:
    kind = offers.offer(
        tutor_id=tess.pk, title="Choir", minutes=60, price=Money(0, "EUR"), capacity=3
    )
    group = groups.open_session(tutor=tess, lesson_type_id=kind.pk, start=hour(3, 18))
    people = crowd(8)
    results = together([partial(groups.join, student=who, group_id=group.pk) for who in people])
    assert sum(isinstance(result, Booking) for result in results) == 3
    assert group.bookings.active().count() == 3


def test_a_group_against_a_lesson(sam: User, tess: User, free: LessonType) -> None:
    """An empty group has no row in the constraint: the lock keeps its time."""
    kind = offers.offer(
        tutor_id=tess.pk, title="Choir", minutes=60, price=Money(0, "EUR"), capacity=3
    )
    for days in range(3, 8):
        results = together(
            [
                partial(held, sam, free, hour(days, 10)),
                partial(
                    groups.open_session, tutor=tess, lesson_type_id=kind.pk, start=hour(days, 10)
                ),
            ]
        )
        assert sum(isinstance(result, Exception) for result in results) == 1


def test_one_free_time_is_offered_to_one(sam: User, free: LessonType, drain) -> None:
    row = held(sam, free)
    people = crowd(4)
    for who in people:
        waitlist.join(
            student=who, lesson_type_id=free.pk, earliest=row.starts_at, latest=row.ends_at
        )
    drain()
    cancelling.cancel(booking_id=row.pk, by=sam)
    together([partial(waitlist.serve, tutor_id=row.tutor_id)] * 4)
    offered = WaitlistEntry.objects.filter(state="offered")
    assert [entry.student_id for entry in offered] == [people[0].pk]


def test_series_across_each_other(free: LessonType) -> None:
    people = crowd(4)
    results = together(
        [
            partial(series.book, student=who, wish=weekly(free, hour(3 + 7 * (n % 2), 10), 3))
            for n, who in enumerate(people)
        ]
    )
    assert sum(not isinstance(result, Exception) for result in results) == 1
    assert overlaps("tutor_id", "blocked_from", "blocked_until") == 0


def test_judged_once(sam: User, tess: User, free: LessonType) -> None:
    row = held(sam, free)
    for who in (sam, tess):
        presence.record(booking_id=row.pk, user_id=who.pk, at=row.starts_at)
    together([partial(outcomes.judge_due, now=row.ends_at + timedelta(hours=1))] * 4)
    row.refresh_from_db()
    assert row.state == State.COMPLETED
    assert row.changes.filter(state=State.COMPLETED).count() == 1


def test_decided_once(sam: User, ada: User, free: LessonType) -> None:
    row = held(sam, free)
    outcomes.judge_due(now=row.ends_at + timedelta(hours=1))
    case = row.dispute
    results = together(
        [
            partial(disputes.decide, dispute_id=case.pk, actor=ada, percent=n, text="So be it.")
            for n in (0, 100)
        ]
    )
    assert sum(isinstance(result, Exception) for result in results) == 1


def test_accepting_another_time_against_cancelling(sam: User, tess: User, free) -> None:
    row = held(sam, free)
    late = row.starts_at - timedelta(hours=2)
    made = moving.propose(booking_id=row.pk, by=sam, start=hour(4, 10), now=late)
    together(
        [
            partial(moving.answer, proposal_id=made.pk, by=tess, accept=True),
            partial(cancelling.cancel, booking_id=row.pk, by=sam),
        ]
    )
    row.refresh_from_db()
    assert row.state == State.CANCELLED_BY_STUDENT
    versions = list(row.changes.values_list("version", flat=True))
    assert versions == list(range(1, row.version + 1))
