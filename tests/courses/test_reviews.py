"""Where the site looks first: handed in, looked at in the admin, decided once, and told."""

import pytest
from django.test import Client

from accounts.models import User
from courses.errors import CourseNotReady, DraftMovedOn, ReviewDecided, ReviewPending
from courses.models import Course, CourseReview, CourseVersion
from courses.services import drafting, reviewing, writing
from realtime.models import Notification
from tests.courses.conftest import edit
from tutorme.core.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def looked_at_first(settings) -> None:
    settings.COURSE_REVIEW_REQUIRED = True


@pytest.fixture
def desk(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def write(course: Course, body: str) -> None:
    draft = drafting.draft_of(course).course.lesson_drafts.get(key="more")
    writing.save_lesson(lesson=draft, changes={"body": body}, actor_id=course.instructor_id)


def handed_in(course: Course, tess: User) -> CourseReview:
    write(course, "Something new.")
    review = reviewing.release(course=course, actor=tess, note="New")
    assert review is not None
    return review


def act(desk: Client, review: CourseReview, action: str, **more: str) -> None:
    data = {"action": action, "_selected_action": [str(review.pk)], **more}
    assert desk.post("/admin/courses/coursereview/", data).status_code == 302


def told(user: User) -> set[str]:
    return set(Notification.objects.filter(user=user).values_list("kind", flat=True))


def test_an_approved_course_is_published(
    desk: Client, api, course: Course, tess: User, ada: User, drain
) -> None:
    write(course, "Something new.")
    answer = api(tess).post(f"/api/v1/courses/{course.pk}/publish/", {}, format="json")
    assert (answer.status_code, answer.json()["state"]) == (202, "submitted")
    assert course.lessons.get(key="more").body != "Something new."
    drain()
    assert "course-submitted" in told(ada)
    page = desk.get("/admin/courses/coursereview/").content.decode()
    assert "changed: More" in page
    review = CourseReview.objects.get()
    assert desk.get(f"/admin/courses/coursereview/{review.pk}/change/").status_code == 200
    act(desk, review, "approve")
    assert course.lessons.get(key="more").body == "Something new."
    drain()
    assert "course-approved" in told(tess)
    assert AuditEntry.objects.filter(action="course.review-approved", actor=ada).exists()
    with pytest.raises(ReviewDecided):
        reviewing.reject(review=review, actor_id=ada.pk, reason="Late")


def test_a_rejected_course_stays_a_draft_and_says_why(
    desk: Client, course: Course, tess: User, drain
) -> None:
    review = handed_in(course, tess)
    asked = {"action": "reject", "_selected_action": [str(review.pk)]}
    assert b'name="reason"' in desk.post("/admin/courses/coursereview/", asked).content
    review.refresh_from_db()
    assert review.state == "submitted"
    act(desk, review, "reject", reason="Too short.")
    drain()
    assert "course-rejected" in told(tess)
    assert CourseVersion.objects.count() == 1
    tesss = Client()
    tesss.force_login(tess)
    assert "Too short." in tesss.get("/teach/courses/first-steps/").content.decode()


def test_what_was_not_looked_at_is_not_published(course: Course, tess: User, ada: User) -> None:
    review = handed_in(course, tess)
    with pytest.raises(ReviewPending):
        reviewing.submit(course=course, actor_id=tess.pk)
    write(course, "Something else.")
    with pytest.raises(DraftMovedOn):
        reviewing.approve(review=review, actor_id=ada.pk)
    review.refresh_from_db()
    assert review.state == "submitted"
    reviewing.withdraw(review=review, actor_id=tess.pk)
    assert reviewing.submit(course=course, actor_id=tess.pk).state == "submitted"


def test_staff_need_nobody_and_the_unready_is_not_taken(
    course: Course, tess: User, ada: User
) -> None:
    write(course, "")
    with pytest.raises(CourseNotReady):
        reviewing.release(course=course, actor=tess)
    write(course, "Text")
    assert reviewing.release(course=course, actor=ada) is None


def test_versions_and_histories_can_be_read_in_the_admin(desk: Client, course: Course) -> None:
    edit(course, "more", body="Changed.")
    for model in ("courseversion", "lessonrevision", "course", "lesson"):
        assert desk.get(f"/admin/courses/{model}/").status_code == 200
    version = CourseVersion.objects.latest("number")
    assert desk.get(f"/admin/courses/courseversion/{version.pk}/change/").status_code == 200
    assert (
        "Open it in the builder"
        in desk.get(f"/admin/courses/course/{course.pk}/change/").content.decode()
    )
