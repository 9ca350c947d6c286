"""Forty workers with one event, forty tabs with one quiz, a thousand comings and goings."""

import random
import threading
from datetime import UTC, datetime
from functools import partial

import pytest
from django.db import transaction
from django.db.models import F

from accounts.models import User
from courses.errors import NoAttemptsLeft
from courses.models import (
    Achievement,
    Attempt,
    BoardScore,
    Course,
    Enrollment,
    PointsEntry,
    Quiz,
    UserAchievement,
)
from courses.queries import boards as places
from courses.services import (
    achievement_catalogue,
    achievements,
    authoring,
    boards,
    enrolling,
    learning,
    motivation,
    points,
    quizzes,
    streaks,
)
from realtime.models import Notification
from tests.courses.conftest import lesson, write_course
from tests.payments.conftest import bare_order
from tests.races.parallel import together
from tutorme.core.ids import uuid7
from tutorme.core.models import OutboxEvent

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
MANY = 40


@pytest.fixture
def course(tmp_path, tess: User) -> Course:
    found = authoring.load_course(write_course(tmp_path), instructor=tess)
    return authoring.publish(course=found, actor_id=tess.pk)


@pytest.fixture
def place(course: Course, sam: User) -> Enrollment:
    return enrolling.enroll(user_id=sam.pk, course=course)


def failures(said: list[object]) -> list[object]:
    return [row for row in said if isinstance(row, Exception)]


def test_one_event_forty_times_is_one_award_and_one_word(
    place: Enrollment, sam: User, drain
) -> None:
    achievement_catalogue.load()
    drain()
    one = lesson(place.course, "hello")
    learning.complete_lesson(enrollment=place, lesson=one, now=NOW)
    told = partial(
        motivation.lesson_completed,
        enrollment_id=place.pk,
        user_id=sam.pk,
        lesson_id=one.pk,
        at=NOW,
    )
    assert failures(together([told] * MANY)) == []
    drain()
    sam.refresh_from_db()
    assert UserAchievement.objects.filter(user=sam).count() == 1
    assert (PointsEntry.objects.count(), sam.points) == (2, 20)
    assert Notification.objects.filter(user=sam, kind="achievement").count() == 1
    assert BoardScore.objects.get(user=sam, board="all").points == 20


def test_control_looking_first_pays_more_than_once(sam: User) -> None:
    """Without the lock and the constraint, everybody who looked before the first write pays."""
    achievement_catalogue.load()
    row, looked = Achievement.objects.get(slug="first-lesson"), threading.Barrier(4)

    def look_then_pay() -> None:
        if not UserAchievement.objects.filter(user=sam, achievement=row).exists():
            looked.wait(timeout=60)
            User.objects.filter(pk=sam.pk).update(points=F("points") + 10)
            award = UserAchievement(user=sam, achievement=row, points=10)
            UserAchievement.objects.bulk_create([award], ignore_conflicts=True)

    together([look_then_pay] * 4)
    sam.refresh_from_db()
    assert sam.points == 40


def test_awarding_from_eight_sides_gives_once(sam: User) -> None:
    achievement_catalogue.load()
    row = Achievement.objects.get(slug="first-lesson")
    given = together([partial(achievements.award, user_id=sam.pk, achievement=row)] * 8)
    assert sorted(given) == [False] * 7 + [True]
    assert OutboxEvent.objects.filter(name="achievement.awarded").count() == 1


def give(user: User) -> int:
    with transaction.atomic():
        return points.give(streaks.locked(user.pk), points.Rule.LESSON, uuid7(), NOW)


def test_lessons_of_many_at_once_add_up_on_every_board(sam: User, otto: User, orla: User) -> None:
    for user in (sam, otto):
        motivation.choose(user_id=user.pk, changes={"wants_boards": True})
    acts = [partial(give, user) for user in (sam, otto, orla)] * 10
    random.Random(7).shuffle(acts)
    assert failures(together(acts)) == []
    week = boards.week_board(NOW)
    assert set(BoardScore.objects.filter(board=week).values_list("points", flat=True)) == {100}
    assert (places.board(week, sam.pk).people, boards.recount(now=NOW, dry_run=True)) == (2, 0)
    assert points.recount(dry_run=True) == 0


def test_control_reading_then_writing_a_weekly_total_loses_points(sam: User) -> None:
    give(sam)
    read = threading.Barrier(4)

    def read_then_write() -> None:
        row = BoardScore.objects.get(user=sam, board=boards.ALL)
        read.wait(timeout=60)
        BoardScore.objects.filter(pk=row.pk).update(points=row.points + 10)

    together([read_then_write] * 4)
    assert BoardScore.objects.get(user=sam, board=boards.ALL).points == 20


def test_the_days_limit_holds_in_parallel(sam: User, settings) -> None:
    settings.POINTS_A_DAY = {"lesson": 50}
    assert sum(together([partial(give, sam)] * 20)) == 50


def test_leaving_the_boards_while_points_come_in_leaves_nothing_behind(sam: User) -> None:
    """Whoever takes the lock second sees what the first one chose."""
    motivation.choose(user_id=sam.pk, changes={"wants_boards": True})
    leave = partial(motivation.choose, user_id=sam.pk, changes={"wants_boards": False})
    assert failures(together([partial(give, sam)] * 10 + [leave])) == []
    assert not BoardScore.objects.filter(is_shown=True).exists()
    assert boards.recount(now=NOW, dry_run=True) == 0


def test_folding_while_points_come_in_counts_everybody_once(sam: User, otto: User) -> None:
    for user in (sam, otto):
        motivation.choose(user_id=user.pk, changes={"wants_boards": True})
    acts = [partial(give, user) for user in (sam, otto)] * 8
    assert failures(together([*acts, *[partial(boards.tidy, NOW)] * 4])) == []
    boards.tidy(NOW)
    assert boards.recount(now=NOW, dry_run=True) == 0


def test_a_quiz_with_one_attempt_in_forty_tabs(place: Enrollment) -> None:
    one = lesson(place.course, "check")
    Quiz.objects.filter(lesson=one).update(max_attempts=1)
    started = together([partial(quizzes.start, enrollment=place, lesson=one)] * MANY)
    assert len({row.pk for row in started}) == 1 == Attempt.objects.count()
    attempt = Attempt.objects.get()
    assert failures(together([partial(quizzes.submit, attempt=attempt)] * MANY)) == []
    assert OutboxEvent.objects.filter(name="attempt.graded").count() == 1
    again = together([partial(quizzes.start, enrollment=place, lesson=one)] * 4)
    assert all(isinstance(row, NoAttemptsLeft) for row in again)


def test_a_thousand_comings_and_goings_are_counted(
    course: Course, sam: User, otto: User, orla: User
) -> None:
    """Each thread holds its own dice; the count is that of the open places at the end."""
    orders = [(who.pk, bare_order(who).pk) for who in (sam, otto, orla)]

    def come_and_go(seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(125):
            who, order = dice.choice(orders)
            if dice.random() < 0.5:
                enrolling.enroll(user_id=who, course=course, order_id=order)
            else:
                enrolling.cancel_for_order(order_id=order)

    assert failures(together([partial(come_and_go, seed) for seed in range(8)])) == []
    course.refresh_from_db()
    assert course.enrollment_count == Enrollment.objects.open().filter(course=course).count()


def test_control_counting_before_writing_drifts(course: Course) -> None:
    read = threading.Barrier(4)

    def read_then_write() -> None:
        row = Course.objects.get(pk=course.pk)
        read.wait(timeout=60)
        Course.objects.filter(pk=course.pk).update(enrollment_count=row.enrollment_count + 1)

    together([read_then_write] * 4)
    course.refresh_from_db()
    assert course.enrollment_count < 4
