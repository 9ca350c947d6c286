"""A breaking version: the completion stays, and who learns what changed is certified again."""

import pytest
from django.test import Client

from accounts.models import User
from courses.errors import NoAttemptsLeft
from courses.models import Course, Enrollment, Quiz
from courses.services import authoring, drafting, learning, quizzes, recomputing, writing
from tests.courses.conftest import answers, lesson, pass_quiz
from tutorme.core.models import AuditEntry, OutboxEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def done(place: Enrollment, course: Course) -> Enrollment:
    for key in ("hello", "more"):
        learning.complete_lesson(enrollment=place, lesson=lesson(course, key))
    pass_quiz(place)
    place.refresh_from_db()
    assert (place.completed_version, place.certified_version) == (1, 1)
    return place


def change(course: Course, key: str, *, is_breaking: bool = True, **changes: object) -> Course:
    draft = drafting.draft_of(course).course.lesson_drafts.get(key=key)
    author = course.instructor_id
    writing.save_lesson(lesson=draft, changes=changes, actor_id=author)
    return authoring.publish(course=course, actor_id=author, is_breaking=is_breaking)


def told(name: str) -> list[dict]:
    return [dict(row.payload) for row in OutboxEvent.objects.filter(name=name).order_by("pk")]


def test_an_ordinary_version_asks_nothing(
    api, done: Enrollment, course: Course, sam: User, drain
) -> None:
    change(course, "hello", is_breaking=False, body="# Hello\n\nOther words.")
    drain()
    path = f"/api/v1/courses/{course.pk}/"
    assert api(sam).get(f"{path}progress/explain/").json()["renewal"] is None
    assert api(sam).post(f"{path}renewal/").json()["percent"] == 100
    assert not told("renewal.due")
    assert not AuditEntry.objects.filter(action="lesson.reset").exists()


def test_what_a_breaking_version_changed_is_learned_again(
    api, done: Enrollment, course: Course, sam: User, drain
) -> None:
    first = done.completed_at
    change(course, "more", body="# More\n\nAnother law holds now.")
    change(course, "hello", is_breaking=False, body="# Hello\n\nA comma.")
    drain()
    assert [row["version"] for row in told("renewal.due")] == [3]
    path = f"/api/v1/courses/{course.pk}/"
    due = api(sam).get(f"{path}progress/explain/").json()
    assert due["renewal"] == {"version": 3, "again": [str(lesson(course, "more").pk)]}
    assert (due["percent"], due["certified_version"]) == (100, 1)
    assert not told("enrollment.renewed")

    begun = api(sam).post(f"{path}renewal/").json()
    assert (begun["percent"], begun["state"], begun["certified_version"]) == (66, "completed", 1)
    assert api(sam).post(f"{path}renewal/").json()["percent"] == 66
    assert AuditEntry.objects.filter(action="lesson.reset").count() == 1
    learning.complete_lesson(enrollment=done, lesson=lesson(course, "more"))
    done.refresh_from_db()
    assert (done.completed_at, done.completed_version) == (first, 1)
    assert (done.certified_version, done.percent) == (3, 100)
    (event,) = told("enrollment.renewed")
    assert (event["version"], event["enrollment_id"]) == (3, str(done.pk))
    assert recomputing.recompute() == []
    assert len(told("enrollment.renewed")) == 1
    assert api(sam).get(f"{path}progress/explain/").json()["renewal"] is None


def test_completing_another_lesson_does_not_renew(done: Enrollment, course: Course, drain) -> None:
    """The control: everything is done, yet one of them as it was before."""
    change(course, "more", body="# More\n\nAnother law holds now.")
    drain()
    learning.complete_lesson(enrollment=done, lesson=lesson(course, "hello"))
    done.refresh_from_db()
    assert (done.percent, done.certified_version) == (100, 1)


def test_a_quiz_that_became_another_has_new_attempts(
    done: Enrollment, course: Course, api, sam: User, drain
) -> None:
    Quiz.objects.update(max_attempts=1)
    check = lesson(course, "check")
    with pytest.raises(NoAttemptsLeft):
        quizzes.start(enrollment=done, lesson=check)
    change(course, "check", title="Check anew")
    Quiz.objects.update(max_attempts=1)
    drain()
    api(sam).post(f"/api/v1/courses/{course.pk}/renewal/")
    client = Client()
    client.force_login(sam)
    assert "1 of 1 left" in client.get("/learn/first-steps/check/").content.decode()
    failed = quizzes.start(enrollment=done, lesson=check)
    quizzes.save_answers(attempt=failed, answers=answers(failed, {"capital": "b"}))
    quizzes.submit(attempt=failed)
    with pytest.raises(NoAttemptsLeft):
        quizzes.start(enrollment=done, lesson=check)


def test_the_page_says_what_to_do(
    done: Enrollment, course: Course, client: Client, sam: User, drain
) -> None:
    client.force_login(sam)
    home = "/learn/first-steps/"
    assert "teaches something else now" not in client.get(home).content.decode()
    change(course, "more", body="# More\n\nAnother law holds now.")
    drain()
    page = client.get(home).content.decode()
    assert "Learn 1 changed lesson again" in page
    after = client.post("/learn/first-steps/my/renew/", follow=True).content.decode()
    assert "Do what is still open" in after
    client.post("/learn/first-steps/more/complete/")
    assert "teaches something else now" not in client.get(home).content.decode()
