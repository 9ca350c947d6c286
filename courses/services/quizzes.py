"""Taking quizzes: the server's questions, the server's clock, the server's marks.

Lock order: the enrolment's row, then the attempt's. Past its deadline an attempt is graded with
what was saved, by whoever looks first: a save, a read, or the sweep.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from courses.errors import AttemptEnded, NoAttemptsLeft, NotAQuiz
from courses.events import AttemptGraded
from courses.grading import earned, passes
from courses.models import Attempt, AttemptAnswer, Enrollment, Lesson, Question, Quiz
from courses.services import learning
from tutorme.core import outbox
from tutorme.core.errors import InvalidInput

State = Attempt.State
# What a slow line may cost a learner who pressed in time.
GRACE = timedelta(seconds=10)


def start(*, enrollment: Enrollment, lesson: Lesson, now: datetime | None = None) -> Attempt:
    """The open attempt, or a new one with today's questions. `NoAttemptsLeft` past the limit."""
    quiz = Quiz.objects.filter(lesson=lesson).first()
    if quiz is None:
        raise NotAQuiz
    moment = now or timezone.now()
    with transaction.atomic():
        row = learning.locked(enrollment.pk)
        attempt = Attempt.objects.filter(enrollment=row, lesson=lesson, state=State.OPEN).first()
        if attempt and not _is_over(attempt, moment):
            return attempt
        if attempt:
            _grade(attempt, row, moment)
        attempt = _begin(row, lesson, quiz, moment)
        learning.visit(row, lesson, moment)
    return attempt


def _begin(row: Enrollment, lesson: Lesson, quiz: Quiz, now: datetime) -> Attempt:
    questions = list(lesson.questions.filter(retired_at=None).order_by("position"))
    if not questions:
        raise NotAQuiz
    taken = Attempt.objects.filter(enrollment=row, lesson=lesson)
    number = (taken.aggregate(last=Max("number"))["last"] or 0) + 1
    if quiz.max_attempts and number > quiz.max_attempts:
        raise NoAttemptsLeft
    limit = quiz.time_limit_minutes
    attempt = Attempt.objects.create(
        enrollment=row,
        lesson=lesson,
        number=number,
        pass_percent=quiz.pass_percent,
        started_at=now,
        deadline_at=now + timedelta(minutes=limit) if limit else None,
        max_score=sum((question.points for question in questions), Decimal(0)),
    )
    AttemptAnswer.objects.bulk_create(
        AttemptAnswer(attempt=attempt, question=question, position=place)
        for place, question in enumerate(questions)
    )
    return attempt


def _is_over(attempt: Attempt, now: datetime) -> bool:
    return attempt.deadline_at is not None and now > attempt.deadline_at + GRACE


def save_answers(
    *, attempt: Attempt, answers: dict[UUID, Any], now: datetime | None = None
) -> Attempt:
    """Keeps answers by question id; the last one counts. `AttemptEnded` once it is graded or its
    time is up; `InvalidInput` for a question of another attempt or an answer of another shape."""
    moment = now or timezone.now()
    with transaction.atomic():
        enrollment, row = _locked(attempt)
        over = row.state != State.OPEN or _is_over(row, moment)
        if over:
            _end_if_over(row, enrollment, moment)
        else:
            _keep(row, answers)
    if over:
        raise AttemptEnded
    return row


def _locked(attempt: Attempt) -> tuple[Enrollment, Attempt]:
    enrollment = learning.locked(attempt.enrollment_id)
    row = Attempt.objects.select_for_update(of=("self",), no_key=True).get(pk=attempt.pk)
    return enrollment, row


def _keep(attempt: Attempt, answers: dict[UUID, Any]) -> None:
    rows = {row.question_id: row for row in attempt.answers.select_related("question")}
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
    moment = now or timezone.now()
    with transaction.atomic():
        enrollment, row = _locked(attempt)
        if row.state == State.OPEN:
            _grade(row, enrollment, moment)
    return row


def _end_if_over(row: Attempt, enrollment: Enrollment, now: datetime) -> None:
    if row.state == State.OPEN and _is_over(row, now):
        _grade(row, enrollment, now)


def _grade(attempt: Attempt, enrollment: Enrollment, now: datetime) -> None:
    """The caller holds both locks. A pass completes the lesson, and is never taken back."""
    rows = list(attempt.answers.select_related("question"))
    for row in rows:
        row.points = earned(row.question, row.answer)
    AttemptAnswer.objects.bulk_update(rows, ["points"])
    attempt.score = sum((row.points or Decimal(0) for row in rows), Decimal(0))
    attempt.passed = passes(attempt.score, attempt.max_score, attempt.pass_percent)
    attempt.state, attempt.submitted_at = State.GRADED, now
    attempt.save(update_fields=["score", "passed", "state", "submitted_at"])
    outbox.record(
        AttemptGraded(attempt.pk, enrollment.user_id, attempt.lesson_id, attempt.passed),
        actor_id=enrollment.user_id,
    )
    if attempt.passed:
        learning.mark_complete(enrollment, attempt.lesson, now)


def read(*, attempt: Attempt, now: datetime | None = None) -> Attempt:
    """The attempt as it stands, graded first if its time is up: correct without any worker."""
    moment = now or timezone.now()
    if attempt.state == State.OPEN and _is_over(attempt, moment):
        with transaction.atomic():
            enrollment, row = _locked(attempt)
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
    quiz = Quiz.objects.get(lesson_id=attempt.lesson_id)
    match quiz.review:
        case Quiz.Review.AFTER_SUBMIT:
            return True
        case Quiz.Review.AFTER_PASS:
            return bool(attempt.passed)
        case Quiz.Review.AFTER_LAST_ATTEMPT:
            last = quiz.max_attempts is not None and attempt.number >= quiz.max_attempts
            return bool(attempt.passed) or last
    return False
