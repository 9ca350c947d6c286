"""The admin shows what learners did and cannot type over it."""

import pytest
from django.test import Client

from accounts.models import User
from courses.models import (
    Achievement,
    Attempt,
    Course,
    Enrollment,
    Motivation,
    PointsEntry,
    Question,
    UserAchievement,
)
from courses.services import achievement_catalogue, achievements, points, streaks
from tests.courses.conftest import pass_quiz

MOTIVATION = (Achievement, UserAchievement, PointsEntry, Motivation)


@pytest.fixture
def desk(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def test_lists_and_forms_open(desk: Client, place: Enrollment, sam: User) -> None:
    pass_quiz(place)
    achievement_catalogue.load()
    first = Achievement.objects.get(slug="first-lesson")
    achievements.award(user_id=sam.pk, achievement=first)
    for model in (Course, Question, Enrollment, Attempt, *MOTIVATION):
        name = model._meta.model_name
        assert desk.get(f"/admin/courses/{name}/").status_code == 200
        row = model.objects.first()
        assert row is not None
        assert desk.get(f"/admin/courses/{name}/{row.pk}/change/").status_code == 200
    lesson = place.course.lessons.first()
    assert lesson is not None
    assert desk.get(f"/admin/courses/lesson/{lesson.pk}/change/").status_code == 200


def test_facts_are_not_typed_over(desk: Client, place: Enrollment) -> None:
    desk.post(
        f"/admin/courses/enrollment/{place.pk}/change/", {"percent": 100, "state": "completed"}
    )
    place.refresh_from_db()
    assert (place.percent, place.state) == (0, "active")
    assert desk.get("/admin/courses/enrollment/add/").status_code == 403
    assert desk.post(f"/admin/courses/enrollment/{place.pk}/delete/").status_code == 403


def test_publishing_goes_through_the_service(desk: Client, course: Course) -> None:
    before = course.version
    desk.post("/admin/courses/course/", {"action": "publish", "_selected_action": [str(course.pk)]})
    course.refresh_from_db()
    assert course.version == before + 1


def test_students_have_no_desk(client: Client, course: Course, sam: User) -> None:
    client.force_login(sam)
    assert client.get("/admin/courses/course/").status_code == 302


def test_points_are_corrected_with_a_reason(desk: Client, sam: User) -> None:
    form = {"user": sam.pk, "points": 15}
    assert desk.post("/admin/courses/pointsentry/add/", form).status_code == 200
    assert (
        desk.post("/admin/courses/pointsentry/add/", {**form, "reason": "Gift"}).status_code == 302
    )
    desk.post("/admin/courses/pointsentry/add/", {**form, "points": -99, "reason": "No"})
    sam.refresh_from_db()
    assert (sam.points, points.recount(dry_run=True)) == (15, 0)
    entry = PointsEntry.objects.get()
    assert desk.post(f"/admin/courses/pointsentry/{entry.pk}/delete/").status_code == 403
    change = desk.post(f"/admin/courses/pointsentry/{entry.pk}/change/", {**form, "reason": "B"})
    assert change.status_code == 403


def test_an_achievement_is_given_and_taken_back_with_a_reason(desk: Client, sam: User) -> None:
    achievement_catalogue.load()
    first = Achievement.objects.get(slug="first-lesson")
    add = "/admin/courses/userachievement/add/"
    form = {"user": sam.pk, "achievement": first.pk}
    assert desk.post(add, form).status_code == 200
    assert desk.post(add, {**form, "reason": "Told us"}).status_code == 302
    award = UserAchievement.objects.get()
    change = f"/admin/courses/userachievement/{award.pk}/change/"
    assert desk.post(change, {"reason": "A mistake"}).status_code == 302
    award.refresh_from_db()
    sam.refresh_from_db()
    assert (award.revoked_at is not None, sam.points) == (True, 0)
    again = desk.post(add, {**form, "reason": "After all"})
    assert again.status_code == 302, again.context["errors"]
    award.refresh_from_db()
    assert award.revoked_at is None
    assert streaks.locked(sam.pk).user.points == 10


def test_criteria_nobody_can_judge_are_refused_by_the_form(desk: Client) -> None:
    form = {
        "slug": "odd",
        "title": "Odd",
        "description": "Odd",
        "points": 1,
        "position": 1,
        "criteria": '{"type": "nonsense"}',
    }
    page = desk.post("/admin/courses/achievement/add/", form)
    assert page.status_code == 200
    assert "The type is one of" in page.content.decode()
    right = {**form, "criteria": '{"type": "streak", "required_days": 3}'}
    assert desk.post("/admin/courses/achievement/add/", right).status_code == 302
    row = Achievement.objects.get()
    for action, state in (("activate", "active"), ("retire", "retired")):
        desk.post(
            "/admin/courses/achievement/", {"action": action, "_selected_action": [str(row.pk)]}
        )
        row.refresh_from_db()
        assert row.state == state
