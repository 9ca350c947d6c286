"""The outline of a version is kept; it can be old and is never wrong."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from courses import queries
from courses.models import Course, Enrollment
from courses.services import learning
from tests.courses.conftest import edit, lesson

pytestmark = pytest.mark.django_db


def asked(course: Course, user: User) -> tuple[int, list[str]]:
    with CaptureQueriesContext(connection) as ran:
        found = queries.outline(course, user)
    return len(ran), [row.title for row in found.lessons]


def test_it_is_read_once_a_version(place: Enrollment, course: Course, sam: User) -> None:
    titles = ["Hello", "More", "Check"]
    assert asked(course, sam) == (2, titles)
    assert asked(course, sam) == (1, titles)
    fresh = edit(course, "more", title="Much more")
    assert asked(fresh, sam) == (2, ["Hello", "Much more", "Check"])
    assert asked(fresh, sam)[0] == 1


def test_without_a_place_nothing_more_is_asked(course: Course, otto: User) -> None:
    queries.outline(course, otto)
    assert asked(course, otto)[0] == 1


def test_control_a_key_without_the_version_shows_what_was(course: Course, sam: User) -> None:
    """The guard is the version in the key: asked for by the old number, the old one comes."""
    queries.outline(course, sam)
    edit(course, "more", title="Much more")
    assert [row.title for row in queries.outline(course, sam).lessons][1] == "More"
    course.refresh_from_db()
    assert [row.title for row in queries.outline(course, sam).lessons][1] == "Much more"


def test_ones_own_state_is_never_kept(place: Enrollment, course: Course, sam: User) -> None:
    queries.outline(course, sam)
    learning.complete_lesson(enrollment=place, lesson=lesson(course, "hello"))
    assert queries.outline(course, sam).done == 1
    other = queries.outline_with(course, sam, None)
    assert (other.done, other.lessons[1].lock) == (0, "not_enrolled")


def test_with_redis_away_it_is_read_every_time(
    place: Enrollment, course: Course, sam: User, settings
) -> None:
    away = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {"default": away}
    assert asked(course, sam)[0] == 2
    assert asked(course, sam)[0] == 2


def test_the_api_answers_304_until_something_moved(
    api, place: Enrollment, course: Course, sam: User
) -> None:
    path = f"/api/v1/courses/{course.pk}/outline/"
    tag = api(sam).get(path)["ETag"]
    again = {"HTTP_IF_NONE_MATCH": tag}
    assert api(sam).get(path, **again).status_code == 304
    assert api(None).get(path, **again).status_code == 200
    learning.complete_lesson(enrollment=place, lesson=lesson(course, "hello"))
    assert api(sam).get(path, **again).status_code == 200
