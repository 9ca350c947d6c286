"""Taking quizzes: the server's questions, the server's clock, the server's marks.

Lock order: the enrolment's row, then the attempt's; a save takes the latter alone. Past its
deadline an attempt is graded with what was saved, by whoever looks first: a save, a read, or the
sweep.
"""

import secrets
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from courses.errors import AttemptEnded, CoolingDown, NoAttemptsLeft, NotAQuiz
from courses.models import Attempt, AttemptAnswer, Enrollment, Lesson, Question, Quiz, SlotQuestion
from courses.queries.renewals import attempts_spent
from courses.querysets import AttemptQuerySet
from courses.services import learning, marking
from courses.sheets import fits
from tutorme.core import each_row
from tutorme.core.errors import InvalidInput

State = Attempt.State
# What a slow line may cost a learner who pressed in time.
GRACE = timedelta(seconds=10)


def start(*, enrollment: Enrollment, lesson: Lesson, now: datetime | None = None) -> Attempt:
    """The open attempt, or a new one with today's questions. `NoAttemptsLeft` past the limit,
    `CoolingDown` too soon after one that failed."""
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
        marking.grade(latest, row, now)
    attempt = _begin(row, lesson_id, latest, now)
    learning.visit(row, lesson_id, now)
    return attempt


def _begin(row: Enrollment, lesson_id: UUID, latest: Attempt | None, now: datetime) -> Attempt:
    learning.refuse_locked(row, lesson_id, now)
    places = _places_of(lesson_id)
    if not places:
        raise NotAQuiz
    quiz = places[0].slot.quiz
    _may_begin(quiz, row, latest, now)
    seed = 1 + secrets.randbelow(2**31 - 1)
    questions = drawn(places, seed, shuffled=quiz.shuffle_questions)
    limit = quiz.time_limit_minutes
    attempt = Attempt.objects.create(
        enrollment=row,
        lesson_id=lesson_id,
        number=1 + (latest.number if latest else 0),
        seed=seed if quiz.shuffle_options else 0,
        pass_percent=quiz.pass_percent,
        started_at=now,
        deadline_at=now + timedelta(minutes=limit) * float(row.time_factor) if limit else None,
        max_score=sum((question.points for question in questions), Decimal(0)),
    )
    attempt.sheet = AttemptAnswer.objects.bulk_create(
        AttemptAnswer(attempt=attempt, question=question, position=place)
        for place, question in enumerate(questions)
    )
    return attempt


def _may_begin(quiz: Quiz, row: Enrollment, latest: Attempt | None, now: datetime) -> None:
    """Every started attempt counts, however it ended."""
    if latest is None:
        return
    most = quiz.max_attempts
    if most and latest.number >= most and attempts_spent(row, quiz.pk, latest.number) >= most:
        raise NoAttemptsLeft
    ready = ready_at(quiz, latest)
    if ready and now < ready:
        raise CoolingDown(ready_at=ready.isoformat())


def ready_at(quiz: Quiz, latest: Attempt | None) -> datetime | None:
    """From when another attempt may be started; None for at once."""
    if not quiz.cooldown_hours or latest is None or latest.passed or not latest.submitted_at:
        return None
    return latest.submitted_at + timedelta(hours=quiz.cooldown_hours)


def _places_of(lesson_id: UUID) -> list[SlotQuestion]:
    """The published questions with the rules; the key stays where it is."""
    rows = SlotQuestion.objects.filter(slot__quiz_id=lesson_id).select_related(
        "slot__quiz", "question"
    )
    kept = rows.defer("question__solution", "question__corrected", "question__explanation")
    return list(kept.order_by("slot__position", "question_id"))


def drawn(places: list[SlotQuestion], seed: int, *, shuffled: bool) -> list[Question]:
    """What this attempt is asked: so many of every place, none twice."""
    chance = Random(seed)  # noqa: S311  variety, not secrecy
    chosen: list[SlotQuestion] = []
    taken: set[UUID] = set()
    by_slot: dict[int, list[SlotQuestion]] = {}
    for row in places:
        by_slot.setdefault(row.slot_id, []).append(row)
    for rows in sorted(by_slot.values(), key=len):
        free = [row for row in rows if row.question_id not in taken]
        picked = chance.sample(free, min(rows[0].slot.draw, len(free)))
        taken.update(row.question_id for row in picked)
        chosen += picked
    chosen.sort(key=lambda row: row.slot.position)
    if shuffled:
        chance.shuffle(chosen)
    return [row.question for row in chosen]


def _is_over(attempt: Attempt, now: datetime) -> bool:
    return attempt.deadline_at is not None and now > attempt.deadline_at + GRACE


def save_answers(
    *,
    attempt: Attempt,
    answers: dict[UUID, Any],
    sequence: int | None = None,
    now: datetime | None = None,
) -> Attempt:
    """Keeps answers by question id. Of two saves the higher `sequence` stands, whichever arrives
    last; without one a save comes after what is kept. `AttemptEnded` once it is graded or its
    time is up; `InvalidInput` for a question of another attempt or an answer of another shape."""
    return _save(_only(attempt), answers, sequence, now or timezone.now())


def save_answers_for(
    *,
    user: Any,
    attempt_id: UUID,
    answers: dict[UUID, Any],
    sequence: int | None = None,
    now: datetime | None = None,
) -> Attempt:
    """The same, by whoever asks: `NotFound` where it is not theirs."""
    return _save(_own(user, attempt_id), answers, sequence, now or timezone.now())


def _only(attempt: Attempt) -> AttemptQuerySet:
    return Attempt.objects.filter(pk=attempt.pk)


def _own(user: Any, attempt_id: UUID) -> AttemptQuerySet:
    return Attempt.objects.visible_to(user).filter(pk=attempt_id)


def _save(
    wanted: AttemptQuerySet, answers: dict[UUID, Any], sequence: int | None, moment: datetime
) -> Attempt:
    with transaction.atomic():
        # Grading holds this lock too, so a save comes wholly before it or wholly after.
        row = marking.locked_attempt(wanted)
        over = row.state != State.OPEN or _is_over(row, moment)
        if not over:
            _keep(row, answers, sequence)
    if over:
        read(attempt=row, now=moment)
        raise AttemptEnded
    return row


def _keep(attempt: Attempt, answers: dict[UUID, Any], sequence: int | None) -> None:
    rows = {row.question_id: row for row in attempt.sheet}
    problems = [
        {"pointer": f"/answers/{key}", "code": "answer", "detail": "This is not an answer to it."}
        for key, answer in answers.items()
        if key not in rows or not fits(rows[key].question, answer)
    ]
    if problems:
        raise InvalidInput(errors=problems)
    changed = [row for key in answers if _is_newer(row := rows[key], sequence)]
    for row in changed:
        row.answer = answers[row.question_id]
        row.sequence = row.sequence + 1 if sequence is None else sequence
    if changed:
        each_row.update(changed, ["answer", "sequence"])


def _is_newer(row: AttemptAnswer, sequence: int | None) -> bool:
    """The same number again is the same save again, or the other device's of the same moment."""
    return sequence is None or sequence >= row.sequence


def submit(*, attempt: Attempt, now: datetime | None = None) -> Attempt:
    """Grades what was saved. Idempotent: a graded attempt comes back as it is."""
    return _submit(_only(attempt), now or timezone.now())


def submit_for(*, user: Any, attempt_id: UUID, now: datetime | None = None) -> Attempt:
    """The same, by whoever asks: `NotFound` where it is not theirs."""
    return _submit(_own(user, attempt_id), now or timezone.now())


def _submit(wanted: AttemptQuerySet, moment: datetime) -> Attempt:
    with transaction.atomic():
        enrollment, row = marking.locked(wanted)
        if row.state == State.OPEN:
            marking.grade(row, enrollment, moment)
    return row


def _end_if_over(row: Attempt, enrollment: Enrollment, now: datetime) -> None:
    if row.state == State.OPEN and _is_over(row, now):
        marking.grade(row, enrollment, now)


def read(*, attempt: Attempt, now: datetime | None = None) -> Attempt:
    """The attempt as it stands, graded first if its time is up: correct without any worker."""
    moment = now or timezone.now()
    if attempt.state == State.OPEN and _is_over(attempt, moment):
        with transaction.atomic():
            enrollment, row = marking.locked(_only(attempt))
            _end_if_over(row, enrollment, moment)
        return row
    return attempt


def close_expired(*, now: datetime | None = None, limit: int = 500) -> int:
    """The sweep over attempts nobody came back to."""
    moment = now or timezone.now()
    overdue = Attempt.objects.filter(state=State.OPEN, deadline_at__lt=moment - GRACE)
    attempts = list(overdue.order_by("deadline_at")[:limit])
    return sum(read(attempt=attempt, now=moment).state != State.OPEN for attempt in attempts)
