"""What two devices, two clicks or two workers do at the same moment."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from accounts.models import User
from courses.errors import AttemptEnded
from courses.grading import earned
from courses.models import (
    Attempt,
    Course,
    Enrollment,
    LessonProgress,
    ProgressBeat,
)
from courses.services import authoring, enrolling, learning, quizzes
from tests.courses.conftest import RIGHT, answers, lesson, write_course
from tests.races.parallel import together
from tutorme.core.models import OutboxEvent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def course(tmp_path, tess: User) -> Course:
    found = authoring.load_course(write_course(tmp_path), instructor=tess)
    return authoring.publish(course=found, actor_id=tess.pk)


@pytest.fixture
def place(course: Course, sam: User) -> Enrollment:
    return enrolling.enroll(user_id=sam.pk, course=course)


def test_opening_a_lesson_on_eight_devices_makes_one_row(place: Enrollment) -> None:
    one = lesson(place.course, "hello")
    opened = together([lambda: learning.open_lesson(enrollment=place, lesson=one)] * 8)
    assert opened == [None] * 8
    assert LessonProgress.objects.count() == 1


def test_one_message_sent_from_eight_places_counts_once(place: Enrollment) -> None:
    one, event = lesson(place.course, "hello"), uuid4()
    send = partial(
        learning.report,
        user=place.user,
        lesson_id=one.pk,
        client_event_id=event,
        seconds=10,
        completed=True,
    )
    said = together([send] * 8)
    assert not [answer for answer in said if isinstance(answer, Exception)]
    assert (LessonProgress.objects.get().seconds, ProgressBeat.objects.count()) == (10, 1)
    assert OutboxEvent.objects.filter(name="lesson.completed").count() == 1


def test_opening_while_reporting_keeps_both(place: Enrollment) -> None:
    """Opening takes no lock: whichever row comes first, the time and the completion stay."""
    one = lesson(place.course, "hello")
    for _ in range(5):
        LessonProgress.objects.all().delete()
        send = partial(learning.report, user=place.user, lesson_id=one.pk, completed=True)
        open_it = partial(learning.open_lesson, enrollment=place, lesson=one)
        acts: list[Any] = [open_it, partial(send, client_event_id=uuid4(), seconds=5)]
        assert not [row for row in together(acts * 4) if isinstance(row, Exception)]
        row = LessonProgress.objects.get()
        assert (row.completed_at is not None, row.position, row.seconds) == (True, 1000, 5)


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


def test_saving_while_submitting_marks_what_was_saved(place: Enrollment) -> None:
    """A save takes the attempt's lock alone: wholly before the marks, or refused."""
    attempt = quizzes.start(enrollment=place, lesson=lesson(place.course, "check"))
    right = answers(attempt, RIGHT)
    wrong = {**right, **answers(attempt, {"capital": "b"})}
    acts = [
        partial(quizzes.save_answers, attempt=attempt, answers=right),
        partial(quizzes.save_answers, attempt=attempt, answers=wrong),
        partial(quizzes.submit, attempt=attempt),
    ]
    said = together(acts * 3)
    assert not [
        row for row in said if isinstance(row, Exception) and not isinstance(row, AttemptEnded)
    ]
    done = Attempt.objects.get(pk=attempt.pk)
    assert done.score == sum(earned(row.question, row.answer) for row in done.sheet)
