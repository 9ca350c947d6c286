"""Courses an admin puts before the others, and courses an admin duplicates."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from courses.models import Course
from courses.services import featuring
from tests import cast
from tutorme.core.errors import NotAllowed
from tutorme.core.models import AuditEntry
from tutorme.web.views import shelf_courses

pytestmark = pytest.mark.django_db
LIST = "/admin/courses/course/"


def published(tess: User, *slugs: str) -> list[Course]:
    """The later, the newer."""
    facts = {"category": "maths", "difficulty": "beginner", "state": "published"}
    return [
        Course.objects.create(
            slug=slug,
            title=slug,
            instructor=tess,
            published_at=f"2026-01-0{number}T00:00:00Z",
            **facts,
        )
        for number, slug in enumerate(slugs, start=1)
    ]


def on_the_shelf() -> list[str]:
    return [row["slug"] for row in shelf_courses(8)]


def act(desk: Client, action: str, *rows: Course, **more: str) -> str:
    form = {"action": action, "_selected_action": [str(row.pk) for row in rows], **more}
    return desk.post(LIST, form, follow=True).text


@pytest.fixture
def desk(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return cast.confirmed(client)


def test_what_is_featured_stands_first_and_the_last_one_before_it(
    desk: Client, tess: User, ada: User
) -> None:
    old, middle, _new = published(tess, "old", "middle", "new")
    assert on_the_shelf() == ["new", "middle", "old"]
    act(desk, "feature", old)
    assert on_the_shelf() == ["old", "new", "middle"]
    Course.objects.filter(pk=old.pk).update(featured_at="2026-01-01T00:00:00Z")
    act(desk, "feature", middle)
    assert on_the_shelf() == ["middle", "old", "new"]
    assert "old" in desk.get(f"{LIST}?featured_at__isempty=0").text
    act(desk, "stop_featuring", middle)
    assert on_the_shelf() == ["old", "new", "middle"]
    trail = AuditEntry.objects.filter(actor=ada, target_id=str(middle.pk)).order_by("pk")
    said = list(trail.values_list("action", flat=True))
    assert said == ["course.featured", "course.stopped-featuring"]


def test_a_draft_is_not_featured_and_one_that_left_is_not_shown(
    desk: Client, tess: User, ada: User
) -> None:
    (row,) = published(tess, "row")
    act(desk, "feature", row)
    Course.objects.filter(pk=row.pk).update(state="draft")
    assert on_the_shelf() == []
    assert "It is not in the catalogue." in act(desk, "feature", row)
    Course.objects.filter(pk=row.pk).update(featured_at=None)
    with pytest.raises(NotAllowed):
        featuring.stop_featuring(course=row, actor_id=ada.pk)


def test_a_duplicate_is_a_draft_of_the_same_teacher(
    desk: Client, course: Course, ada: User
) -> None:
    assert "This reaches 1 row" in act(desk, "duplicate", course)
    assert Course.objects.count() == 1
    said = act(desk, "duplicate", course, asked="1", counted="1")
    made = Course.objects.exclude(pk=course.pk).get()
    assert f"the copy is {made.slug}" in said
    assert (made.instructor, made.state, made.title) == (course.instructor, "draft", course.title)
    assert AuditEntry.objects.get(action="course.duplicated").actor == ada
    assert reverse("teach-course", args=[made.slug]) in desk.get(f"{LIST}{made.pk}/change/").text
