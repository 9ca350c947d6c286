"""A key was wrong: it is corrected for every version that said the same, and everybody who was
asked is marked again, upwards only. Lock order: the draft, the bank's item; then, in the job, one
enrolment and its attempt at a time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from courses.errors import KeyUnchanged, QuestionInvalid
from courses.grading import earned
from courses.models import (
    Attempt,
    AttemptAnswer,
    BankItem,
    KeyCorrection,
    LessonDraft,
    Question,
    Regrade,
)
from courses.quiz_checks import problems_of_entry, problems_of_question
from courses.quiz_source import Row, facts_of, row_of
from courses.services import marking, writing
from tutorme.core import audit, each_row, jobs

REGRADE = "courses.regrade"
# What of a question is its key; the rest of a version never changes.
KEY_PARTS = ("options", "answer", "number", "accepted", "pattern", "items", "pairs", "extra")


def correct_key(*, question: Question, key: Row, reason: str, actor_id: Any) -> KeyCorrection:
    """`key` are the members of a question's row that say what is right, as its author writes them.
    `QuestionInvalid` where they do not fit, `KeyUnchanged` where nothing would be marked
    otherwise."""
    now = row_of(question.key, question, question.key_in_force)
    said = {name: value for name, value in key.items() if name in (*KEY_PARTS, "scoring", "also")}
    row = {**now, **said}
    if problems := problems_of_question(row):
        raise QuestionInvalid(problems=problems)
    facts = facts_of(row)
    if (facts.options, facts.choices) != (question.options, question.choices):
        raise QuestionInvalid(problems=[f"{question.key}: a correction changes the key alone."])
    return _correct(question, facts.solution, reason, actor_id)


def let_count(*, question: Question, answer: Any, reason: str, actor_id: Any) -> KeyCorrection:
    """This answer is right as well, in full."""
    old = question.key_in_force
    also = [*old.get("also", []), answer]
    return _correct(question, {**old, "also": also}, reason, actor_id)


def _correct(question: Question, new: Row, reason: str, actor_id: Any) -> KeyCorrection:
    old = question.key_in_force
    if new == old:
        raise KeyUnchanged
    with transaction.atomic():
        _correct_the_draft(question, old, new, actor_id)
        BankItem.objects.select_for_update(no_key=True).get(pk=question.item_id)
        for version in Question.objects.filter(item_id=question.item_id):
            if _asks_the_same(version, question) and version.key_in_force == old:
                Question.objects.filter(pk=version.pk).update(corrected=new)
        made = KeyCorrection.objects.create(
            question=question, old=old, new=new, reason=reason, made_by_id=actor_id
        )
        audit.record(
            "question.key-corrected",
            target=question,
            actor_id=actor_id,
            before=old,
            after=new,
            reason=reason,
        )
        jobs.enqueue(
            REGRADE,
            key=f"{REGRADE}:{made.pk}",
            args={"correction_id": str(made.pk)},
            owner_id=actor_id,
        )
    question.corrected = new
    return made


def _asks_the_same(one: Question, other: Question) -> bool:
    shown = (other.kind, other.options, other.choices)
    return (one.kind, one.options, one.choices) == shown


def _correct_the_draft(question: Question, old: Row, new: Row, actor_id: Any) -> None:
    """A question written in its quiz's own file: the next publishing must not bring the wrong key
    back. What its author has changed since is theirs."""
    item = question.item
    draft = LessonDraft.objects.filter(course_id=item.course_id, key=item.home).first()
    if not item.home or draft is None:
        return
    rows = [_corrected_row(row, item.key, old, new) for row in draft.data.get("questions", [])]
    if rows != draft.data.get("questions"):
        writing.save_lesson(
            lesson=draft, changes={"data": {**draft.data, "questions": rows}}, actor_id=actor_id
        )


def _corrected_row(row: Any, key: str, old: Row, new: Row) -> Any:
    if not isinstance(row, dict) or row.get("key") != key or problems_of_entry(row):
        return row
    facts = facts_of(row)
    return row_of(key, facts, new, row.get("tags")) if facts.solution == old else row


# Marking again ---------------------------------------------------------------------------------


def attempts_to_regrade(correction: KeyCorrection) -> list[UUID]:
    """Open ones too: one that is being handed in at this moment read the old key, and its lock
    is waited for."""
    asked = AttemptAnswer.objects.filter(question__in=_versions(correction))
    return sorted(set(asked.values_list("attempt_id", flat=True)))


def _versions(correction: KeyCorrection) -> list[UUID]:
    rows = Question.objects.filter(item__versions=correction.question_id, corrected__isnull=False)
    return list(rows.values_list("pk", flat=True))


def regrade(
    *, correction: KeyCorrection, attempt_id: UUID, now: datetime | None = None
) -> Regrade | None:
    """Marks one attempt again by the keys in force; None where nothing rose. Doing it twice
    changes nothing."""
    with transaction.atomic():
        enrollment, attempt = marking.locked(Attempt.objects.filter(pk=attempt_id))
        if attempt.state == Attempt.State.OPEN:
            return None
        rows = [row for row in attempt.sheet if row.points is not None and _rises(row)]
        each_row.update(rows, ["points"])
        if not rows or attempt.state != Attempt.State.GRADED:
            return None
        return marking.raise_score(
            enrollment,
            attempt,
            now=now or timezone.now(),
            actor_id=correction.made_by_id,
            reason=correction.reason,
            correction=correction,
        )


def _rises(row: AttemptAnswer) -> bool:
    assert row.points is not None
    again = earned(row.question, row.answer)
    if row.question.kind == Question.Kind.OPEN or again <= row.points:
        return False
    row.points = again
    return True
