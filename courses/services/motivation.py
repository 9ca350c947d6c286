"""What follows from learning: the day counts, points are given, achievements are reached, a
teacher's nudge has helped. One transaction under one lock for each thing that was done."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from courses.models import Activity, Attempt, Enrollment, Lesson, Motivation, Nudge, Submission
from courses.services import achievements, boards, points, streaks
from tutorme.core import audit

Kind = Activity.Kind
Rule = points.Rule
_NUDGE_HELPS = timedelta(days=7)
# A quiz and an exercise count for the day they were handed in, whoever completes them later.
_HANDED_IN = frozenset({Lesson.Kind.QUIZ, Lesson.Kind.EXERCISE})
# What each thing can bring nearer; the rest need not be looked at.
BY_LESSON = frozenset({"lessons_completed", "sessions_attended", "streak", "points"})
BY_QUIZ = frozenset({"quiz_master", "perfect_quizzes", "streak", "points"})
BY_COURSE = frozenset({"course_completion", "courses_in_category", "points"})
BY_ACTIVITY = frozenset({"sessions_attended", "reviews_done", "streak", "points"})


def lesson_completed(*, enrollment_id: UUID, user_id: UUID, lesson_id: UUID, at: datetime) -> None:
    lesson = Lesson.objects.select_related("course").defer("body").get(pk=lesson_id)
    with transaction.atomic():
        mine = streaks.locked(user_id)
        if lesson.kind not in _HANDED_IN:
            is_live = lesson.kind == Lesson.Kind.LIVE
            streaks.count_for(mine, Kind.SESSION if is_live else Kind.LESSON, lesson_id, at)
        # A quiz pays by being passed.
        if lesson.kind != Lesson.Kind.QUIZ and lesson.course.instructor_id != user_id:
            points.give(mine, Rule.LESSON, lesson_id, at, course_id=lesson.course_id)
        achievements.evaluate(mine, BY_LESSON, at)
        _helped(enrollment_id, at)


def attempt_graded(*, attempt_id: UUID, at: datetime) -> None:
    attempt = Attempt.objects.select_related("enrollment__course").get(pk=attempt_id)
    place = attempt.enrollment
    with transaction.atomic():
        mine = streaks.locked(place.user_id)
        streaks.count_for(mine, Kind.QUIZ, attempt_id, at)
        if attempt.passed and place.course.instructor_id != place.user_id:
            _pay_quiz(mine, attempt, at)
        achievements.evaluate(mine, BY_QUIZ, at)
        _helped(place.pk, at)


def attempt_handed_in(*, attempt_id: UUID) -> None:
    """Its grade waits for a tutor; the day does not."""
    attempt = Attempt.objects.select_related("enrollment").get(pk=attempt_id)
    assert attempt.submitted_at is not None
    at = attempt.submitted_at
    did(user_id=attempt.enrollment.user_id, kind=Kind.QUIZ, object_id=attempt_id, at=at)


def attempt_raised(*, attempt_id: UUID, at: datetime) -> None:
    """Marked again: a pass pays as it would have; the day was counted when it was handed in."""
    attempt = Attempt.objects.select_related("enrollment__course").get(pk=attempt_id)
    place = attempt.enrollment
    with transaction.atomic():
        mine = streaks.locked(place.user_id)
        if attempt.passed and place.course.instructor_id != place.user_id:
            _pay_quiz(mine, attempt, at)
        achievements.evaluate(mine, BY_QUIZ, at)


def exercise_handed_in(*, submission_id: UUID) -> None:
    row = Submission.objects.select_related("enrollment").get(pk=submission_id)
    assert row.submitted_at is not None
    user_id = row.enrollment.user_id
    did(user_id=user_id, kind=Kind.EXERCISE, object_id=submission_id, at=row.submitted_at)


def _pay_quiz(mine: Motivation, attempt: Attempt, at: datetime) -> None:
    course_id = attempt.enrollment.course_id
    points.give(mine, Rule.QUIZ, attempt.lesson_id, at, course_id=course_id)
    if attempt.number == 1 and attempt.percent >= settings.POINTS_FIRST_TRY_PERCENT:
        points.give(mine, Rule.QUIZ_FIRST_TRY, attempt.lesson_id, at, course_id=course_id)


def course_completed(*, enrollment_id: UUID) -> None:
    place = Enrollment.objects.select_related("course").get(pk=enrollment_id)
    at = place.completed_at
    assert at is not None
    with transaction.atomic():
        mine = streaks.locked(place.user_id)
        if place.course.instructor_id != place.user_id:
            points.give(mine, Rule.COURSE, place.course_id, at, course_id=place.course_id)
        achievements.evaluate(mine, BY_COURSE, at)


def minutes_reached(*, user_id: UUID, at: datetime) -> None:
    with transaction.atomic():
        mine = streaks.locked(user_id)
        day = streaks.date_of(mine, at)
        streaks.count_for(mine, Kind.TIME, streaks.time_spent(user_id, day), at)
        achievements.evaluate(mine, BY_ACTIVITY, at)


def did(*, user_id: UUID, kind: Activity.Kind, object_id: UUID, at: datetime) -> bool:
    """For what apps above see happen: an exercise handed in, a review finished, a lesson with a
    tutor. Idempotent by `object_id`; says whether it was new."""
    with transaction.atomic():
        mine = streaks.locked(user_id)
        if not streaks.count_for(mine, kind, object_id, at):
            return False
        if kind == Kind.REVIEW:
            points.give(mine, Rule.REVIEW, object_id, at)
        achievements.evaluate(mine, BY_ACTIVITY, at)
    return True


def _helped(enrollment_id: UUID, at: datetime) -> None:
    Nudge.objects.filter(
        enrollment=enrollment_id,
        helped_at=None,
        sent_at__lte=at,
        sent_at__gt=at - _NUDGE_HELPS,
    ).update(helped_at=at)


def choose(*, user_id: UUID, changes: dict[str, Any]) -> Motivation:
    """`is_calm` and `wants_boards`; whoever leaves the boards is on none from this moment."""
    assert set(changes) <= {"is_calm", "wants_boards"}
    with transaction.atomic():
        mine = streaks.locked(user_id)
        before = {name: getattr(mine, name) for name in changes}
        for name, value in changes.items():
            setattr(mine, name, value)
        mine.save(update_fields=list(changes))
        boards.show(user_id=user_id, shown=mine.is_shown)
        audit.record(
            "motivation.chosen", target=mine, actor_id=user_id, before=before, after=changes
        )
    return mine
