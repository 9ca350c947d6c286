"""Handing in an exercise. Lock order: the enrolment, then the submission.

One at a time is at work: a draft, or what waits to be marked. A new one can be begun after it was
returned, or graded without a pass while submissions are left.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from courses import exercise_rules
from courses.errors import (
    NoSubmissionsLeft,
    NotAnExercise,
    NothingToHandIn,
    SubmissionClosed,
    SubmissionTooLate,
    TooManyFiles,
)
from courses.events import SubmissionMade
from courses.exercise_rules import Rules, rules_of
from courses.models import Enrollment, Lesson, Submission, SubmissionFile
from courses.services import learning
from courses.uploads import SUBMISSION
from tutorme.core import outbox
from tutorme.core.errors import NotFound
from tutorme.core.files import storing
from tutorme.core.models import StoredFile

State = Submission.State


def begin(*, user: Any, lesson_id: UUID, now: datetime | None = None) -> Submission:
    """The draft at work, or a new one. `LessonLocked` without a place, `NoSubmissionsLeft` where
    nothing more can be handed in."""
    moment = now or timezone.now()
    with transaction.atomic():
        row = learning.locked_place(user, lesson_id)
        lesson = Lesson.objects.get(pk=lesson_id)
        if lesson.kind != Lesson.Kind.EXERCISE:
            raise NotAnExercise
        latest = lesson.submissions.filter(enrollment=row).order_by("-number").first()
        if latest and latest.state == State.DRAFT:
            return latest
        learning.refuse_locked(row, lesson_id, moment)
        if reason := why_not_again(rules_of(lesson.data), latest):
            raise NoSubmissionsLeft(reason=reason)
        learning.visit(row, lesson_id, moment)
        return Submission.objects.create(
            enrollment=row,
            lesson=lesson,
            number=1 + (latest.number if latest else 0),
            text=latest.text if latest else "",
        )


def why_not_again(rules: Rules, latest: Submission | None) -> str:
    """Empty where another one can be begun."""
    if latest is None:
        return ""
    if latest.state in {State.DRAFT, State.SUBMITTED}:
        return "at-work"
    if latest.passed:
        return "passed"
    used_up = rules.max_submissions is not None and latest.number >= rules.max_submissions
    return "used-up" if used_up else ""


def _locked_draft(user: Any, submission_id: UUID) -> Submission:
    """The caller holds the transaction."""
    mine = Submission.objects.visible_to(user).filter(pk=submission_id)
    place = Enrollment.objects.select_for_update(of=("self",), no_key=True)
    if place.filter(submissions__in=mine).first() is None:
        raise NotFound
    rows = mine.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("enrollment", "lesson").get()
    if row.state != State.DRAFT:
        raise SubmissionClosed
    return row


def save(*, user: Any, submission_id: UUID, text: str, sequence: int | None = None) -> Submission:
    """Keeps the draft's text; of two saves the higher `sequence` stands."""
    with transaction.atomic():
        row = _locked_draft(user, submission_id)
        if sequence is None or sequence >= row.sequence:
            row.text = text
            row.sequence = row.sequence + 1 if sequence is None else sequence
            row.save(update_fields=["text", "sequence", "updated_at"])
    return row


def attach(*, user: Any, submission_id: UUID, upload: "UploadedFile[bytes]") -> StoredFile:
    """A file of the draft. `TooManyFiles` past what the exercise takes, and what uploads raise."""
    mine = Submission.objects.visible_to(user).filter(pk=submission_id, state=State.DRAFT)
    if not mine.exists():
        raise NotFound
    file = storing.store(owner_id=user.pk, purpose=SUBMISSION, upload=upload)
    attach_stored(user=user, submission_id=submission_id, file_id=file.pk)
    return file


def attach_stored(*, user: Any, submission_id: UUID, file_id: UUID) -> Submission:
    """A file that came in through the uploads of the API."""
    with transaction.atomic():
        row = _locked_draft(user, submission_id)
        if row.attachments.count() >= rules_of(row.lesson.data).max_files:
            raise TooManyFiles
        kept = storing.keep(file_id, owner_id=user.pk, purpose=SUBMISSION)
        SubmissionFile.objects.get_or_create(file=kept, defaults={"submission": row})
    return row


def detach(*, user: Any, submission_id: UUID, file_id: UUID) -> None:
    with transaction.atomic():
        row = _locked_draft(user, submission_id)
        if not row.attachments.filter(file_id=file_id).delete()[0]:
            raise NotFound
        storing.discard(file_id)


def hand_in(*, user: Any, submission_id: UUID, now: datetime | None = None) -> Submission:
    """Freezes it with the rules of this moment. Idempotent: what was handed in comes back as it
    is. `NothingToHandIn` where it is empty, `SubmissionTooLate` where late ones are refused."""
    moment = now or timezone.now()
    with transaction.atomic():
        try:
            row = _locked_draft(user, submission_id)
        except SubmissionClosed:
            return Submission.objects.get(pk=submission_id)
        if not row.text.strip() and not row.attachments.exists():
            raise NothingToHandIn
        _freeze(row, rules_of(row.lesson.data), moment)
        outbox.record(
            SubmissionMade(row.pk, row.enrollment.user_id, row.lesson_id), actor_id=user.pk
        )
        if rules_of(row.lesson.data).completion == "submitted":
            learning.mark_complete(row.enrollment, row.lesson_id, moment)
    return row


def _freeze(row: Submission, rules: Rules, moment: datetime) -> None:
    due = rules.due(row.enrollment.created_at)
    late = exercise_rules.days_late(due, moment)
    if late and rules.late == "refuse":
        raise SubmissionTooLate(due_at=due.isoformat() if due else None)
    row.state, row.submitted_at, row.due_at = State.SUBMITTED, moment, due
    row.rubric, row.max_score = rules.rubric, rules.max_score
    row.days_late, row.penalty_percent = min(late, 32_000), exercise_rules.penalty(rules, late)
    row.pass_percent = rules.pass_percent
    row.save()
