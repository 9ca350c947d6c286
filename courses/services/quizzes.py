"""Taking quizzes: the server's questions, the server's clock, the server's marks.

Lock order: the enrolment's row, then the attempt's; a save takes the latter alone. Past its
deadline an attempt is graded with what was saved, by whoever looks first: a save, a read, or the
sweep.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from courses.errors import AttemptEnded, NoAttemptsLeft, NotAQuiz
from courses.events import AttemptGraded
from courses.grading import earned, passes
from courses.models import Attempt, AttemptAnswer, Enrollment, Lesson, Question, Quiz
from courses.querysets import AttemptQuerySet
from courses.services import learning
from tutorme.core import outbox
from tutorme.core.errors import InvalidInput, NotFound

State = Attempt.State
# What a slow line may cost a learner who pressed in time.
GRACE = timedelta(seconds=10)


def start(*, enrollment: Enrollment, lesson: Lesson, now: datetime | None = None) -> Attempt:
    """The open attempt, or a new one with today's questions. `NoAttemptsLeft` past the limit."""
    with transaction.atomic():
        row = learning.locked(enrollment.pk)
        return _open_or_begin(row, lesson.pk, now or timezone.now())


def start_for(*, user: Any, lesson_id: UUID, now: datetime | None = None) -> Attempt:
    """The same, by whoever asks: `LessonLocked` where they have no place."""
    with transaction.atomic():
        row = learning.locked_place(user, lesson_id)
        return _open_or_begin(row, lesson_id, now or timezone.now())


def _open_or_begin(row: Enrollment, lesson_id: UUID, now: datetime) -> Attempt:
    """The caller holds the enrolment's lock, under which the latest attempt is the only one that
    may be open."""
    taken = Attempt.objects.filter(enrollment=row, lesson_id=lesson_id)
    latest = taken.order_by("-number").first()
    if latest and latest.state == State.OPEN:
        if not _is_over(latest, now):
            return latest
        _grade(latest, row, now)
    attempt = _begin(row, lesson_id, 1 + (latest.number if latest else 0), now)
    learning.visit(row, lesson_id, now)
    return attempt


def _begin(row: Enrollment, lesson_id: UUID, number: int, now: datetime) -> Attempt:
    learning.refuse_locked(row, lesson_id, now)
    questions = _questions_of(lesson_id)
    if not questions:
        raise NotAQuiz
    quiz = questions[0].lesson.quiz
    if quiz.max_attempts and number > quiz.max_attempts:
        raise NoAttemptsLeft
    limit = quiz.time_limit_minutes
    attempt = Attempt.objects.create(
        enrollment=row,
        lesson_id=lesson_id,
        number=number,
        pass_percent=quiz.pass_percent,
        started_at=now,
        deadline_at=now + timedelta(minutes=limit) if limit else None,
        max_score=sum((question.points for question in questions), Decimal(0)),
    )
    attempt.sheet = AttemptAnswer.objects.bulk_create(
        AttemptAnswer(attempt=attempt, question=question, position=place)
        for place, question in enumerate(questions)
    )
    return attempt


def _questions_of(lesson_id: UUID) -> list[Question]:
    """Today's, with the rules; the lesson's text would come once with every question."""
    rows = Question.objects.filter(
        lesson_id=lesson_id, retired_at=None, lesson__quiz__isnull=False
    ).select_related("lesson__quiz")
    return list(rows.defer("lesson__body", "solution", "explanation").order_by("position"))


def _is_over(attempt: Attempt, now: datetime) -> bool:
    return attempt.deadline_at is not None and now > attempt.deadline_at + GRACE


def save_answers(
    *, attempt: Attempt, answers: dict[UUID, Any], now: datetime | None = None
) -> Attempt:
    """Keeps answers by question id; the last one counts. `AttemptEnded` once it is graded or its
    time is up; `InvalidInput` for a question of another attempt or an answer of another shape."""
    return _save(_only(attempt), answers, now or timezone.now())


def save_answers_for(
    *, user: Any, attempt_id: UUID, answers: dict[UUID, Any], now: datetime | None = None
) -> Attempt:
    """The same, by whoever asks: `NotFound` where it is not theirs."""
    return _save(_own(user, attempt_id), answers, now or timezone.now())


def _only(attempt: Attempt) -> AttemptQuerySet:
    return Attempt.objects.filter(pk=attempt.pk)


def _own(user: Any, attempt_id: UUID) -> AttemptQuerySet:
    return Attempt.objects.visible_to(user).filter(pk=attempt_id)


def _save(wanted: AttemptQuerySet, answers: dict[UUID, Any], moment: datetime) -> Attempt:
    with transaction.atomic():
        # Grading holds this lock too, so a save comes wholly before it or wholly after.
        row = _locked_attempt(wanted)
        over = row.state != State.OPEN or _is_over(row, moment)
        if not over:
            _keep(row, answers)
    if over:
        read(attempt=row, now=moment)
        raise AttemptEnded
    return row


def _locked(wanted: AttemptQuerySet) -> tuple[Enrollment, Attempt]:
    """`NotFound` where the set is empty."""
    places = Enrollment.objects.select_for_update(of=("self",), no_key=True)
    enrollment = places.filter(attempts__in=wanted).first()
    if enrollment is None:
        raise NotFound
    return enrollment, _locked_attempt(wanted)


def _locked_attempt(wanted: AttemptQuerySet) -> Attempt:
    """With the rules, without the lesson's text."""
    rows = wanted.select_related("lesson__quiz").defer("lesson__body")
    row = rows.select_for_update(of=("self",), no_key=True).first()
    if row is None:
        raise NotFound
    return row


def _keep(attempt: Attempt, answers: dict[UUID, Any]) -> None:
    rows = {row.question_id: row for row in attempt.sheet}
    problems = [
        {"pointer": f"/answers/{key}", "code": "answer", "detail": "This is not an answer to it."}
        for key, answer in answers.items()
        if key not in rows or not _fits(rows[key].question, answer)
    ]
    if problems:
        raise InvalidInput(errors=problems)
    changed = [rows[key] for key in answers]
    for row in changed:
        row.answer = answers[row.question_id]
    AttemptAnswer.objects.bulk_update(changed, ["answer"])


def _fits(question: Question, answer: Any) -> bool:
    """Shape only: whether it is right is not said before the end."""
    keys = {option["key"] for option in question.options}
    match question.kind:
        case _ if answer is None:
            return True
        case Question.Kind.SINGLE:
            return answer in keys if isinstance(answer, str) else False
        case Question.Kind.MULTIPLE:
            return isinstance(answer, list) and len(answer) <= len(keys) and _all_in(answer, keys)
        case Question.Kind.TRUE_FALSE:
            return isinstance(answer, bool)
    return isinstance(answer, str) and len(answer) <= 500 and "\x00" not in answer


def _all_in(answer: list[Any], keys: set[str]) -> bool:
    return all(isinstance(key, str) and key in keys for key in answer)


def submit(*, attempt: Attempt, now: datetime | None = None) -> Attempt:
    """Grades what was saved. Idempotent: a graded attempt comes back as it is."""
    return _submit(_only(attempt), now or timezone.now())


def submit_for(*, user: Any, attempt_id: UUID, now: datetime | None = None) -> Attempt:
    """The same, by whoever asks: `NotFound` where it is not theirs."""
    return _submit(_own(user, attempt_id), now or timezone.now())


def _submit(wanted: AttemptQuerySet, moment: datetime) -> Attempt:
    with transaction.atomic():
        enrollment, row = _locked(wanted)
        if row.state == State.OPEN:
            _grade(row, enrollment, moment)
    return row


def _end_if_over(row: Attempt, enrollment: Enrollment, now: datetime) -> None:
    if row.state == State.OPEN and _is_over(row, now):
        _grade(row, enrollment, now)


def _grade(attempt: Attempt, enrollment: Enrollment, now: datetime) -> None:
    """The caller holds both locks. A pass completes the lesson, and is never taken back."""
    rows = attempt.sheet
    for row in rows:
        row.points = earned(row.question, row.answer)
    AttemptAnswer.objects.bulk_update(rows, ["points"])
    attempt.score = sum((row.points or Decimal(0) for row in rows), Decimal(0))
    attempt.passed = passes(attempt.score, attempt.max_score, attempt.pass_percent)
    attempt.state, attempt.submitted_at = State.GRADED, now
    attempt.save(update_fields=["score", "passed", "state", "submitted_at"])
    outbox.record(
        AttemptGraded(
            attempt.pk, enrollment.user_id, attempt.lesson_id, attempt.passed, done_at=now
        ),
        actor_id=enrollment.user_id,
    )
    if attempt.passed:
        learning.mark_complete(enrollment, attempt.lesson_id, now)


def read(*, attempt: Attempt, now: datetime | None = None) -> Attempt:
    """The attempt as it stands, graded first if its time is up: correct without any worker."""
    moment = now or timezone.now()
    if attempt.state == State.OPEN and _is_over(attempt, moment):
        with transaction.atomic():
            enrollment, row = _locked(_only(attempt))
            _end_if_over(row, enrollment, moment)
        return row
    return attempt


def close_expired(*, now: datetime | None = None, limit: int = 500) -> int:
    """The sweep over attempts nobody came back to."""
    moment = now or timezone.now()
    overdue = Attempt.objects.filter(state=State.OPEN, deadline_at__lt=moment - GRACE)
    attempts = list(overdue.order_by("deadline_at")[:limit])
    return sum(read(attempt=attempt, now=moment).state == State.GRADED for attempt in attempts)


def may_review(attempt: Attempt) -> bool:
    """Whether this learner may see now what was right, by the quiz's policy."""
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
    return False
