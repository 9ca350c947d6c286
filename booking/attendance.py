"""Who was there: what a room said, made into a verdict. Pure: no database, no clock."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from booking.walltime import Span, unite

# How long each waits for the other, and how long a tutor has to have waited.
PATIENCE = timedelta(minutes=15)
WAITED = timedelta(minutes=10)
# What a room's message may be late by.
LEEWAY = timedelta(minutes=2)
_NOTHING = timedelta(0)
# When, and whether they came or left.
Mark = tuple[datetime, bool]


class Verdict(StrEnum):
    HELD = "held"
    TUTOR_AWAY = "tutor_away"
    STUDENT_AWAY = "student_away"
    ONE_SEEN = "one_seen"
    NOBODY_SEEN = "nobody_seen"


def present(marks: Iterable[Mark], within: Span) -> list[Span]:
    """The stretches somebody was there. Leaving ends what any coming began; who never left was
    there to the end. Both at one moment are a change of window for who was there, and a stay
    without length for who was not."""
    found: list[Span] = []
    since: datetime | None = None
    for at, told in _by_moment(marks).items():
        if since is None:
            since = at if told == {True} else None
        elif False in told:
            found.append(Span(since, at))
            since = at if True in told else None
    if since is not None:
        found.append(Span(since, within.end))
    return unite(cut for span in found if (cut := _cut(span, within)))


def _by_moment(marks: Iterable[Mark]) -> dict[datetime, set[bool]]:
    found: dict[datetime, set[bool]] = {}
    for at, joined in sorted(marks):
        found.setdefault(at, set()).add(joined)
    return found


def _cut(span: Span, within: Span) -> Span | None:
    start, end = max(span.start, within.start), min(span.end, within.end)
    return Span(start, end) if start < end else None


def seen(marks: Iterable[Mark], within: Span) -> timedelta:
    return sum((span.end - span.start for span in present(marks, within)), _NOTHING)


def verdict(
    lesson: Span,
    tutor: Sequence[Mark],
    student: Sequence[Mark],
    *,
    now: datetime,
    is_told: bool = True,
) -> Verdict | None:
    """What became of a lesson; None while nobody can say. Whoever is not there in the first
    quarter of an hour was away, if the other was there; the student only if the tutor waited, and
    only once it is over: they pay for it, so they may still come. Where the room does not tell who
    is in it (`is_told`), nobody is said to have been away."""
    if not is_told:
        return _by_our_door(lesson, tutor, student, now)
    first = Span(lesson.start, min(lesson.start + PATIENCE, lesson.end))
    if now < first.end + LEEWAY:
        return None
    early = _away(seen(tutor, first), seen(student, first))
    if now < lesson.end + LEEWAY:
        return early if early is Verdict.TUTOR_AWAY else None
    if early:
        return early
    taught, learned = seen(tutor, lesson), seen(student, lesson)
    if taught and learned:
        return Verdict.HELD
    return _away(taught, learned) or Verdict.NOBODY_SEEN


def _by_our_door(
    lesson: Span, tutor: Sequence[Mark], student: Sequence[Mark], now: datetime
) -> Verdict | None:
    """Who came through it was there; who did not may have gone another way, from a calendar or a
    link the other one sent."""
    if now < lesson.end + LEEWAY:
        return None
    taught, learned = seen(tutor, lesson), seen(student, lesson)
    if taught and learned:
        return Verdict.HELD
    return Verdict.ONE_SEEN if taught or learned else Verdict.NOBODY_SEEN


def _away(tutor: timedelta, student: timedelta) -> Verdict | None:
    if student and not tutor:
        return Verdict.TUTOR_AWAY
    if tutor >= WAITED and not student:
        return Verdict.STUDENT_AWAY
    return None
