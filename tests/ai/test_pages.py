"""The studio and the exercise maker as people without a script use them."""

import re

import pytest
from django.test import Client
from django.utils.html import escape

from ai import prompts
from ai.models import Draft, Node
from ai.queries.drafts import difference
from ai.services import accepting
from courses.models import Course, LessonDraft
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
    log = tutor.get(f"{begun.url}log/").content.decode()
    assert "openai/gpt-4.1-mini" in log
    assert "Why knots hold" in log, "which part a call was for, by its name"
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
    assert "lines as they were" in page, "what changed, and not the whole lesson"
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
    shown = tutor.post(f"/teach/ai/{kind}/new/", {**brief, "estimate": "1"}).content.decode()
    assert "What it may cost" in shown
    assert "the bowline" in shown, "nothing typed is lost"
    assert Draft.objects.count() == 0
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


def test_admin_reads_runs_and_drafts(written, ada, client) -> None:
    client.force_login(ada)
    for path in ("run", "draft", "usage"):
        page = client.get(f"/admin/ai/{path}/")
        assert page.status_code == 200, path
    assert b"$0.0" in client.get("/admin/ai/run/").content
    assert client.get(f"/admin/ai/draft/{written.pk}/change/").status_code == 200
    run = written.runs.first()
    told = client.get(f"/admin/ai/run/{run.pk}/change/").content.decode()
    assert escape(prompts.text_of(run.prompt).splitlines()[0]) in told
    assert Node.objects.exists()


def test_what_was_accepted_and_left_alone_differs_in_nothing(tutor, tess, written) -> None:
    """The database gives a lesson's members back in an order of its own."""
    node = written.nodes.filter(form="quiz").first()
    accepting.accept(node=node, actor=tess)
    node.refresh_from_db()
    assert difference(node) == []
    page = tutor.get(f"/teach/ai/{written.pk}/parts/{node.key}/").content.decode()
    assert "has it just as it stands here" in page
    lesson = LessonDraft.objects.get(pk=node.lesson_id)
    lesson.data["questions"][0]["prompt"] = "Asked otherwise?"
    lesson.save(update_fields=["data"])
    changed = [line for line in difference(node) if line.kind != "same"]
    assert [line.kind for line in changed] in (["added", "removed"], ["removed", "added"])
    page = tutor.get(f"/teach/ai/{written.pk}/parts/{node.key}/").content.decode()
    assert "Asked otherwise?" in page
    assert "has it just as it stands here" not in page
