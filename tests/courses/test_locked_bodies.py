"""A body that is not open to somebody is on no page and in no answer, whatever is asked."""

import re
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from courses.models import Course, Enrollment, LessonNote
from tests.courses.conftest import lesson

pytestmark = pytest.mark.django_db
CANARY = "BODYCANARY"


def routes() -> list[str]:
    """Every GET address of courses, by its pattern."""
    found: list[str] = []

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> None:
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, path)
            elif pattern.callback.__module__.startswith("courses.") or getattr(
                getattr(pattern.callback, "cls", None), "__module__", ""
            ).startswith("courses."):
                found.append(path)

    walk(get_resolver().url_patterns, "/")
    return found


def filled(path: str, course: Course, key: str, ids: dict[str, UUID]) -> str:
    def value(match: re.Match[str]) -> str:
        kind, _, name = match[1].rpartition(":")
        if name in {"slug"}:
            return course.slug
        if name == "key":
            return key
        if kind == "uuid":
            return str(ids.get(name, course.pk))
        return "1" if kind == "int" else "x"

    return re.sub(r"<([^>]+)>", value, path)


def test_the_scan_finds_what_is_open(client: Client, place: Enrollment, sam: User) -> None:
    """The control: the same walk meets the body where it is open."""
    client.force_login(sam)
    assert CANARY in everything(client, place.course)


def test_a_locked_body_is_nowhere(client: Client, course: Course, sam: User, otto: User) -> None:
    LessonNote.objects.create(user=sam, lesson=lesson(course, "more"), body="about it")
    assert CANARY not in everything(client, course)
    client.force_login(otto)
    assert CANARY not in everything(client, course)


def everything(client: Client, course: Course) -> str:
    closed = lesson(course, "more")
    ids = {"course_id": course.pk, "lesson_id": closed.pk}
    assert len(routes()) > 40
    said = []
    for path in routes():
        for query in ("", "?q=enrolled", "?search=enrolled"):
            answer = client.get(filled(path, course, closed.key, ids) + query)
            assert answer.status_code < 500, path
            said.append(b"".join(answer) if answer.streaming else answer.content)
    return b"".join(said).decode("utf-8", "replace")


@pytest.mark.parametrize("path", ["/learn/{slug}/more/", "/api/v1/lessons/{pk}/"])
def test_where_a_place_cannot_be_looked_up_nothing_opens(
    place: Enrollment, sam: User, path: str
) -> None:
    """The check of the row itself breaks: the table it asks is gone."""
    closed = lesson(place.course, "more")
    client = Client(raise_request_exception=False)
    client.force_login(sam)
    asked = path.format(slug=place.course.slug, pk=closed.pk)
    assert CANARY in client.get(asked).content.decode()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE courses_enrollment RENAME TO courses_elsewhere")
    answer = client.get(asked)
    assert answer.status_code >= 500
    assert CANARY not in answer.content.decode()
