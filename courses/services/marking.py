"""Marks: what the server can say at once, and what a tutor has to read first.

The callers of `grade` hold the enrolment's lock and the attempt's, in that order.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from courses.errors import AlreadyMarked
from courses.events import AttemptGraded, AttemptRegraded, AttemptSubmitted
from courses.grading import earned, is_blank, passes
from courses.models import (
    Attempt,
    AttemptAnswer,
    Enrollment,
    KeyCorrection,
    Question,
    Quiz,
    Regrade,
)
from courses.querysets import AttemptQuerySet
from courses.services import learning
from tutorme.core import audit, each_row, outbox
from tutorme.core.errors import Conflict, InvalidInput, NotFound

State = Attempt.State
Problems = list[dict[str, str]]


def grade(attempt: Attempt, enrollment: Enrollment, now: datetime) -> None:
    """Marks what was saved. With an open answer to read it waits for the tutor."""
    rows = attempt.sheet
    for row in rows:
        row.points = None if _is_open(row) else earned(row.question, row.answer)
    each_row.update(rows, ["points"])
    attempt.submitted_at = now
    if any(row.points is None for row in rows):
        attempt.state = State.PENDING_REVIEW
        attempt.save(update_fields=["state", "submitted_at"])
        outbox.record(
            AttemptSubmitted(attempt.pk, enrollment.user_id, attempt.lesson_id),
            actor_id=enrollment.user_id,
        )
        return
    _finish(attempt, enrollment)


def _is_open(row: AttemptAnswer) -> bool:
    return row.question.kind == Question.Kind.OPEN and not is_blank(row.answer)


def _finish(attempt: Attempt, enrollment: Enrollment) -> None:
    """A pass completes the lesson, and is never taken back."""
    assert attempt.submitted_at is not None
    attempt.score = sum((row.points or Decimal(0) for row in attempt.sheet), Decimal(0))
    attempt.passed = passes(attempt.score, attempt.max_score, attempt.pass_percent)
    attempt.state = State.GRADED
    attempt.save(update_fields=["score", "passed", "state", "submitted_at"])
    outbox.record(
        AttemptGraded(
            attempt.pk,
            enrollment.user_id,
            attempt.lesson_id,
            attempt.passed,
            done_at=attempt.submitted_at,
        ),
        actor_id=enrollment.user_id,
    )
    if attempt.passed:
        learning.mark_complete(enrollment, attempt.lesson_id, attempt.submitted_at)


def locked(wanted: AttemptQuerySet) -> tuple[Enrollment, Attempt]:
    """`NotFound` where the set is empty."""
    places = Enrollment.objects.select_for_update(of=("self",), no_key=True)
    enrollment = places.filter(attempts__in=wanted).first()
    if enrollment is None:
        raise NotFound
    return enrollment, locked_attempt(wanted)


def locked_attempt(wanted: AttemptQuerySet) -> Attempt:
    """With the rules, without the lesson's text."""
    rows = wanted.select_related("lesson__quiz").defer("lesson__body")
    row = rows.select_for_update(of=("self",), no_key=True).first()
    if row is None:
        raise NotFound
    return row


@dataclass(frozen=True)
class Mark:
    """What a tutor gives an open answer."""

    points: Decimal
    comment: str = ""


def mark_open_answers(*, attempt_id: UUID, tutor: Any, marks: dict[UUID, Mark]) -> Attempt:
    """A tutor's points for the open answers of an attempt, by question id; with the last one it
    is graded. `AlreadyMarked` for the second of two tutors, `NotFound` for one who does not teach
    the course."""
    with transaction.atomic():
        enrollment, attempt = locked(Attempt.objects.taught_by(tutor).filter(pk=attempt_id))
        if attempt.state != State.PENDING_REVIEW:
            raise AlreadyMarked
        waiting = [row for row in attempt.sheet if row.points is None]
        _check(waiting, marks)
        for row in waiting:
            row.points = marks[row.question_id].points
            row.comment = marks[row.question_id].comment
        each_row.update(waiting, ["points", "comment"])
        _finish(attempt, enrollment)
        audit.record(
            "attempt.marked",
            target=attempt,
            actor_id=tutor.pk,
            after={"score": str(attempt.score), "passed": attempt.passed},
        )
    return attempt


def _check(waiting: list[AttemptAnswer], marks: dict[UUID, Mark]) -> None:
    wanted = {row.question_id: row for row in waiting}
    problems = [
        _problem(key, "points", "Give points within its range.")
        for key, row in wanted.items()
        if key not in marks or not 0 <= marks[key].points <= row.question.points
    ]
    _refuse(problems + _strangers(wanted, marks))


def _strangers(known: dict[UUID, AttemptAnswer], marks: dict[UUID, Mark]) -> Problems:
    return [
        _problem(key, "unknown", "Nothing waits for this.") for key in marks if key not in known
    ]


def _problem(key: UUID, code: str, detail: str) -> dict[str, str]:
    return {"pointer": f"/marks/{key}", "code": code, "detail": detail}


def _refuse(problems: Problems) -> None:
    if problems:
        raise InvalidInput(errors=problems)


def mark_again(*, attempt_id: UUID, tutor: Any, marks: dict[UUID, Mark], reason: str) -> Attempt:
    """Other points for open answers that were marked, upwards only: what a learner was given is
    never taken away. A comment may change without points. `Conflict` for what is not graded."""
    with transaction.atomic():
        enrollment, attempt = locked(Attempt.objects.taught_by(tutor).filter(pk=attempt_id))
        if attempt.state != State.GRADED:
            raise Conflict
        known = {row.question_id: row for row in attempt.sheet if _is_open(row)}
        _check_again(known, marks)
        for key, mark in marks.items():
            known[key].points, known[key].comment = mark.points, mark.comment
        each_row.update([known[key] for key in marks], ["points", "comment"])
        raise_score(enrollment, attempt, now=timezone.now(), actor_id=tutor.pk, reason=reason)
    return attempt


def _check_again(known: dict[UUID, AttemptAnswer], marks: dict[UUID, Mark]) -> None:
    problems = [
        _problem(key, "points", "Give at least what it has, and at most what it is worth.")
        for key, mark in marks.items()
        if key in known
        and not (known[key].points or 0) <= mark.points <= known[key].question.points
    ]
    _refuse(problems + _strangers(known, marks))


def raise_score(
    enrollment: Enrollment,
    attempt: Attempt,
    *,
    now: datetime,
    actor_id: Any,
    reason: str,
    correction: KeyCorrection | None = None,
) -> Regrade | None:
    """The sum again after answers rose; None where it did not. A pass stays a pass, and a new one
    completes the lesson. Both locks are held."""
    before, was_passed = attempt.score or Decimal(0), bool(attempt.passed)
    attempt.score = sum((row.points or Decimal(0) for row in attempt.sheet), Decimal(0))
    if attempt.score <= before:
        return None
    attempt.passed = was_passed or passes(attempt.score, attempt.max_score, attempt.pass_percent)
    attempt.save(update_fields=["score", "passed"])
    made = Regrade.objects.create(
        correction=correction,
        attempt=attempt,
        old_score=before,
        new_score=attempt.score,
        old_passed=was_passed,
        new_passed=attempt.passed,
    )
    audit.record(
        "attempt.regraded",
        target=attempt,
        actor_id=actor_id,
        before={"score": str(before), "passed": was_passed},
        after={"score": str(attempt.score), "passed": attempt.passed},
        reason=reason,
    )
    outbox.record(AttemptRegraded(made.pk, attempt.pk, enrollment.user_id))
    if attempt.passed and not was_passed:
        learning.mark_complete(enrollment, attempt.lesson_id, now)
    return made


def may_review(attempt: Attempt, now: datetime | None = None) -> bool:
    """Whether this learner may see now what was right and why, by the quiz's policy."""
    if attempt.state != State.GRADED:
        return False
    quiz = attempt.lesson.quiz
    match quiz.review:
        case Quiz.Review.AFTER_SUBMIT:
            return True
        case Quiz.Review.AFTER_PASS:
            return bool(attempt.passed)
        case Quiz.Review.AFTER_LAST_ATTEMPT:
            last = quiz.max_attempts is not None and attempt.number >= quiz.max_attempts
            return bool(attempt.passed) or last
        case Quiz.Review.AFTER_DATE:
            return quiz.review_from is not None and (now or timezone.now()) >= quiz.review_from
    return False


def record_of(quiz: Quiz, attempts: list[Attempt]) -> Decimal | None:
    """The result that stands, in per cent, by the quiz's rule; None while nothing is graded."""
    graded = [row for row in attempts if row.state == State.GRADED and row.max_score]
    graded.sort(key=lambda row: row.number)
    shares = [100 * (row.score or Decimal(0)) / row.max_score for row in graded]
    if not shares:
        return None
    by_rule = {
        Quiz.Record.HIGHEST: max(shares),
        Quiz.Record.LAST: shares[-1],
        Quiz.Record.FIRST: shares[0],
        Quiz.Record.AVERAGE: sum(shares, Decimal(0)) / len(shares),
    }
    return by_rule[Quiz.Record(quiz.record)]
