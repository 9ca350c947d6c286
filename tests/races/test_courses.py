"""What two devices, two clicks or two workers do at the same moment."""

import threading
from collections.abc import Callable

import pytest
from django.db.models import F

from accounts.models import User
from courses.models import Course, Enrollment, LessonProgress, UserAchievement
from courses.services import achievements, authoring, enrolling, learning, quizzes
from tests.courses.conftest import lesson, write_course
from tests.races.parallel import together
from tutorme.core.models import OutboxEvent

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = achievements.Achievement.FIRST_LESSON


@pytest.fixture
def course(tmp_path, tess: User) -> Course:
    found = authoring.load_course(write_course(tmp_path), instructor=tess)
    return authoring.publish(course=found, actor_id=tess.pk)


@pytest.fixture
def place(course: Course, sam: User) -> Enrollment:
    return enrolling.enroll(user_id=sam.pk, course=course)


def test_eight_workers_award_once(sam: User) -> None:
    given = together([lambda: achievements.award(user_id=sam.pk, achievement=FIRST)] * 8)
    assert sorted(given) == [False] * 7 + [True]
    sam.refresh_from_db()
    assert sam.points == 10
    assert OutboxEvent.objects.filter(name="achievement.awarded").count() == 1


def test_control_looking_first_pays_twice(sam: User) -> None:
    """Without the constraint deciding, everybody who looked before the first write pays."""

    looked = threading.Barrier(4)

    def look_then_pay() -> None:
        if not UserAchievement.objects.filter(user=sam, achievement=FIRST).exists():
            looked.wait(timeout=60)
            User.objects.filter(pk=sam.pk).update(points=F("points") + 10)
            row = UserAchievement(user=sam, achievement=FIRST, points=10)
            UserAchievement.objects.bulk_create([row], ignore_conflicts=True)

    together([look_then_pay] * 4)
    sam.refresh_from_db()
    assert sam.points == 40


def test_opening_a_lesson_on_eight_devices_makes_one_row(place: Enrollment) -> None:
    one = lesson(place.course, "hello")
    opened = together([lambda: learning.open_lesson(enrollment=place, lesson=one)] * 8)
    assert opened == [None] * 8
    assert LessonProgress.objects.count() == 1


def test_a_submission_and_the_sweep_grade_once(place: Enrollment) -> None:
    attempt = quizzes.start(enrollment=place, lesson=lesson(place.course, "check"))
    actions: list[Callable[[], object]] = [
        lambda: quizzes.submit(attempt=attempt),
        lambda: quizzes.close_expired(),
        lambda: quizzes.save_answers(attempt=attempt, answers={}),
    ]
    together(actions * 3)
    attempt.refresh_from_db()
    assert attempt.state == "graded"
    assert OutboxEvent.objects.filter(name="attempt.graded").count() == 1
