"""The studio, the exercise maker and the match as people without a script use them."""

import re

import pytest
from django.test import Client

from ai.models import Draft, Ladder, Match, Node
from ai.services import accepting
from courses.models import Course, Lesson, LessonDraft
from courses.services import enrolling, publishing
from tests.ai.conftest import MATERIAL
from tests.ai.test_matching import subjects, teaching  # noqa: F401  a fixture

pytestmark = pytest.mark.django_db

BRIEF = {
    "topic": "tying knots",
    "goal": "tie six knots that hold",
    "audience": "new sailors",
    "level": "beginner",
    "language": "en",
    "hours": "3",
    "constraints": "",
    "material": MATERIAL["text"],
}


@pytest.fixture
def tutor(tess, client: Client, sandbox) -> Client:
    client.force_login(tess)
    return client


@pytest.fixture
def student(sam) -> Client:
    client = Client()
    client.force_login(sam)
    return client


def test_a_course_from_brief_to_builder(tutor, drain) -> None:
    assert b"No draft yet" in tutor.get("/teach/ai/").content
    shown = tutor.post("/teach/ai/courses/new/", {**BRIEF, "estimate": "1"})
    assert b"$0.0" in shown.content
    assert Draft.objects.count() == 0
    begun = tutor.post("/teach/ai/courses/new/", BRIEF)
    draft = Draft.objects.get()
    assert begun.url == f"/teach/ai/{draft.pk}/"
    working = tutor.get(begun.url)
    assert b'http-equiv="refresh"' in working.content
    drain()
    page = tutor.get(begun.url).content.decode()
    assert "The outline" in page
    fields = dict(
        re.findall(r'name="((?:title|type|minutes|place)-[a-z0-9]+)"[^>]*value="([^"]*)"', page)
    )
    answer = tutor.post(
        f"{begun.url}outline/",
        {
            **fields,
            "title": "Knots, mine",
            "summary": "Six knots.",
            "revision": "1",
            "title-s1l1": "Why knots hold",
            "new-s1": "One more of mine",
            "drop-p1": "1",
            "write": "1",
        },
    )
    assert answer.status_code == 302
    drain()
    draft.refresh_from_db()
    assert (draft.state, draft.title) == ("draft_ready", "Knots, mine")
    titles = list(draft.nodes.values_list("title", flat=True))
    assert {"Why knots hold", "One more of mine"} <= set(titles)
    assert not draft.nodes.filter(kind="project").exists()
    tutor.post(f"{begun.url}act/", {"act": "accept"})
    course = Course.objects.get()
    assert (course.state, course.title) == ("draft", "Knots, mine")
    assert course.lesson_drafts.count() == len(titles) - 1
    assert tutor.get(begun.url).status_code == 200
    assert b"openai/gpt-4.1-mini" in tutor.get(f"{begun.url}log/").content
    assert tutor.get(f"/teach/courses/{course.slug}/").status_code == 200


def test_a_part_is_compared_edited_and_accepted_again(tutor, written, tess) -> None:
    node = written.nodes.filter(form="text").first()
    here = f"/teach/ai/{written.pk}/parts/{node.key}/"
    assert node.title in tutor.get(here).content.decode()
    tutor.post(here, {"act": "accept"})
    body = "My own first sentence.\n\n" + node.content["body_md"]
    saved = tutor.post(
        here, {"act": "edit", "revision": node.revision, "title": node.title, "body_md": body}
    )
    assert saved.status_code == 302
    page = tutor.get(here).content.decode()
    assert "<ins>My own first sentence.</ins>" in page
    assert "Edited by" in page
    tutor.post(here, {"act": "accept"})
    assert LessonDraft.objects.get().body.startswith("My own first sentence.")
    stale = tutor.post(
        here, {"act": "edit", "revision": node.revision, "title": "x", "body_md": "y"}
    )
    assert stale.status_code == 412


def test_another_version_on_a_wish(tutor, written, drain) -> None:
    node = written.nodes.filter(form="text").first()
    here = f"/teach/ai/{written.pk}/parts/{node.key}/"
    tutor.post(here, {"act": "again", "wish": "Shorter, please."})
    node.refresh_from_db()
    assert (node.state, node.findings[0]["text"]) == ("waiting", "Shorter, please.")
    drain()
    node.refresh_from_db()
    assert node.state == "ready"


@pytest.mark.parametrize("kind", ["exercises", "quizzes"])
def test_practice_on_its_own_is_exported(tutor, drain, kind: str) -> None:
    brief = {
        "topic": "the bowline",
        "type": "problem",
        "difficulty": "2",
        "count": "3",
        "level": "beginner",
        "language": "en",
        "lesson": "",
        "material": "",
    }
    begun = tutor.post(f"/teach/ai/{kind}/new/", brief)
    drain()
    draft = Draft.objects.get()
    assert draft.state == "draft_ready", draft.error
    assert tutor.get(begun.url).status_code == 200
    assert tutor.get(f"{begun.url}parts/set/").status_code == 200
    file = tutor.get(f"{begun.url}export/")
    assert "attachment" in file["Content-Disposition"]
    text = file.content.decode()
    assert ("### Solution" in text) if kind == "exercises" else ("pass_percent: 70" in text)


def test_a_quiz_is_put_beside_a_lesson(tutor, tess, drain, written) -> None:
    node = written.nodes.filter(form="text").first()
    accepting.accept(node=node, actor=tess)
    lesson = LessonDraft.objects.get()
    page = tutor.get(f"/teach/ai/quizzes/new/?lesson={lesson.pk}")
    assert lesson.title in page.content.decode()
    brief = {
        "topic": "knots",
        "difficulty": "2",
        "count": "4",
        "level": "beginner",
        "language": "en",
    }
    begun = tutor.post("/teach/ai/quizzes/new/", {**brief, "lesson": str(lesson.pk)})
    drain()
    tutor.post(f"{begun.url}attach/", {"lesson": str(lesson.pk)})
    quiz = LessonDraft.objects.get(kind="quiz")
    assert quiz.section_id == lesson.section_id
    assert len(quiz.data["questions"]) == 4


def test_without_a_key_pages_say_so(tutor, settings) -> None:
    settings.OPENROUTER = {**settings.OPENROUTER, "api_key": ""}
    assert b"switched off" in tutor.get("/teach/ai/").content
    for path in ("courses", "exercises", "quizzes"):
        page = tutor.get(f"/teach/ai/{path}/new/")
        assert (page.status_code, b"switched off" in page.content) == (503, True)


def test_the_studio_is_for_tutors_and_drafts_for_their_author(student, written, orla) -> None:
    assert student.get("/teach/ai/").status_code == 403
    assert student.get(f"/teach/ai/{written.pk}/").status_code == 403
    other = Client()
    other.force_login(orla)
    for path in ("", "log/", "export/", "parts/s1l1/"):
        assert other.get(f"/teach/ai/{written.pk}/{path}").status_code == 404
    for path in ("act/", "outline/", "attach/", "parts/s1l1/"):
        assert other.post(f"/teach/ai/{written.pk}/{path}", {"act": "accept"}).status_code == 404
    assert Client().get("/teach/ai/").status_code == 302


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


def test_admin_reads_runs_and_drafts(written, ada, client) -> None:
    client.force_login(ada)
    for path in ("run", "draft", "usage"):
        page = client.get(f"/admin/ai/{path}/")
        assert page.status_code == 200, path
    assert b"$0.0" in client.get("/admin/ai/run/").content
    assert client.get(f"/admin/ai/draft/{written.pk}/change/").status_code == 200
    assert Node.objects.exists()
