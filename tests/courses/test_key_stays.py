"""While an attempt is open, no page and no answer of the API holds a word of its key: every route
of courses and of the shell is asked, with the ids of everything a learner can name."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from courses.models import Attempt, Course, Enrollment, Question
from courses.services import authoring, enrolling, quizzes
from tests.courses.all_kinds import KINDS, file_of
from tests.courses.conftest import lesson, write_course

pytestmark = pytest.mark.django_db
# Planted words, and the names of what holds a key.
SECRETS = ("CANARY", '"solution"', '"correct"', '"earned"', "gr(e|ee)n", "299792")


@pytest.fixture
def attempt(tmp_path: Path, tess: User, sam: User) -> Attempt:
    home = write_course(tmp_path)
    (home / "lessons/check.yaml").write_text(file_of(KINDS))
    course = authoring.load_course(home, instructor=tess)
    course = authoring.publish(course=course, actor_id=tess.pk)
    place = enrolling.enroll_free(user=sam, course=course)
    return quizzes.start(enrollment=place, lesson=lesson(course, "check"))


def addresses(attempt: Attempt) -> list[str]:
    """Every route, filled with what belongs to this learner."""
    found: list[str] = []

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> None:
        for pattern in patterns:
            path = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, path)
            elif _module(pattern).startswith(("courses.", "tutorme.web.")):
                found.append(path)

    walk(get_resolver().url_patterns, "/")
    plain = [path for path in found if not re.search(r"[\^$?(\\]|admin/|stream|logout", path)]
    return sorted({filled for path in plain for filled in _filled(path, attempt)})


def _module(pattern: URLPattern) -> str:
    """Where the view lives; other apps know no question."""
    view = getattr(pattern.callback, "cls", pattern.callback)
    return str(getattr(view, "__module__", ""))


def _filled(path: str, attempt: Attempt) -> list[str]:
    place: Enrollment = attempt.enrollment
    course: Course = place.course
    ids = [attempt.pk, attempt.lesson_id, course.pk, place.pk]
    ids += [Question.objects.get(key="planets").pk, Question.objects.get(key="planets").item_id]
    path = re.sub(r"<slug:slug>", course.slug, path)
    path = re.sub(r"<slug:key>", "check", path)
    path = re.sub(r"<int:\w+>", "1", path)
    path = re.sub(r"<(?:slug|str|path):\w+>", "check", path)
    if "<uuid:" not in path:
        return [path]
    return [re.sub(r"<uuid:\w+>", str(pk), path) for pk in ids]


def test_no_route_tells_the_key_early(api, attempt: Attempt, sam: User) -> None:
    pages, app, asked, told = Client(), api(sam), 0, {}
    pages.force_login(sam)
    for path in addresses(attempt):
        client = app if path.startswith("/api/") else pages
        answer = client.get(path)
        assert answer.status_code < 500, path
        if answer.status_code == 200 and not answer.streaming:
            asked += 1
            text = answer.content.decode(errors="replace")
            if said := [word for word in SECRETS if word in text]:
                told[path] = said
    assert told == {}
    assert asked > 25
    assert Attempt.objects.get(pk=attempt.pk).state == "open"


def test_the_scan_can_fail(api, attempt: Attempt, sam: User) -> None:
    quizzes.submit(attempt=attempt)
    text = api(sam).get(f"/api/v1/attempts/{attempt.pk}/").content.decode()
    assert [word for word in SECRETS if word in text]
