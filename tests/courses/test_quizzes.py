"""Attempts: frozen questions, the server's clock, and a key that never leaves early."""

import json
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from accounts.models import User
from courses.errors import AttemptEnded, NoAttemptsLeft
from courses.models import Attempt, Course, Enrollment, Question, Quiz
from courses.services import authoring, quizzes
from tests.courses.conftest import RIGHT, answers, lesson, pass_quiz
from tests.races.parallel import together
from tutorme.core.errors import InvalidInput
from tutorme.core.models import OutboxEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def attempt(place: Enrollment) -> Attempt:
    return quizzes.start(enrollment=place, lesson=lesson(place.course, "check"))


def test_all_right_is_all_points(place: Enrollment) -> None:
    done = pass_quiz(place)
    assert (str(done.score), done.passed, done.percent) == ("7.00", True, 100)
    assert OutboxEvent.objects.get(name="attempt.graded").payload["passed"] is True


def test_partly_right_is_partly_paid(attempt: Attempt) -> None:
    given = {**RIGHT, "even": ["two"], "hello": "adios"}
    quizzes.save_answers(attempt=attempt, answers=answers(attempt, given))
    done = quizzes.submit(attempt=attempt)
    assert (str(done.score), done.percent, done.passed) == ("5.00", 71, True)
    again = quizzes.submit(attempt=attempt)
    assert (again.score, again.submitted_at) == (done.score, done.submitted_at)


def test_after_the_end_nothing_is_taken(attempt: Attempt) -> None:
    quizzes.submit(attempt=attempt)
    with pytest.raises(AttemptEnded):
        quizzes.save_answers(attempt=attempt, answers=answers(attempt, RIGHT))


def timed(course: Course) -> None:
    Quiz.objects.filter(lesson__course=course).update(time_limit_minutes=10)


def test_the_servers_clock_decides(place: Enrollment, course: Course) -> None:
    timed(course)
    begun = timezone.now()
    attempt = quizzes.start(enrollment=place, lesson=lesson(course, "check"), now=begun)
    inside = begun + timedelta(minutes=10, seconds=9)
    quizzes.save_answers(attempt=attempt, answers=answers(attempt, RIGHT), now=inside)
    late = begun + timedelta(minutes=10, seconds=11)
    with pytest.raises(AttemptEnded):
        quizzes.save_answers(attempt=attempt, answers=answers(attempt, {"capital": "b"}), now=late)
    attempt.refresh_from_db()
    assert (attempt.state, attempt.passed) == ("graded", True)


def test_an_abandoned_attempt_is_graded_by_a_read_and_by_the_sweep(
    place: Enrollment, course: Course
) -> None:
    timed(course)
    quiz, begun = lesson(course, "check"), timezone.now() - timedelta(hours=2)
    first = quizzes.start(enrollment=place, lesson=quiz, now=begun)
    assert quizzes.read(attempt=first).state == "graded"
    quizzes.start(enrollment=place, lesson=quiz, now=begun)
    assert quizzes.close_expired() == 1
    assert not Attempt.objects.filter(state="open").exists()


def test_three_attempts_are_three(place: Enrollment, course: Course) -> None:
    for _ in range(3):
        quizzes.submit(attempt=quizzes.start(enrollment=place, lesson=lesson(course, "check")))
    with pytest.raises(NoAttemptsLeft):
        quizzes.start(enrollment=place, lesson=lesson(course, "check"))


def test_a_pass_is_never_taken_back(place: Enrollment, course: Course) -> None:
    pass_quiz(place)
    quizzes.submit(attempt=quizzes.start(enrollment=place, lesson=lesson(course, "check")))
    assert place.progress.get(lesson__key="check").completed_at


def test_an_edited_question_leaves_running_attempts_alone(
    attempt: Attempt, course: Course, tmp_path, tess: User
) -> None:
    home = tmp_path / "first-steps"
    file = home / "lessons/check.yaml"
    file.write_text(file.read_text().replace("Lima", "Lima!"))
    authoring.publish(course=authoring.load_course(home, instructor=tess), actor_id=tess.pk)
    texts = json.dumps(list(attempt.answers.values_list("question__options", flat=True)))
    assert "Lima!" not in texts
    assert Question.objects.filter(key="capital").count() == 2
    authoring.publish(course=authoring.load_course(home, instructor=tess), actor_id=tess.pk)
    assert Question.objects.filter(key="capital").count() == 2


@pytest.mark.parametrize(
    "given",
    [
        {"capital": "z"},
        {"capital": ["a"]},
        {"even": "two"},
        {"even": ["two", "nine"]},
        {"flat": "true"},
        {"pi": 3.14},
        {"hello": "x" * 501},
    ],
)
def test_an_answer_of_another_shape_is_refused(attempt: Attempt, given) -> None:
    with pytest.raises(InvalidInput):
        quizzes.save_answers(attempt=attempt, answers=answers(attempt, given))
    assert not attempt.answers.exclude(answer=None).exists()


@pytest.mark.django_db(transaction=True)
def test_eight_starts_open_one_attempt(place: Enrollment) -> None:
    begin = partial(quizzes.start, enrollment=place, lesson=lesson(place.course, "check"))
    results = together([begin] * 8)
    assert len({attempt.pk for attempt in results}) == 1


@pytest.mark.django_db(transaction=True)
def test_eight_submissions_grade_once(place: Enrollment) -> None:
    attempt = quizzes.start(enrollment=place, lesson=lesson(place.course, "check"))
    together([partial(quizzes.submit, attempt=attempt)] * 8)
    assert OutboxEvent.objects.filter(name="attempt.graded").count() == 1


def test_the_key_never_leaves_early(api, attempt: Attempt, sam: User) -> None:
    client, base = api(sam), f"/api/v1/attempts/{attempt.pk}/"
    given = {str(key): answer for key, answer in answers(attempt, RIGHT).items()}
    before = [
        client.get(base),
        client.get(f"/api/v1/lessons/{attempt.lesson_id}/"),
        client.get(f"/api/v1/lessons/{attempt.lesson_id}/attempts/"),
        client.post(f"/api/v1/lessons/{attempt.lesson_id}/attempts/"),
        client.patch(f"{base}answers/", {"answers": given}, format="json"),
    ]
    for answer in before:
        text = answer.content.decode()
        assert answer.status_code < 300, text
        for secret in ("KEYCANARY", "solution", "correct", "earned", "It once was", "tolerance"):
            assert secret not in text, (answer.request["PATH_INFO"], secret)
    after = client.post(f"{base}submit/").json()
    assert "KEYCANARY" in json.dumps(after)
    assert after["questions"][0]["solution"]["correct"] == ["a"]


@pytest.mark.parametrize(
    ("review", "shown"), [("never", False), ("after_pass", False), ("after_submit", True)]
)
def test_the_review_follows_the_authors_policy(
    api, attempt: Attempt, sam: User, review: str, shown: bool
) -> None:
    Quiz.objects.update(review=review)
    failed = api(sam).post(f"/api/v1/attempts/{attempt.pk}/submit/").json()
    assert failed["passed"] is False
    assert ("KEYCANARY" in json.dumps(failed)) is shown


def test_scores_are_not_accepted(api, attempt: Attempt, sam: User, otto: User) -> None:
    base = f"/api/v1/attempts/{attempt.pk}/"
    body = {"answers": {}, "score": 7}
    assert api(sam).patch(f"{base}answers/", body, format="json").status_code == 400
    assert api(otto).get(base).status_code == 404
    assert api(otto).post(f"{base}submit/").status_code == 404
