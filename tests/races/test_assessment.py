"""Forty tabs, two tutors, a correction in the middle of a submission."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from accounts.models import User
from courses.errors import AlreadyMarked, AttemptEnded, NoAttemptsLeft
from courses.grading import earned
from courses.models import (
    Attempt,
    AttemptAnswer,
    Course,
    Enrollment,
    KeyCorrection,
    Question,
    Quiz,
    Submission,
)
from courses.services import (
    corrections,
    enrolling,
    learning,
    marking,
    quizzes,
    submission_marks,
    submissions,
)
from tests.courses.assessment import FULL, HALF, exercise_course, handed_in
from tests.courses.conftest import RIGHT, answers, lesson
from tests.courses.test_corrections import CUSCO
from tests.races.parallel import together
from tutorme.core.models import OutboxEvent

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def course(tmp_path: Path, tess: User) -> Course:
    return exercise_course(tmp_path, tess)


@pytest.fixture
def place(course: Course, sam: User) -> Enrollment:
    return enrolling.enroll(user_id=sam.pk, course=course)


def failures(said: list[Any], *expected: type[Exception]) -> list[Any]:
    return [row for row in said if isinstance(row, Exception) and not isinstance(row, expected)]


def test_forty_tabs_start_one_attempt_of_one(place: Enrollment, course: Course) -> None:
    Quiz.objects.update(max_attempts=1)
    check = lesson(course, "check")
    said = together([partial(quizzes.start, enrollment=place, lesson=check)] * 40)
    assert failures(said) == []
    assert len({row.pk for row in said}) == 1
    quizzes.submit(attempt=said[0])
    again = together([partial(quizzes.start, enrollment=place, lesson=check)] * 8)
    assert {type(row) for row in again} == {NoAttemptsLeft}
    assert Attempt.objects.count() == 1


def test_control_without_the_lock_several_are_begun(place: Enrollment, course: Course) -> None:
    """Whoever looks before the first is written begins one more; the database refuses the rest."""
    check = lesson(course, "check")
    begin = partial(quizzes._begin, place, check.pk, None, place.created_at)
    said = together([begin] * 8)
    assert failures(said)
    assert Attempt.objects.count() < 8


def test_forty_submissions_are_one_grade(place: Enrollment, course: Course) -> None:
    attempt = quizzes.start(enrollment=place, lesson=lesson(course, "check"))
    quizzes.save_answers(attempt=attempt, answers=answers(attempt, RIGHT))
    said = together([partial(quizzes.submit, attempt=attempt)] * 40)
    assert failures(said) == []
    assert {row.score for row in said} == {7}
    assert OutboxEvent.objects.filter(name="attempt.graded").count() == 1


def test_control_grading_what_was_read_before_the_lock_grades_again(
    place: Enrollment, course: Course
) -> None:
    attempt = quizzes.start(enrollment=place, lesson=lesson(course, "check"))
    held = [Attempt.objects.get(pk=attempt.pk) for _ in range(4)]
    assert {row.state for row in held} == {"open"}
    for row in held:
        with transaction.atomic():
            marking.grade(row, learning.locked(place.pk), attempt.started_at)
    assert OutboxEvent.objects.filter(name="attempt.graded").count() == 4


def test_saves_out_of_order_leave_the_newest(place: Enrollment, course: Course) -> None:
    attempt = quizzes.start(enrollment=place, lesson=lesson(course, "check"))
    sheets = [answers(attempt, {"pi": str(number)}) for number in range(1, 21)]
    acts: list[Callable[[], Any]] = [
        partial(quizzes.save_answers, attempt=attempt, answers=sheet, sequence=number)
        for number, sheet in enumerate(sheets, start=1)
    ]
    acts.append(partial(quizzes.submit, attempt=attempt))
    assert failures(together(acts[:20][::-1])) == []
    row = attempt.answers.get(question__key="pi")
    assert (row.answer, row.sequence) == ("20", 20)
    assert failures(together(acts * 1), AttemptEnded) == []
    done = Attempt.objects.get(pk=attempt.pk)
    assert done.score == sum(earned(row.question, row.answer) for row in done.sheet)


def test_control_whoever_writes_last_wins_without_a_sequence(
    place: Enrollment, course: Course
) -> None:
    attempt = quizzes.start(enrollment=place, lesson=lesson(course, "check"))
    for number in (2, 1):
        quizzes.save_answers(attempt=attempt, answers=answers(attempt, {"pi": str(number)}))
    assert attempt.answers.get(question__key="pi").answer == "1"


def test_two_tutors_grade_once(place: Enrollment, tess: User, ada: User) -> None:
    row = handed_in(place)
    acts: list[Callable[[], Any]] = [
        partial(submission_marks.mark, submission_id=row.pk, tutor=tess, marks=FULL),
        partial(submission_marks.mark, submission_id=row.pk, tutor=ada, marks=HALF),
    ]
    said = together(acts * 4)
    assert failures(said, AlreadyMarked) == []
    assert sum(isinstance(answer, Submission) for answer in said) == 1
    assert OutboxEvent.objects.filter(name="submission.marked").count() == 1


def test_forty_hand_ins_are_one(place: Enrollment, course: Course) -> None:
    row = submissions.begin(user=place.user, lesson_id=lesson(course, "essay").pk)
    submissions.save(user=place.user, submission_id=row.pk, text="It rains.")
    act = partial(submissions.hand_in, user=place.user, submission_id=row.pk)
    assert failures(together([act] * 40)) == []
    assert OutboxEvent.objects.filter(name="submission.made").count() == 1


def correction(tess: User) -> KeyCorrection:
    question = Question.objects.select_related("item").get(key="capital")
    return corrections.correct_key(question=question, key=CUSCO, reason="r", actor_id=tess.pk)


def regrade_all(made: KeyCorrection) -> None:
    for attempt_id in corrections.attempts_to_regrade(made):
        corrections.regrade(correction=made, attempt_id=attempt_id)


def test_a_correction_while_submitting_misses_nobody(
    place: Enrollment, course: Course, tess: User
) -> None:
    """Whoever read the old key is listed with the open ones, and waited for."""
    attempt = quizzes.start(enrollment=place, lesson=lesson(course, "check"))
    quizzes.save_answers(attempt=attempt, answers=answers(attempt, {"capital": "b"}))
    submit = partial(quizzes.submit, attempt=attempt)
    assert failures(together([submit, lambda: regrade_all(correction(tess))])) == []
    assert Attempt.objects.get(pk=attempt.pk).score == 2


def test_control_asking_only_graded_ones_misses_the_one_in_flight(
    place: Enrollment, course: Course, tess: User
) -> None:
    """The sheet was read with the old key before the correction; a list of graded attempts, read
    before the grade is written, passes it by."""
    attempt = quizzes.start(enrollment=place, lesson=lesson(course, "check"))
    quizzes.save_answers(attempt=attempt, answers=answers(attempt, {"capital": "b"}))
    held = Attempt.objects.get(pk=attempt.pk)
    assert len(held.sheet) == 5
    made = correction(tess)
    graded = AttemptAnswer.objects.filter(attempt__state="graded", question=made.question_id)
    listed = list(graded.values_list("attempt_id", flat=True))
    marking.grade(held, place, held.started_at)
    for attempt_id in listed:
        corrections.regrade(correction=made, attempt_id=attempt_id)
    assert Attempt.objects.get(pk=attempt.pk).score == 0
