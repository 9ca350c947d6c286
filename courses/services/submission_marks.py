"""Marking what was handed in, by its rubric. Lock order: the enrolment, then the submission."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from courses.errors import AlreadyMarked
from courses.events import SubmissionMarked
from courses.exercise_rules import rules_of, score_of
from courses.grading import passes
from courses.models import Enrollment, Submission
from courses.services import learning
from tutorme.core import audit, outbox
from tutorme.core.errors import Conflict, InvalidInput, NotFound

State = Submission.State
# By the criterion's key: its level and what the tutor says to it.
Marks = dict[str, dict[str, str]]


def mark(*, submission_id: UUID, tutor: Any, marks: Marks, comment: str = "") -> Submission:
    """Grades it. `AlreadyMarked` for the second of two tutors, `InvalidInput` where a criterion
    has no level of its own."""
    with transaction.atomic():
        row = _locked(submission_id, tutor)
        if row.state != State.SUBMITTED:
            raise AlreadyMarked
        _grade(row, marks, comment, tutor)
        audit.record("submission.graded", target=row, actor_id=tutor.pk, after=_told(row))
    return row


def mark_again(
    *, submission_id: UUID, tutor: Any, marks: Marks, comment: str, reason: str, revision: int
) -> Submission:
    """Another look at what was graded, with a reason; a pass that was earned stays. `Conflict`
    where somebody marked it since the tutor read it."""
    with transaction.atomic():
        row = _locked(submission_id, tutor)
        if row.state != State.GRADED or row.revision != revision:
            raise Conflict
        before = _told(row)
        _grade(row, marks, comment, tutor)
        audit.record(
            "submission.regraded",
            target=row,
            actor_id=tutor.pk,
            before=before,
            after=_told(row),
            reason=reason,
        )
    return row


def give_back(
    *, submission_id: UUID, tutor: Any, comment: str, marks: Marks | None = None
) -> Submission:
    """Returned for another try; it does not count as graded."""
    with transaction.atomic():
        row = _locked(submission_id, tutor)
        if row.state != State.SUBMITTED:
            raise AlreadyMarked
        row.state, row.marks = State.RETURNED, marks or {}
        _sign(row, comment, tutor)
        audit.record("submission.returned", target=row, actor_id=tutor.pk, reason=comment[:500])
    return row


def _locked(submission_id: UUID, tutor: Any) -> Submission:
    wanted = Submission.objects.taught_by(tutor).filter(pk=submission_id)
    places = Enrollment.objects.select_for_update(of=("self",), no_key=True)
    if places.filter(submissions__in=wanted).first() is None:
        raise NotFound
    rows = wanted.select_for_update(of=("self",), no_key=True)
    return rows.select_related("enrollment", "lesson").get()


def _grade(row: Submission, marks: Marks, comment: str, tutor: Any) -> None:
    if problems := _problems(row, marks):
        raise InvalidInput(errors=problems)
    had_passed = bool(row.passed)
    row.marks, row.state = marks, State.GRADED
    row.score = score_of(row.rubric, marks, row.penalty_percent)
    row.passed = had_passed or passes(row.score, row.max_score or row.score, row.pass_percent)
    _sign(row, comment, tutor)
    if row.passed and rules_of(row.lesson.data).completion == "passed":
        learning.mark_complete(row.enrollment, row.lesson_id, timezone.now())


def _problems(row: Submission, marks: Marks) -> list[dict[str, str]]:
    levels = {part["key"]: {level["key"] for level in part["levels"]} for part in row.rubric}
    wrong = [key for key in levels if marks.get(key, {}).get("level") not in levels[key]]
    wrong += [key for key in marks if key not in levels]
    return [
        {"pointer": f"/marks/{key}", "code": "level", "detail": "Choose one of its levels."}
        for key in wrong
    ]


def _sign(row: Submission, comment: str, tutor: Any) -> None:
    row.comment, row.marked_by, row.revision = comment, tutor, row.revision + 1
    row.marked_at = timezone.now()
    row.save()
    outbox.record(SubmissionMarked(row.pk, row.enrollment.user_id, row.revision), actor_id=tutor.pk)


def _told(row: Submission) -> dict[str, Any]:
    return {"score": str(row.score), "passed": row.passed, "marks": row.marks}
