"""What keeps the studio honest where no other test says so: each fails without its guard."""

import copy
import json
from typing import Any

import pytest
from django.test import Client

from ai.errors import AiQuotaReached, DraftInvalid, DraftNotReady, HelpClosed
from ai.handlers import follow_the_course
from ai.models import Draft, Match, Node, Run, Usage
from ai.services import accepting, drafts, helping, matching, quotas, solving, steps
from ai.views import matching as pages
from courses.events import CoursePublished
from courses.models import Course, Lesson, LessonDraft
from courses.services import quizzes
from tests.ai.conftest import QUIZ
from tests.ai.test_help import lesson, place  # noqa: F401  fixtures
from tests.ai.test_matching import subjects  # noqa: F401  a fixture
from tests.courses.conftest import edit
from tutorme.core.errors import NotAllowed
from tutorme.core.limits import Limit

pytestmark = pytest.mark.django_db


def test_an_allowance_of_none_is_none(tess, settings) -> None:
    settings.AI_A_DAY = {**settings.AI_A_DAY, "hint": (0, 0)}
    with pytest.raises(AiQuotaReached):
        quotas.take(tess.pk, "hint")
    assert not Usage.objects.exists()


def test_what_was_never_taken_cannot_be_given_back(tess) -> None:
    quotas.give_back(tess.pk, "hint", quotas.take(tess.pk, "hint"))
    quotas.give_back(tess.pk, "hint", quotas.today())
    quotas.give_back(tess.pk, "hint", None)
    assert Usage.objects.get().used == 0


# The second look is blind ----------------------------------------------------------------------


def sent(sandbox, name: str) -> dict[str, Any]:
    """What the last call of a kind was asked with."""
    bodies = [json.loads(row.body) for row in sandbox.recorder.exchanges if row.body]
    asked = [row for row in bodies if row["response_format"]["json_schema"]["name"] == name]
    return dict(json.loads(asked[-1]["messages"][-1]["content"]))


def test_who_solves_a_quiz_again_does_not_see_its_key(sandbox, tess, drain) -> None:
    drafts.begin(author=tess, brief={**QUIZ, "count": 8}, materials=[])
    drain()
    content = Node.objects.get().content or {}
    shown = sent(sandbox, "check")["questions"]
    assert len(shown) == len(content["questions"]) == 8
    for row in shown:
        assert set(row) <= {"key", "type", "prompt_md", "options", "rights"}
        assert all(set(option) == {"key", "text"} for option in row["options"])
        if row["type"] != "match":
            texts = [option["text"] for option in row["options"]]
            assert texts == sorted(texts), "not even in the order they were written in"
        assert row.get("rights", []) == sorted(row.get("rights", []))


def test_who_solves_an_exercise_again_does_not_see_its_solution(sandbox, written) -> None:
    exercise = written.nodes.filter(form="exercise").first().content["exercise"]
    asked = [row.body.decode() for row in sandbox.recorder.exchanges if b'"check"' in row.body]
    assert asked
    assert not any(json.dumps(exercise["solution_md"])[1:-1] in body for body in asked)


# What may be stored ----------------------------------------------------------------------------

DIRTY = "<script>alert(1)</script> ![](https://evil.example/p.png) [x](https://evil.example/)"


def test_an_author_stores_no_more_than_a_model(written, tess) -> None:
    node = written.nodes.filter(form="text").first()
    body = {"body_md": f"My words. {DIRTY}"}
    row = drafts.edit_node(node=node, content=body, actor=tess, revision=node.revision)
    text = (row.content or {})["body_md"]
    assert "<script" not in text
    assert "evil.example" not in text


def test_an_outline_is_cleaned_too(outlined, tess) -> None:
    outline = copy.deepcopy(outlined.outline)
    outline["summary"] = f"About knots. {DIRTY}"
    row = drafts.edit_outline(draft=outlined, outline=outline, actor=tess, revision=1)
    assert row.outline is not None
    assert "<" not in row.outline["summary"]
    assert "evil.example" not in row.outline["summary"]


def test_what_has_not_the_shape_is_not_stored(written, tess) -> None:
    node = written.nodes.filter(form="text").first()
    for content in ({}, {"body_md": ""}, {"body_md": "x", "publish": True}):
        with pytest.raises(DraftInvalid):
            drafts.edit_node(node=node, content=content, actor=tess, revision=node.revision)


# Accepting -------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["waiting", "written", "failed"])
def test_what_is_not_ready_is_not_accepted(written, tess, state: str) -> None:
    node = written.nodes.filter(form="text").first()
    Node.objects.filter(pk=node.pk).update(state=state)
    with pytest.raises(DraftNotReady):
        accepting.accept(node=node, actor=tess, looked=True)
    assert not Course.objects.exists()


def test_an_outline_is_no_lesson(written, tess) -> None:
    with pytest.raises(DraftNotReady):
        accepting.accept(node=written.nodes.get(kind="outline"), actor=tess, looked=True)


@pytest.mark.parametrize("state", ["rejected", "queued", "generating", "outline_ready"])
def test_of_a_draft_that_is_not_open_nothing_is_accepted_or_edited(written, tess, state) -> None:
    Draft.objects.update(state=state)
    node = written.nodes.filter(form="text").first()
    with pytest.raises(DraftNotReady):
        accepting.accept(node=node, actor=tess)
    with pytest.raises(DraftNotReady):
        drafts.edit_node(node=node, content={"body_md": "x"}, actor=tess, revision=node.revision)


def test_into_somebody_elses_course_nothing_is_accepted(written, tess, orla) -> None:
    nodes = written.nodes.filter(form="text")
    accepting.accept(node=nodes[0], actor=tess)
    Course.objects.update(instructor=orla)
    with pytest.raises(NotAllowed):
        accepting.accept(node=nodes[1], actor=tess)
    assert LessonDraft.objects.count() == 1


def test_publishing_a_course_moves_only_what_is_being_looked_over(written, tess) -> None:
    accepting.accept_ready(draft=written, actor=tess)
    course = Course.objects.get()
    event = CoursePublished(course_id=course.pk)
    for state, expected in (("stopped", "stopped"), ("in_review", "published")):
        Draft.objects.update(state=state)
        follow_the_course(event)
        assert Draft.objects.get().state == expected


# Going on and stopping -------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{"state": "ready"}, {"tries": 2}, {"revision": 9}])
def test_an_answer_that_comes_late_changes_nothing(outlined, change: dict[str, Any]) -> None:
    drafts.write_lessons(draft=outlined)
    stale = outlined.nodes.get(position=1)
    Node.objects.filter(pk=stale.pk).update(content={"body_md": "Mine."}, **change)
    run = Run.objects.create(purpose="lesson", prompt="lesson.v1", model_asked="m")
    steps._keep_writing(stale, run, {"body_md": "A zombie's."}, [])
    assert Node.objects.get(pk=stale.pk).content == {"body_md": "Mine."}


def test_a_draft_at_work_is_not_thrown_away_nor_begun_twice(begin) -> None:
    draft = begin()
    with pytest.raises(DraftNotReady):
        drafts.reject(draft=draft)
    with pytest.raises(DraftNotReady):
        drafts.resume(draft=draft)
    assert Draft.objects.get().starts == 1


def test_of_a_draft_that_was_stopped_no_step_is_done(begin, sandbox) -> None:
    draft = begin()
    drafts.stop(draft=draft)
    calls = len(sandbox.recorder.exchanges)
    assert steps.advance(draft.pk, lambda **_told: None) is False
    assert len(sandbox.recorder.exchanges) == calls


def test_a_draft_with_a_part_unwritten_is_not_finished(outlined) -> None:
    drafts.write_lessons(draft=outlined)
    steps.finish(outlined.pk)
    assert Draft.objects.get().state == "queued"


def test_a_second_look_of_an_older_version_is_not_kept(sandbox, tess, drain) -> None:
    drafts.begin(author=tess, brief=QUIZ, materials=[])
    drain()
    node = Node.objects.get()
    Node.objects.update(state="needs_human", findings=drafts.unsolved(), revision=7)
    run = Run.objects.create(purpose="check", prompt="check.v1", model_asked="m", cost_micros=5)
    solving.keep(node.pk, 6, [], run, None)
    assert Node.objects.get().is_unsolved
    solving.keep(node.pk, 7, [], run, None)
    assert not Node.objects.get().is_unsolved


# Hints -----------------------------------------------------------------------------------------


def test_a_ladder_that_was_begun_before_a_quiz_rests_while_it_is_open(
    sandbox,
    place,  # noqa: F811
    lesson,  # noqa: F811
) -> None:
    ladder = helping.begin(enrollment=place, lesson=lesson, task="The capital of Peru?")
    quizzes.start(enrollment=place, lesson=Lesson.objects.get(kind="quiz"))
    with pytest.raises(HelpClosed):
        helping.climb(ladder=ladder, enrollment=place)


def test_a_lesson_that_is_not_open_yet_has_no_help(
    sandbox,
    place,  # noqa: F811
    lesson,  # noqa: F811
    sam,
    client,
    api,
) -> None:
    client.force_login(sam)
    here = f"/learn/{lesson.course.slug}/{lesson.key}/hints/"
    there = f"/api/v1/lessons/{lesson.pk}/hints/"
    assert (client.get(here).status_code, api(sam).get(there).status_code) == (200, 200)
    ladder = helping.begin(enrollment=place, lesson=lesson, task="Where does it meet?")
    edit(lesson.course, lesson.key, drip_days=300)
    assert client.get(here).status_code == 404
    assert client.post(here, {"task": "Where?"}).status_code == 404
    assert client.post(f"{here}{ladder.pk}/").status_code == 404
    assert api(sam).post(there, {"task": "Where?"}, format="json").status_code in {403, 404, 409}
    assert api(sam).post(f"/api/v1/ai/hints/{ladder.pk}/next/").status_code in {403, 404, 409}
    assert not ladder.rungs.exists()


def test_a_ladder_is_its_learners_alone(sandbox, place, lesson, sam, otto, api) -> None:  # noqa: F811
    ladder = helping.begin(enrollment=place, lesson=lesson, task="Where does it meet?")
    there = f"/api/v1/ai/hints/{ladder.pk}/"
    assert api(sam).get(there).status_code == 200
    assert api(otto).get(there).status_code == 404
    assert api(otto).post(f"{there}next/").status_code == 404
    assert api(otto).get(f"/api/v1/lessons/{lesson.pk}/hints/").status_code in {403, 404}
    client = Client()
    client.force_login(otto)
    here = f"/learn/{lesson.course.slug}/{lesson.key}/hints/"
    assert client.get(f"{here}{ladder.pk}/").status_code in {403, 404}
    assert client.post(here, {"task": "Where?"}).status_code in {403, 404}


# Who may ---------------------------------------------------------------------------------------


def test_every_address_of_a_draft_is_its_authors_alone(api, written, orla, tess) -> None:
    there = f"/api/v1/ai/drafts/{written.pk}/"
    node = f"{there}nodes/s1l1/"
    for path in (there, f"{there}runs/", f"{there}export/", node):
        assert api(orla).get(path).status_code == 404, path
    body = {"lesson": str(written.pk), "content": {"body_md": "x"}}
    for path in (f"{there}attach/", f"{node}again/", f"{node}solve/"):
        assert api(orla).post(path, body, format="json").status_code == 404, path
    assert api(orla).patch(node, body, format="json", HTTP_IF_MATCH='"1"').status_code == 404
    assert api(tess).get(f"{there}runs/").status_code == 200


def test_who_no_longer_teaches_reads_no_draft(written, tess) -> None:
    assert Draft.objects.visible_to(tess).exists()
    tess.tutor_profile.state = "draft"
    tess.tutor_profile.save()
    tess = type(tess).objects.get(pk=tess.pk)
    assert not tess.is_tutor
    assert not Draft.objects.visible_to(tess).exists()


def test_a_lesson_of_somebody_else_grounds_nothing(api, written, tess, orla) -> None:
    accepting.accept(node=written.nodes.filter(form="text").first(), actor=tess)
    body = {"topic": "knots", "level": "beginner", "lesson": str(LessonDraft.objects.get().pk)}
    assert api(orla).post("/api/v1/ai/quizzes/", body, format="json").status_code == 404
    assert not Draft.objects.filter(author=orla).exists()


# Matching --------------------------------------------------------------------------------------


def result(number: int, score: int) -> dict[str, Any]:
    return {"tutor": {"id": str(number)}, "score": score, "is_new": False, "sentence": "Ours."}


def words(*rows: tuple[str, int, str]) -> dict[str, Any]:
    return {"tutors": [{"key": k, "shift": s, "reason": r} for k, s, r in rows]}


def test_a_model_moves_nobody_further_than_five_points_and_nobody_twice() -> None:
    results = [result(1, 80), result(2, 74), result(3, 60)]
    said = words(("t3", 500, "A."), ("t2", 5, "B."), ("t2", -500, "C."), ("t1", -500, "D."))
    rows = matching.worded(results, said)
    assert [(row["tutor"]["id"], row["shift"]) for row in rows] == [("2", 5), ("1", -5), ("3", 5)]
    assert [row["sentence"] for row in rows] == ["B.", "D.", "A."]


@pytest.mark.parametrize("reason", ["See https://x.test", "www.x.test", "me@x.test", "x < y", ""])
def test_a_reason_with_an_address_or_markup_is_ours(reason: str) -> None:
    assert matching.worded([result(1, 80)], words(("t1", 0, reason)))[0]["sentence"] == "Ours."


def test_a_match_is_put_in_words_by_its_student_alone(sam, otto, api, client, sandbox) -> None:
    """A read is walled by the rows as well; what is written is not."""
    row = Match.objects.create(student=sam, wishes={}, results=[result(1, 80)])
    client.force_login(otto)
    assert api(otto).post(f"/api/v1/ai/matches/{row.pk}/words/").status_code == 404
    assert client.post(f"/match/{row.pk}/words/").status_code == 404
    row.refresh_from_db()
    assert row.job_id is None
    assert api(sam).get(f"/api/v1/ai/matches/{row.pk}/").status_code == 200


def test_matches_have_a_limit(sam, client, monkeypatch) -> None:
    monkeypatch.setattr(pages, "_LIMIT", Limit("match", 2, 3600))
    client.force_login(sam)
    wish = {"subject": "x-algebra", "level": "beginner", "minutes": "60", "currency": "EUR"}
    answers = [client.post("/match/", {**wish, "goals": ""}).status_code for _ in range(3)]
    assert answers == [302, 302, 429]
    assert Match.objects.count() == 2
