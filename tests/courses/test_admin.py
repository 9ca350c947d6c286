"""The admin shows what learners did and cannot type over it."""

import pytest
from django.test import Client

from accounts.models import User
from courses.models import Attempt, Course, Enrollment, Question, UserAchievement
from courses.services import achievements
from tests.courses.conftest import pass_quiz


@pytest.fixture
def desk(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def test_lists_and_forms_open(desk: Client, place: Enrollment, sam: User) -> None:
    pass_quiz(place)
    achievements.award(user_id=sam.pk, achievement=achievements.Achievement.FIRST_LESSON)
    for model in (Course, Question, Enrollment, Attempt, UserAchievement):
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
