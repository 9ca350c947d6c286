"""The studio, the exercise maker and the match as people without a script use them."""

import re

import pytest
from django.test import Client
from django.utils.html import escape

from ai import prompts
from ai.forms import questions
from ai.models import Draft, Ladder, Match, Node
from ai.queries.drafts import difference
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


# Questions edited before they are accepted -----------------------------------------------------


def _sent(value: object) -> str:
    return "on" if value is True else "" if value is None else str(value)


def typed(node: Node) -> dict[str, str]:
    """What the page's form holds, as a browser would send it back."""
    fields = {
        field.html_name: _sent(field.value())
        for form in questions.forms_of(node.content or {})
        for field in form
        if field.value() is not False
    }
    return {"act": "edit", "revision": str(node.revision), "title": node.title, **fields}


@pytest.fixture
def quizzed(tutor, drain) -> Node:
    brief = {"topic": "the bowline", "difficulty": "2", "count": "8", "level": "beginner"}
    tutor.post("/teach/ai/quizzes/new/", {**brief, "language": "en"})
    drain()
    return Node.objects.get(kind=Node.Kind.SET)


def test_what_is_sent_back_unchanged_is_unchanged(tutor, quizzed) -> None:
    here = f"/teach/ai/{quizzed.draft_id}/parts/{quizzed.key}/"
    before = quizzed.content
    assert {row["type"] for row in before["questions"]} >= {
        "single", "multi", "true_false", "numeric", "order", "match", "short"
    }  # fmt: skip
    assert tutor.post(here, typed(quizzed)).status_code == 302
    quizzed.refresh_from_db()
    assert quizzed.content == before


def test_questions_are_edited_before_they_are_accepted(tutor, quizzed, tess) -> None:
    here = f"/teach/ai/{quizzed.draft_id}/parts/{quizzed.key}/"
    at = {row["type"]: n for n, row in reversed(list(enumerate(quizzed.content["questions"])))}
    single, true, order, match = (at[kind] for kind in ("single", "true_false", "order", "match"))
    said = typed(quizzed)
    right = next(name for name in said if name.startswith(f"q{single}-r"))
    wrong = f"q{single}-r{(int(right[-1]) + 1) % 4}"
    del said[right]
    said |= {
        wrong: "on", f"q{single}-o4": "Ask somebody who ties one.", f"q{single}-w4": "Not yet.",
        f"q{single}-prompt_md": "Which one holds?", f"q{true}-right": "true",
        f"q{order}-parts": "First\nSecond\nThird\nFourth\nFifth",
        f"q{match}-pairs": "bowline = a loop\nreef knot = two ropes",
    }  # fmt: skip
    page = tutor.post(here, said)
    assert page.status_code == 302
    quizzed.refresh_from_db()
    assert quizzed.edited_by == tess
    rows = quizzed.content["questions"]
    assert rows[single]["prompt_md"] == "Which one holds?"
    assert [option["correct"] for option in rows[single]["options"]].count(True) == 1
    assert rows[single]["options"][int(wrong[-1])]["correct"]
    assert rows[single]["options"][4]["text"] == "Ask somebody who ties one."
    assert [o["correct"] for o in rows[true]["options"] if o["key"] == "true"] == [True]
    assert [option["text"] for option in rows[order]["options"]][-1] == "Fifth"
    assert rows[match]["accept"] == ["a loop", "two ropes"]
    file = tutor.get(f"/teach/ai/{quizzed.draft_id}/export/").content.decode()
    assert "Which one holds?" in file


def test_two_right_options_of_one_question_are_found(tutor, quizzed) -> None:
    here = f"/teach/ai/{quizzed.draft_id}/parts/{quizzed.key}/"
    single = next(n for n, q in enumerate(quizzed.content["questions"]) if q["type"] == "single")
    tutor.post(here, {**typed(quizzed), **{f"q{single}-r{n}": "on" for n in range(4)}})
    quizzed.refresh_from_db()
    assert quizzed.state == "needs_human"
    assert "exactly one" in quizzed.findings[0]["text"]


@pytest.mark.parametrize("text", ["", "<script>alert(1)</script>", "a\x00b", "x" * 2001])
def test_what_may_not_be_stored_is_not(tutor, quizzed, text: str) -> None:
    here = f"/teach/ai/{quizzed.draft_id}/parts/{quizzed.key}/"
    before = quizzed.content
    answer = tutor.post(here, {**typed(quizzed), "q0-prompt_md": text})
    quizzed.refresh_from_db()
    if answer.status_code == 422:
        assert quizzed.content == before
    else:
        assert "<script" not in str(quizzed.content)
    assert answer.status_code in {302, 422}


def test_exercises_of_a_set_are_edited_too(tutor, drain) -> None:
    brief = {"topic": "knots", "type": "problem", "difficulty": "2", "count": "2"}
    tutor.post("/teach/ai/exercises/new/", {**brief, "level": "beginner", "language": "en"})
    drain()
    node = Node.objects.get(kind=Node.Kind.SET)
    here = f"/teach/ai/{node.draft_id}/parts/{node.key}/"
    said = {
        **typed(node),
        "e1-prompt_md": "Tie it behind your back.",
        "e1-hints": "Slowly.\nTwice.",
    }
    assert tutor.post(here, said).status_code == 302
    second = (Node.objects.get(pk=node.pk).content or {})["exercises"][1]
    assert (second["prompt_md"], second["hints"]) == (
        "Tie it behind your back.", ["Slowly.", "Twice."]
    )  # fmt: skip


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
