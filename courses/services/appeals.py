"""A learner says that an answer should have counted; the author decides, once."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from courses.errors import AppealExists, KeyUnchanged, ReviewClosed
from courses.events import AppealDecided, AppealOpened
from courses.grading import is_blank
from courses.models import Appeal, AttemptAnswer, Question
from courses.quiz_source import Row
from courses.services import corrections, marking
from tutorme.core import audit, outbox
from tutorme.core.errors import Conflict, InvalidInput, NotFound

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
    lost = row.points is not None and row.points < row.question.points
    return lost and not is_blank(row.answer) and marking.may_review(row.attempt)


def accept(
    *,
    appeal_id: UUID,
    tutor: Any,
    reply: str = "",
    key: Row | None = None,
    points: Decimal | None = None,
) -> Appeal:
    """The key is corrected, to `key` where it is given, else so that this answer counts too, and
    everybody is marked again. A key that says so already only answers the appeal. An open answer,
    which has no key, gets `points`, or all it can; `InvalidInput` where that is not more."""
    with transaction.atomic():
        row = _locked(appeal_id, tutor)
        reason = f"Appeal: {row.text}"[:500]
        if row.answer.question.kind == Question.Kind.OPEN:
            _mark_again(row.answer, tutor, points, reason)
        else:
            _correct_key(row.answer, tutor, key, reason)
        return _decide(row, State.ACCEPTED, reply, tutor)


def _mark_again(answer: AttemptAnswer, tutor: Any, points: Decimal | None, reason: str) -> None:
    given = answer.question.points if points is None else points
    if answer.points is not None and given <= answer.points:
        detail = "An accepted appeal gives more points."
        raise InvalidInput(errors=[{"pointer": "/points", "code": "points", "detail": detail}])
    marks = {answer.question_id: marking.Mark(given, answer.comment)}
    marking.mark_again(attempt_id=answer.attempt_id, tutor=tutor, marks=marks, reason=reason)


def _correct_key(answer: AttemptAnswer, tutor: Any, key: Row | None, reason: str) -> None:
    question = answer.question
    try:
        if key:
            corrections.correct_key(question=question, key=key, reason=reason, actor_id=tutor.pk)
        else:
            corrections.let_count(
                question=question, answer=answer.answer, reason=reason, actor_id=tutor.pk
            )
    except KeyUnchanged:
        if key:
            raise


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
