"""A learner says that an answer should have counted; the author decides, once."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from courses.errors import AppealExists, KeyUnchanged, ReviewClosed
from courses.events import AppealDecided, AppealOpened
from courses.models import Appeal, AttemptAnswer, Question
from courses.quiz_source import Row
from courses.services import corrections, marking
from tutorme.core import audit, outbox
from tutorme.core.errors import Conflict, NotFound

State = Appeal.State


def open_appeal(*, user: Any, answer_id: int, text: str) -> Appeal:
    """`ReviewClosed` while the learner may not see how it was marked, or where nothing was lost;
    `AppealExists` for a second one."""
    answers = AttemptAnswer.objects.select_related("attempt__lesson__quiz", "question")
    row = answers.filter(pk=answer_id, attempt__enrollment__user_id=user.pk).first()
    if row is None:
        raise NotFound
    if not can_appeal(row):
        raise ReviewClosed
    try:
        with transaction.atomic():
            made = Appeal.objects.create(answer=row, text=text)
            outbox.record(AppealOpened(made.pk), actor_id=user.pk)
    except IntegrityError as error:
        raise AppealExists from error
    return made


def can_appeal(row: AttemptAnswer) -> bool:
    """What a tutor marked by hand is talked over with the tutor."""
    lost = row.points is not None and row.points < row.question.points
    by_key = row.question.kind != Question.Kind.OPEN
    return lost and by_key and row.answer is not None and marking.may_review(row.attempt)


def accept(*, appeal_id: UUID, tutor: Any, reply: str = "", key: Row | None = None) -> Appeal:
    """The key is corrected, to `key` where it is given, else so that this answer counts too, and
    everybody is marked again. A key that says so already only answers the appeal."""
    with transaction.atomic():
        row = _locked(appeal_id, tutor)
        question, reason = row.answer.question, f"Appeal: {row.text}"[:500]
        try:
            if key:
                corrections.correct_key(
                    question=question, key=key, reason=reason, actor_id=tutor.pk
                )
            else:
                corrections.let_count(
                    question=question, answer=row.answer.answer, reason=reason, actor_id=tutor.pk
                )
        except KeyUnchanged:
            if key:
                raise
        return _decide(row, State.ACCEPTED, reply, tutor)


def reject(*, appeal_id: UUID, tutor: Any, reply: str) -> Appeal:
    """With a reason the learner reads."""
    with transaction.atomic():
        return _decide(_locked(appeal_id, tutor), State.REJECTED, reply, tutor)


def _locked(appeal_id: UUID, tutor: Any) -> Appeal:
    """`NotFound` for who does not teach it, `Conflict` where somebody decided before."""
    rows = Appeal.objects.taught_by(tutor).select_for_update(of=("self",), no_key=True)
    row = rows.select_related("answer__question__item", "answer__attempt__enrollment")
    found = row.filter(pk=appeal_id).first()
    if found is None:
        raise NotFound
    if found.state != State.OPEN:
        raise Conflict
    return found


def _decide(row: Appeal, state: str, reply: str, tutor: Any) -> Appeal:
    Appeal.objects.filter(pk=row.pk).update(
        state=state, reply=reply, decided_by=tutor, decided_at=Now()
    )
    row.refresh_from_db(fields=["state", "reply", "decided_at", "decided_by"])
    audit.record(
        f"appeal.{state}", target=row, actor_id=tutor.pk, after={"state": state}, reason=reply
    )
    learner = row.answer.attempt.enrollment.user_id
    outbox.record(AppealDecided(row.pk, learner), actor_id=tutor.pk)
    return row
