"""Catalogue, outline, enrolment and payment over the API."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from accounts.models import User
from courses.models import Attempt, Course, Enrollment
from courses.services import recomputing
from payments.services import orders, refunds
from tests.courses.conftest import RIGHT, answers, lesson
from tests.sandbox_server import Sandbox

pytestmark = pytest.mark.django_db
COURSES = "/api/v1/courses/"


@pytest.fixture
def shelf(publish: Callable[..., Course]) -> None:
    for slug, amount in (
        ("linear-equations", "29.00"),
        ("équations-for-poets", "0"),
        ("spanish-in-a-week", "24.00"),
    ):
        plain = slug.replace("é", "e")
        course = publish(slug=plain, amount=amount)
        title = slug.replace("-", " ").capitalize()
        Course.objects.filter(pk=course.pk).update(title=title)


def titles(answer) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [row["title"] for row in answer.json()["results"]]


@pytest.mark.parametrize(
    ("search", "first"),
    [
        ("equation", 2),
        ("equations", 2),
        ("ÉQUATIONS", 2),
        ("spanish", 1),
        ("spainsh", 1),
        ("sapnish", 1),
        ("linaer equatoins", 1),
        ("poets -linear", 1),
        ("quantum", 0),
        ("' OR 1=1 --", 0),
        ("(((", 0),
    ],
)
def test_search_stems_folds_accents_and_forgives(api, shelf, search: str, first: int) -> None:
    assert len(titles(api(None).get(COURSES, {"search": search}))) == first


def test_filters_facets_and_order(api, shelf) -> None:
    client = api(None)
    assert len(titles(client.get(COURSES, {"price_max": "24"}))) == 2
    assert titles(client.get(COURSES, {"ordering": "-price"}))[0] == "Linear equations"
    page = client.get(COURSES, {"page_size": 2}).json()
    assert (len(page["results"]), page["count"]) == (2, 3)
    assert page["facets"]["category"] == {"basics": 3}
    assert len(client.get(page["next"]).json()["results"]) == 1


@pytest.mark.parametrize(
    "query",
    [
        {"ordering": "rating; drop"},
        {"difficulty": "extreme"},
        {"price_min": "-1"},
        {"price_max": "NaN"},
        {"page_size": "0"},
        {"page_size": "x"},
        {"unknown": "1"},
        {"instructor": "me"},
        {"search": "x" * 201},
        {"search": "a\u0000b"},
    ],
)
def test_what_the_catalogue_does_not_understand_is_400(api, shelf, query) -> None:
    answer = api(None).get(COURSES, query)
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_a_foreign_cursor_is_404(api, shelf) -> None:
    for cursor in ("%%%", "cD1ub25zZW5zZQ==", "bz14JnA9MQ=="):
        assert api(None).get(COURSES, {"cursor": cursor}).status_code == 404, cursor


def test_the_catalogue_is_flat(api, publish, query_budget, course: Course) -> None:
    client = api(None)
    with query_budget("courses_list"):
        client.get(COURSES)
    for number in range(6):
        publish(slug=f"course-{number}")
    with query_budget("courses_list"):
        client.get(COURSES)
    with query_budget("courses_outline"):
        client.get(f"{COURSES}{course.pk}/outline/")
    with query_budget("courses_read"):
        client.get(f"{COURSES}{course.pk}/")


def test_reading_again_costs_a_304(api, course: Course) -> None:
    client, path = api(None), f"{COURSES}{course.pk}/"
    tag = client.get(path)["ETag"]
    assert client.get(path, headers={"if-none-match": tag}).status_code == 304


def test_drafts_are_their_authors_alone(api, course: Course, tess: User, sam: User) -> None:
    Course.objects.update(state="draft")
    path = f"{COURSES}{course.pk}/"
    assert api(None).get(path).status_code == 404
    assert api(sam).get(path).status_code == 404
    assert api(tess).get(path).status_code == 200
    assert titles(api(tess).get(COURSES)) == []


def test_locked_bodies_are_absent_everywhere(api, course: Course, sam: User, otto: User) -> None:
    closed, opened = lesson(course, "more"), lesson(course, "hello")
    for client in (api(None), api(otto)):
        for path in (
            f"/api/v1/lessons/{closed.pk}/",
            f"{COURSES}{course.pk}/outline/",
            f"{COURSES}{course.pk}/",
            COURSES,
        ):
            assert b"BODYCANARY" not in client.get(path).content
        locked = client.get(f"/api/v1/lessons/{closed.pk}/").json()
        assert (locked["lock"], "body" in locked, "html" in locked) == (
            "not_enrolled",
            False,
            False,
        )
        assert "Open to all" in client.get(f"/api/v1/lessons/{opened.pk}/").json()["html"]
    api(sam).post(f"{COURSES}{course.pk}/enroll/")
    assert "BODYCANARY" in api(sam).get(f"/api/v1/lessons/{closed.pk}/").json()["body"]


def test_free_is_one_call_and_twice_is_409(api, course: Course, sam: User) -> None:
    path = f"{COURSES}{course.pk}/enroll/"
    assert api(sam).post(path).status_code == 201
    again = api(sam).post(path)
    assert (again.status_code, again.json()["code"]) == (409, "already-enrolled")
    assert api(None).post(path).status_code == 401


def test_a_price_is_402_with_the_order_to_make(
    api, publish, sam: User, sandbox: Sandbox, drain, ada: User
) -> None:
    course = publish(slug="paid", amount="29.00")
    client = api(sam)
    refused = client.post(f"{COURSES}{course.pk}/enroll/")
    assert (refused.status_code, refused.json()["code"]) == (402, "payment-required")
    made = client.post(
        "/api/v1/payments/orders/",
        refused.json()["order"],
        format="json",
        headers={"idempotency-key": "k"},
    ).json()
    sandbox.approve(made["approve_url"])
    order = orders.settle(made["id"])
    drain()
    place = Enrollment.objects.get()
    assert (place.user, place.order_id, place.state) == (sam, order.pk, "active")
    assert client.get("/api/v1/me/enrollments/").json()["results"][0]["slug"] == "paid"
    twice = client.post(
        "/api/v1/payments/orders/",
        {"kind": "course", "target": str(course.pk)},
        format="json",
        headers={"idempotency-key": "again"},
    )
    assert (twice.status_code, twice.json()["code"]) == (409, "already-enrolled")
    refunds.refund(order=order, amount=None, note="", actor=ada)
    drain()
    place.refresh_from_db()
    course.refresh_from_db()
    assert (place.state, course.enrollment_count) == ("cancelled", 0)


def test_progress_over_the_api(api, place: Enrollment, sam: User, otto: User) -> None:
    one = lesson(place.course, "hello")
    path = f"/api/v1/lessons/{one.pk}/progress/"
    body = {"client_event_id": str(uuid4()), "completed": True, "time_delta_s": 10}
    done = api(sam).post(path, body, format="json").json()
    assert (done["course_percent"], done["completed_at"] is not None) == (33, True)
    assert api(sam).post(path, {**body, "percent": 100}, format="json").status_code == 400
    assert api(otto).post(path, body, format="json").json()["code"] == "lesson-locked"
    quiz = f"/api/v1/lessons/{lesson(place.course, 'check').pk}/progress/"
    forced = api(sam).post(quiz, body, format="json")
    assert (forced.status_code, forced.json()["code"]) == (409, "completed-by-quiz")
    explained = api(sam).get(f"{COURSES}{place.course_id}/progress/explain/").json()
    assert (explained["done"], explained["counted"], explained["percent"]) == (1, 3, 33)
    assert [row["rule"] for row in explained["lessons"]][-1] == "pass the quiz"


def test_one_page_of_learning_is_flat(api, place: Enrollment, sam: User, query_budget) -> None:
    client, one = api(sam), lesson(place.course, "hello")
    body = {"client_event_id": str(uuid4()), "completed": True}
    with query_budget("lessons_progress"):
        client.post(f"/api/v1/lessons/{one.pk}/progress/", body, format="json")
    with query_budget("me_enrollments"):
        client.get("/api/v1/me/enrollments/")
    quiz = f"/api/v1/lessons/{lesson(place.course, 'check').pk}/attempts/"
    with query_budget("attempts_start"):
        attempt = client.post(quiz).json()
    taken = Attempt.objects.get(pk=attempt["id"])
    right = {str(key): value for key, value in answers(taken, RIGHT).items()}
    path = f"/api/v1/attempts/{attempt['id']}/"
    with query_budget("attempts_answer"):
        client.patch(f"{path}answers/", {"answers": right}, format="json")
    with query_budget("attempts_submit"):
        assert client.post(f"{path}submit/").json()["passed"]
    with query_budget("attempts_list"):
        client.get(quiz)
    client.post(quiz)
    with query_budget("attempts_list"):
        assert len(client.get(quiz).json()) == 2
    with query_budget("lessons_progress_beat"):
        client.post(
            f"/api/v1/lessons/{one.pk}/progress/", {"client_event_id": str(uuid4())}, format="json"
        )
    assert recomputing.recompute(dry_run=True) == []
