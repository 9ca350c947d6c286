"""The builder over the API: drafts, revisions, histories, publishing."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from courses.models import Course, CourseVersion, LessonRevision
from courses.services import learning
from tests.courses.conftest import lesson, pass_quiz
from tutorme.core.models import AuditEntry

pytestmark = pytest.mark.django_db
COURSES = "/api/v1/courses/"
BASICS = {"title": "Knots", "category": "sailing", "difficulty": "beginner"}
TEXT = "A bowline holds. " * 40


@pytest.fixture
def author(api: Callable[..., APIClient], tess: User) -> APIClient:
    return api(tess)


def made(client: APIClient, **more: Any) -> dict[str, Any]:
    answer = client.post(COURSES, {**BASICS, **more}, format="json")
    assert answer.status_code == 201, answer.content
    body: dict[str, Any] = answer.json()
    return body


def added(client: APIClient, course: str, **more: Any) -> dict[str, Any]:
    given = {"title": "Bowline", "kind": "text", "body": TEXT, **more}
    answer = client.post(f"{COURSES}{course}/lessons/", given, format="json")
    assert answer.status_code == 201, answer.content
    return {**answer.json(), "etag": answer["ETag"]}


def saved(client: APIClient, row: dict[str, Any], **changes: Any) -> Any:
    tag = changes.pop("tag", row["etag"])
    return client.patch(
        f"/api/v1/lessons/{row['id']}/", changes, format="json", headers={"If-Match": tag}
    )


def test_a_course_from_nothing_to_learners(author: APIClient, api, sam: User) -> None:
    course = made(author, price={"amount": "0", "currency": "EUR"}, tags=["rope"])
    root = f"{COURSES}{course['course']}/"
    assert api(sam).get(root).status_code == 404
    row = added(author, course["course"])
    listed = author.get(f"{root}checklist/").json()
    assert not listed["is_ready"]
    refused = author.post(f"{root}publish/", {}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (422, "course-not-ready")
    assert [item["field"] for item in refused.json()["checklist"]] == ["summary"]
    tag = author.get(f"{root}draft/")["ETag"]
    patched = author.patch(root, {"summary": "To tie."}, format="json", headers={"If-Match": tag})
    assert patched.status_code == 200, patched.content
    assert author.post(f"{root}publish/", {"note": "First"}, format="json").status_code == 200
    assert api(sam).post(f"{root}enroll/").status_code == 201
    assert api(sam).get(f"/api/v1/lessons/{row['id']}/").json()["body"] == TEXT
    # The draft goes on without learners seeing it.
    assert saved(author, row, body=TEXT + "More.").status_code == 200
    assert api(sam).get(f"/api/v1/lessons/{row['id']}/").json()["body"] == TEXT
    assert author.get(f"{root}draft/").json()["is_changed"] is True


def test_an_edit_names_what_it_was_made_on(author: APIClient) -> None:
    row = added(author, made(author)["course"])
    assert saved(author, row, body="Mine. " * 50).status_code == 200
    late = saved(author, row, body="Theirs. " * 50)
    assert (late.status_code, late.json()["code"]) == (412, "lesson-changed")
    assert late.json()["current"]["body"].startswith("Mine.")
    assert late.json()["current"]["revision"] == 2
    assert saved(author, row, body="x", tag="*").status_code == 200
    plain = author.patch(f"/api/v1/lessons/{row['id']}/", {"title": "T"}, format="json")
    assert (plain.status_code, plain.json()["code"]) == (428, "precondition-required")
    assert saved(author, row, title="T", tag='"nonsense"').status_code == 412


def test_autosave_cannot_destroy_a_lesson(author: APIClient, course: Course) -> None:
    row = added(author, made(author)["course"])
    lost = saved(author, row, body="", autosave=True)
    assert (lost.status_code, lost.json()["code"]) == (422, "shrink-refused")
    first = saved(author, row, body=TEXT + "a", autosave=True)
    row["etag"] = first["ETag"]
    row["etag"] = saved(author, row, body=TEXT + "ab", autosave=True)["ETag"]
    assert saved(author, row, body="Short on purpose.").status_code == 200
    kept = list(LessonRevision.objects.order_by("id").values_list("reason", "body"))
    assert kept == [("autosaved", TEXT), ("edited", TEXT + "ab")]


def test_what_was_deleted_comes_back_with_its_id(author: APIClient) -> None:
    course = made(author)["course"]
    row = added(author, course)
    assert author.delete(f"/api/v1/lessons/{row['id']}/").status_code == 204
    assert author.get(f"/api/v1/lessons/{row['id']}/draft/").status_code == 404
    history = f"{COURSES}{course}/lessons/{row['id']}/history/"
    (kept,) = author.get(history).json()["results"]
    assert (kept["reason"], kept["body"]) == ("deleted", TEXT)
    back = author.post(f"{history}{kept['id']}/restore/")
    assert back.status_code == 200, back.content
    assert (back.json()["id"], back.json()["key"], back.json()["body"]) == (
        row["id"], "bowline", TEXT,
    )  # fmt: skip


def test_the_order_names_every_lesson_once(author: APIClient) -> None:
    course = made(author)["course"]
    ids = [added(author, course, title=f"Knot {n}")["id"] for n in range(4)]
    order = f"{COURSES}{course}/lessons/order/"
    turned = author.post(order, {"lessons": ids[::-1]}, format="json")
    assert [row["id"] for row in turned.json()["sections"][0]["lessons"]] == ids[::-1]
    for wrong in (ids[:3], [*ids, ids[0]], [*ids[:3], "0198aaaa-0000-7000-8000-000000000000"]):
        refused = author.post(order, {"lessons": wrong}, format="json")
        assert (refused.status_code, refused.json()["code"]) == (422, "order-incomplete")
    assert author.post(order, {}, format="json").status_code == 400
    section = author.post(f"{COURSES}{course}/sections/", {"title": "Two"}, format="json").json()
    first = turned.json()["sections"][0]["id"]
    tree = [{"id": section["id"], "lessons": ids[:1]}, {"id": first, "lessons": ids[1:]}]
    moved = author.post(order, {"sections": tree}, format="json").json()["sections"]
    assert [[row["id"] for row in part["lessons"]] for part in moved] == [ids[:1], ids[1:]]


def test_circles_are_refused_and_named(author: APIClient) -> None:
    course = made(author)["course"]
    one, two = added(author, course, title="One"), added(author, course, title="Two")
    assert saved(author, one, prerequisites=[two["id"]]).status_code == 200
    refused = saved(author, two, prerequisites=[one["id"]])
    assert (refused.status_code, refused.json()["code"]) == (409, "prerequisite-cycle")
    assert refused.json()["cycle"][0] == refused.json()["cycle"][-1]
    assert set(refused.json()["cycle"]) == {"One", "Two"}


def test_courses_wait_for_courses_without_circles(
    author: APIClient, publish: Callable[..., Course]
) -> None:
    first, second = publish(slug="one"), publish(slug="two")

    def require(course: Course, other: Course) -> Any:
        root = f"{COURSES}{course.pk}/"
        return author.patch(
            root, {"prerequisites": [str(other.pk)]}, format="json", headers={"If-Match": "*"}
        )

    assert require(first, second).status_code == 200
    assert author.post(f"{COURSES}{first.pk}/publish/", {}, format="json").status_code == 200
    refused = require(second, first)
    assert (refused.status_code, refused.json()["code"]) == (409, "prerequisite-cycle")


def test_versions_tell_what_changed(
    author: APIClient, api, course: Course, place, sam: User, drain
) -> None:
    root = f"{COURSES}{course.pk}/"
    for key in ("hello", "more"):
        learning.complete_lesson(enrollment=place, lesson=lesson(course, key))
    pass_quiz(place)
    row = added(author, str(course.pk), title="Extra")
    more = author.get(f"/api/v1/lessons/{lesson(course, 'more').pk}/draft/")
    saved(author, {**more.json(), "etag": more["ETag"]}, body=TEXT)
    assert author.post(f"{root}publish/", {"is_breaking": True}, format="json").status_code == 200
    seen = api(sam).get(f"{root}versions/").json()
    assert (seen["current"], seen["completed"]) == (2, 1)
    assert [entry["id"] for entry in seen["since_you_finished"]["added"]] == [row["id"]]
    assert [entry["title"] for entry in seen["since_you_finished"]["changed"]] == ["More"]
    assert [version["is_breaking"] for version in seen["results"]] == [True, False]
    assert api(None).get(f"{root}versions/").json()["since_you_finished"] is None
    assert CourseVersion.objects.get(course=course, number=1).snapshot["sections"]


def test_unpublished_archived_deleted(
    author: APIClient, api, course: Course, place, sam: User, otto: User
) -> None:
    root = f"{COURSES}{course.pk}/"
    assert author.post(f"{root}unpublish/").status_code == 200
    assert api(otto).get(root).status_code == 404
    assert api(otto).post(f"{root}enroll/").status_code == 404
    assert api(sam).get(f"{root}outline/").status_code == 200
    refused = author.delete(root)
    assert (refused.status_code, refused.json()["code"]) == (409, "course-has-learners")
    assert author.post(f"{root}archive/").json()["state"] == "archived"
    assert author.delete(f"{root}archive/").status_code == 204
    assert author.post(f"{root}publish/", {}, format="json").json()["state"] == "published"
    empty = made(author)["course"]
    assert author.delete(f"{COURSES}{empty}/").status_code == 204
    assert AuditEntry.objects.filter(action="course.deleted", target_id=empty).exists()


def test_a_copy_has_the_lessons_and_nobodys_progress(author: APIClient, course: Course) -> None:
    copy = author.post(f"{COURSES}{course.pk}/duplicate/").json()
    assert copy["slug"] == "first-steps-2"
    assert [row["key"] for part in copy["sections"] for row in part["lessons"]] == [
        "hello", "more", "check",
    ]  # fmt: skip
    assert author.post(f"{COURSES}{copy['course']}/publish/", {}, format="json").status_code == 200


@pytest.mark.parametrize("who", ["sam", "orla"])
def test_others_have_no_say(api, course: Course, who: str, request) -> None:
    client = api(request.getfixturevalue(who))
    root, one = f"{COURSES}{course.pk}/", f"/api/v1/lessons/{lesson(course, 'more').pk}/"
    refusals = [
        client.patch(root, {"title": "Mine"}, format="json", headers={"If-Match": "*"}),
        client.delete(root),
        client.get(f"{root}draft/"),
        client.get(f"{root}lessons/"),
        client.post(f"{root}publish/", {}, format="json"),
        client.post(f"{root}lessons/", {"title": "x", "kind": "text"}, format="json"),
        client.patch(one, {"body": "Mine"}, format="json", headers={"If-Match": "*"}),
        client.delete(one),
        client.get(f"{one}draft/"),
    ]
    expected = {403} if who == "sam" else {404}
    assert {answer.status_code for answer in refusals} == expected


@pytest.mark.parametrize(
    "body",
    [
        {"instructor": "x"},
        {"state": "published"},
        {"version": 9},
        {"enrollment_count": 10},
        {"title": "\x00"},
        {"title": "x" * 121},
        {"price": {"amount": "-1", "currency": "EUR"}},
        {"language": "../x"},
        {"difficulty": "hard"},
        {"prerequisites": ["0198aaaa-0000-7000-8000-000000000000"]},
    ],
)
def test_what_is_not_the_authors_to_say_is_refused(author: APIClient, body: Any) -> None:
    answer = author.post(COURSES, {**BASICS, **body}, format="json")
    assert answer.status_code == 400, answer.content
    assert not Course.objects.exists()


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("video", {"url": "javascript:alert(1)"}),
        ("video", {"url": "https://user:pw@x.test/"}),
        ("video", {"file": "../../etc/passwd"}),
        ("video", {"file": "a.mp4", "url": "https://x.test/"}),
        ("video", {"duration_seconds": 10**9}),
        ("embed", {"url": "data:text/html,x"}),
        ("live", {"join_url": "http://x.test/"}),
        ("live", {"starts_at": "tomorrow"}),
        ("file", {"files": ["A/B"]}),
        ("text", {"min_seconds": "60"}),
    ],
)
def test_a_lessons_own_members_are_looked_at(author: APIClient, kind: str, data) -> None:
    course = made(author)["course"]
    given = {"title": "x", "kind": kind, "data": data}
    answer = author.post(f"{COURSES}{course}/lessons/", given, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"].startswith("/data/")
