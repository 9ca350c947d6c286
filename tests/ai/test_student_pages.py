"""The match and the hints as students without a script use them."""

import pytest
from django.test import Client

from ai.models import Draft, Ladder, Match
from ai.services import accepting
from courses.models import Course, Lesson
from courses.services import enrolling, publishing
from tests.ai.test_matching import subjects, teaching  # noqa: F401  a fixture

pytestmark = pytest.mark.django_db

WISHES = {
    "subject": "x-algebra",
    "level": "beginner",
    "minutes": "60",
    "currency": "EUR",
    "goals": "",
}


def test_a_match_without_a_model(student, subjects) -> None:  # noqa: F811
    teaching("Ruth")
    assert student.get("/match/").status_code == 200
    found = student.post(
        "/match/", {**WISHES, "budget": "30", "days": ["1", "2"], "after": "10:00"}
    )
    assert found.status_code == 302
    assert "X algebra, Beginner" in student.get("/match/").content.decode()
    page = student.get(found.url).content.decode()
    assert "Ruth" in page
    assert "/book/ruth/?date=" in page
    assert "/100" in page
    assert "Put the reasons in words" not in page, "no key, no model"
    assert student.post("/match/", {**WISHES, "budget": "much"}).status_code == 422
    assert (
        b"Nobody fits"
        in student.get(student.post("/match/", {**WISHES, "level": "expert"}).url).content
    )


def test_a_match_in_words(student, subjects, sandbox, drain, otto) -> None:  # noqa: F811
    teaching("Ruth")
    found = student.post("/match/", WISHES).url
    assert "Put the reasons in words" in student.get(found).content.decode()
    student.post(f"{found}words/")
    drain()
    assert "written by a model" in student.get(found).content.decode()
    other = Client()
    other.force_login(otto)
    assert other.get(found).status_code == 404
    assert Match.objects.get().worded


@pytest.fixture
def learned(written, tess, sam) -> Lesson:
    """A lesson the studio wrote, published by its author, with Sam in it."""
    accepting.accept_ready(draft=written, actor=tess)
    written.refresh_from_db()
    publishing.publish(course=written.course, actor_id=tess.pk)
    enrolling.enroll_free(user=sam, course=Course.objects.get())
    return Lesson.objects.filter(kind="text").order_by("position")[0]


def test_learners_read_who_looked_it_over(student, learned, drain) -> None:
    page = student.get(f"/learn/{learned.course.slug}/{learned.key}/").content.decode()
    assert "AI-assisted, reviewed by Tess." in page
    assert "Hints, one at a time" in page
    drain()
    assert Draft.objects.get().state == "published"


def test_a_ladder_of_hints(student, learned, drain) -> None:
    here = f"/learn/{learned.course.slug}/{learned.key}/hints/"
    assert student.get(here).status_code == 200
    begun = student.post(here, {"task": "How do I plan a first small piece of knots?"})
    assert begun.status_code == 302
    for _rung in range(3):
        drain()
        student.post(begun.url)
    drain()
    page = student.get(begun.url).content.decode()
    assert page.count("Hint ") >= 3
    assert "worked through" in page
    assert "That was the last step" in page
    ladder = Ladder.objects.get()
    assert [rung.state for rung in ladder.rungs.all()] == ["given"] * 4
    student.post(begun.url)
    assert ladder.rungs.count() == 4


def test_help_says_when_it_is_off(student, learned, settings) -> None:
    settings.OPENROUTER = {**settings.OPENROUTER, "api_key": ""}
    page = student.get(f"/learn/{learned.course.slug}/{learned.key}/hints/")
    assert (page.status_code, b"switched off" in page.content) == (503, True)
