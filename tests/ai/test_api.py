"""The studio as an app uses it."""

import pytest

from ai.models import Draft
from courses.models import Course, LessonDraft
from tests.ai.conftest import BRIEF, MATERIAL
from tests.ai.test_matching import subjects, teaching  # noqa: F401  a fixture

pytestmark = pytest.mark.django_db

ASKED = {name: value for name, value in BRIEF.items() if name != "kind"}
AI = "/api/v1/ai/"


def test_a_course_from_wish_to_course(api, tess, sandbox, drain) -> None:
    app = api(tess)
    estimate = app.post(f"{AI}estimates/", ASKED, format="json").json()
    assert 0 < estimate["least_micros"] < estimate["most_micros"]
    begun = app.post(f"{AI}courses/", {**ASKED, "materials": [MATERIAL]}, format="json")
    assert begun.status_code == 202
    there = begun["Location"]
    assert begun.json()["state"] == "queued"
    job = app.get(f"/api/v1/jobs/{begun.json()['job']}/").json()
    assert job["kind"] == "ai.write"
    drain()
    read = app.get(there)
    outline = {**read.json()["outline"], "title": "Knots, by me"}
    assert read.json()["state"] == "outline_ready"
    edited = app.patch(there, {"outline": outline}, format="json", HTTP_IF_MATCH=read["ETag"])
    assert (edited.status_code, edited.json()["title"]) == (200, "Knots, by me")
    stale = app.patch(there, {"outline": outline}, format="json", HTTP_IF_MATCH=read["ETag"])
    assert stale.status_code == 412
    assert app.patch(there, {"outline": outline}, format="json").status_code == 428
    bad = app.patch(there, {"outline": {"title": "x"}}, format="json", HTTP_IF_MATCH=edited["ETag"])
    assert (bad.status_code, bad.json()["code"]) == (422, "ai-draft-invalid")
    assert app.post(f"{there}lessons/").status_code == 202
    assert app.post(f"{there}lessons/").json()["code"] == "ai-draft-not-ready"
    drain()
    nodes = app.get(there).json()["nodes"]
    key = next(row["key"] for row in nodes if row["form"] == "text")
    node = app.get(f"{there}nodes/{key}/")
    assert node.json()["content"]["body_md"]
    own = {"content": {"body_md": "Mine."}}
    saved = app.patch(f"{there}nodes/{key}/", own, format="json", HTTP_IF_MATCH=node["ETag"])
    assert saved.json()["edited_by"] == "Tess"
    assert {"kind": "added", "text": "Mine."} in saved.json()["difference"]
    accepted = app.post(f"{there}accept/", {"nodes": [key]}, format="json").json()
    assert (accepted["state"], LessonDraft.objects.get().body) == ("in_review", "Mine.")
    app.post(f"{there}accept/", {}, format="json")
    assert LessonDraft.objects.count() == len(nodes) - 1
    assert Course.objects.get().state == "draft"
    runs = app.get(f"{there}runs/").json()["results"]
    assert all(row["model"] == "openai/gpt-4.1-mini" and row["cost_micros"] for row in runs)
    assert app.get(f"{AI}drafts/").json()["results"][0]["spent_micros"] > 0
    assert app.get(f"{AI}usage/").json()["course"] == {"used": 1, "quota": 1}


def test_the_next_one_today_is_refused_in_words(api, tess, sandbox) -> None:
    app = api(tess)
    app.post(f"{AI}courses/", ASKED, format="json")
    refused = app.post(f"{AI}courses/", ASKED, format="json")
    assert refused.status_code == 429
    told = refused.json()
    assert (told["code"], told["used"], told["quota"]) == ("ai-quota-reached", 1, 1)


def test_a_repeated_key_is_answered_alike(api, tess, sandbox) -> None:
    app = api(tess)
    key = {"HTTP_IDEMPOTENCY_KEY": "one"}
    first = app.post(f"{AI}courses/", ASKED, format="json", **key)
    again = app.post(f"{AI}courses/", ASKED, format="json", **key)
    assert first.json()["id"] == again.json()["id"]
    assert Draft.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"topic": ""},
        {"topic": "a\u202eb"},
        {"level": "expert"},
        {"language": "xx"},
        {"hours": 0},
        {"hours": 10**9},
        {"materials": [{"title": "t", "text": "x" * 20_001}]},
        {"materials": [{"title": "t", "text": "y"}] * 6},
        {"course": "0198aaaa-0000-7000-8000-000000000000"},
        {"publish": True},
    ],
)
def test_a_brief_is_held_to_its_bounds(api, tess, sandbox, change) -> None:
    answer = api(tess).post(f"{AI}courses/", {**ASKED, **change}, format="json")
    assert answer.status_code in {400, 404}
    assert Draft.objects.count() == 0


def test_off_is_503_and_says_which(api, tess) -> None:
    for path, body in (
        ("courses", ASKED),
        ("quizzes", {"topic": "t", "level": "beginner"}),
        ("exercises", {"topic": "t", "level": "beginner", "type": "problem"}),
    ):
        answer = api(tess).post(f"{AI}{path}/", body, format="json")
        assert (answer.status_code, answer.json()["code"]) == (503, "provider-not-configured")
    assert api(tess).get(f"{AI}usage/").json()["is_on"] is False


def test_practice_is_attached_or_exported(api, tess, sandbox, drain, written) -> None:
    app = api(tess)
    key = written.nodes.filter(form="text").first().key
    app.post(f"{AI}drafts/{written.pk}/accept/", {"nodes": [key]}, format="json")
    lesson = LessonDraft.objects.get()
    body = {"topic": "knots", "level": "beginner", "count": 2, "type": "problem"}
    asked = {**body, "lesson": str(lesson.pk)}
    begun = app.post(f"{AI}exercises/", asked, format="json").json()
    drain()
    exported = app.get(f"{AI}drafts/{begun['id']}/export/").json()
    assert exported["name"].endswith(".md")
    assert "### Solution" in exported["text"]
    attached = app.post(
        f"{AI}drafts/{begun['id']}/attach/", {"lesson": str(lesson.pk)}, format="json"
    )
    assert attached.json()["state"] == "in_review"
    exercise = LessonDraft.objects.get(kind="exercise")
    assert "<summary>Hint 1</summary>" in exercise.body
    assert "A good answer" not in exercise.body, "the solution stays in the studio"
    assert exercise.data["rubric"]


def test_drafts_are_their_authors_alone(api, written, orla, sam) -> None:
    there = f"{AI}drafts/{written.pk}/"
    assert api(orla).get(there).status_code == 404
    assert api(sam).get(there).status_code == 403
    for path in ("lessons", "stop", "resume", "reject", "accept"):
        assert api(orla).post(f"{there}{path}/", {}, format="json").status_code == 404
    assert api(orla).get(f"{AI}drafts/").json()["results"] == []


def test_tutors_for_a_student(api, sam, otto, subjects) -> None:  # noqa: F811
    teaching("Ruth")
    wish = {
        "subjects": ["x-algebra"],
        "level": "beginner",
        "budget_minor": 3000,
        "windows": [{"day_of_week": day, "start": "09:00", "end": "16:00"} for day in range(7)],
        "zone": "Europe/Paris",
    }
    found = api(sam).post(f"{AI}matches/", wish, format="json")
    assert found.status_code == 201
    row = found.json()["results"][0]
    assert row["tutor"]["name"] == "Ruth"
    assert {reason["factor"] for reason in row["reasons"]} >= {"subject", "price", "continuity"}
    assert row["next_slots"]
    there = f"{AI}matches/{found.json()['id']}/"
    assert api(sam).get(there).json()["is_worded"] is False
    assert api(otto).get(there).status_code == 404
    assert api(sam).post(f"{there}words/").status_code == 503
    for bad in ({}, {"subjects": ["nothing"]}, {**wish, "budget_minor": 0}, {**wish, "zone": "X"}):
        assert api(sam).post(f"{AI}matches/", bad, format="json").status_code == 400
