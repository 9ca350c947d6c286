"""Who was there, from what rooms say."""

from datetime import UTC, datetime, timedelta

import pytest

from booking.attendance import Verdict, present, seen, verdict
from booking.walltime import Span

TEN = datetime(2026, 3, 2, 10, tzinfo=UTC)
LESSON = Span(TEN, TEN + timedelta(hours=1))
LATER = TEN + timedelta(hours=2)


def at(minute: int) -> datetime:
    return TEN + timedelta(minutes=minute)


def marks(*minutes: int) -> list[tuple[datetime, bool]]:
    """Came, left, came, left …"""
    return [(at(minute), number % 2 == 0) for number, minute in enumerate(minutes)]


def test_stretches_are_cut_to_the_lesson() -> None:
    assert present(marks(-5, 10, 50, 70), LESSON) == [Span(TEN, at(10)), Span(at(50), at(60))]
    assert seen(marks(-5, -1), LESSON) == timedelta(0)
    assert seen(marks(20), LESSON) == timedelta(minutes=40)


def test_coming_twice_and_leaving_once_is_one_stretch() -> None:
    rows = [(at(0), True), (at(5), True), (at(9), False), (at(11), False)]
    assert present(rows, LESSON) == [Span(at(0), at(9))]


def test_who_left_at_the_moment_they_came_was_not_there_to_the_end() -> None:
    """A window that died before it was heard of again left when it came, as its room says; and
    Zoom tells whole seconds."""
    assert present([(at(5), True), (at(5), False)], LESSON) == []
    assert verdict(LESSON, marks(5, 5), marks(0, 60), now=LATER) is Verdict.TUTOR_AWAY


def test_a_window_that_replaces_another_goes_on() -> None:
    rows = [(at(0), True), (at(5), False), (at(5), True), (at(9), False)]
    assert seen(rows, LESSON) == timedelta(minutes=9)


@pytest.mark.parametrize(
    ("tutor", "student", "expected"),
    [
        (marks(0, 60), marks(2, 60), Verdict.HELD),
        (marks(14, 60), marks(0, 60), Verdict.HELD),
        (marks(16, 60), marks(0, 60), Verdict.TUTOR_AWAY),
        (marks(), marks(0, 20), Verdict.TUTOR_AWAY),
        (marks(0, 60), marks(16, 60), Verdict.STUDENT_AWAY),
        (marks(0, 10), marks(), Verdict.STUDENT_AWAY),
        (marks(0, 9), marks(), Verdict.NOBODY_SEEN),
        (marks(6, 60), marks(16, 60), Verdict.HELD),
        (marks(20, 40), marks(), Verdict.STUDENT_AWAY),
        (marks(), marks(), Verdict.NOBODY_SEEN),
    ],
)
def test_verdicts(tutor, student, expected) -> None:
    assert verdict(LESSON, tutor, student, now=LATER) is expected


@pytest.mark.parametrize(
    ("tutor", "student", "expected"),
    [
        (marks(0), marks(2), Verdict.HELD),
        (marks(), marks(0), Verdict.ONE_SEEN),
        (marks(0), marks(), Verdict.ONE_SEEN),
        (marks(40), marks(0), Verdict.HELD),
        (marks(), marks(), Verdict.NOBODY_SEEN),
    ],
)
def test_where_the_room_does_not_tell_nobody_was_away(tutor, student, expected) -> None:
    for minute in (17, 40, 61):
        assert verdict(LESSON, tutor, student, now=at(minute), is_told=False) is None
    assert verdict(LESSON, tutor, student, now=LATER, is_told=False) is expected


def test_nothing_is_said_too_early() -> None:
    assert verdict(LESSON, [], marks(0), now=at(16)) is None
    assert verdict(LESSON, [], marks(0), now=at(17)) is Verdict.TUTOR_AWAY
    assert verdict(LESSON, marks(0), [], now=at(61)) is None
    assert verdict(LESSON, marks(0), [], now=at(62)) is Verdict.STUDENT_AWAY
    assert verdict(LESSON, marks(0), marks(0), now=at(61)) is None
    assert verdict(LESSON, marks(0), marks(0), now=at(62)) is Verdict.HELD


def test_a_quarter_of_an_hour_is_judged_at_its_end() -> None:
    short = Span(TEN, at(15))
    assert verdict(short, marks(1), marks(2), now=at(17)) is Verdict.HELD
