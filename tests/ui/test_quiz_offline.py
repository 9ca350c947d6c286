"""A quiz while the connection comes and goes: what was typed is never lost."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from accounts.models import User
from courses.models import Attempt, Course, Enrollment
from courses.services import authoring, enrolling, quizzes
from tests.courses.conftest import answers, lesson, write_course
from tests.ui.test_tour import signed_in

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SAVE = "**/attempts/1/save/"
SHEET = "/learn/first-steps/check/attempts/1/"


@pytest.fixture
def place(tmp_path, sam: User, tess: User) -> Enrollment:
    course = authoring.load_course(write_course(tmp_path), instructor=tess)
    published: Course = authoring.publish(course=course, actor_id=tess.pk)
    return enrolling.enroll_free(user=sam, course=published)


@pytest.fixture
def attempt(place: Enrollment) -> Attempt:
    return quizzes.start(enrollment=place, lesson=lesson(place.course, "check"))


@pytest.fixture
def page(chromium, live_server, sam: User, attempt: Attempt) -> Iterator[Page]:
    with signed_in(chromium, live_server.url, sam) as page:
        page.goto(f"{live_server.url}{SHEET}")
        yield page


def field(page: Page, attempt: Attempt, key: str = "hello"):
    return page.locator(f"[name='q-{asked(attempt, key)}']")


def asked(attempt: Attempt, key: str):
    return attempt.answers.get(question__key=key).question_id


def kept(attempt: Attempt, key: str = "hello"):
    return attempt.answers.get(question__key=key).answer


def away(page: Page, attempt: Attempt) -> None:
    """The line is down: nothing can be saved, and two questions are answered."""
    page.route(SAVE, lambda route: route.abort())
    field(page, attempt).fill("Hola")
    page.locator(f"[name='q-{asked(attempt, 'capital')}'][value='a']").check()
    page.get_by_text("Not saved yet").wait_for()
    assert (kept(attempt), kept(attempt, "capital")) == (None, None)


def test_what_could_not_be_sent_outlives_the_page(page: Page, attempt: Attempt) -> None:
    away(page, attempt)
    page.reload()
    assert field(page, attempt).input_value() == "Hola"
    page.unroute(SAVE)
    page.get_by_text("Saved", exact=True).wait_for()
    assert (kept(attempt), kept(attempt, "capital")) == ("Hola", "a")
    assert (
        page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('unsent'))") == []
    )


def test_control_a_browser_that_keeps_nothing_loses_it(page: Page, attempt: Attempt) -> None:
    away(page, attempt)
    page.evaluate("localStorage.clear()")
    page.reload()
    assert field(page, attempt).input_value() == ""


def test_handing_in_waits_for_the_line(page: Page, attempt: Attempt) -> None:
    away(page, attempt)
    page.context.set_offline(True)
    page.get_by_role("button", name="Hand in").click()
    assert field(page, attempt).input_value() == "Hola"
    attempt.refresh_from_db()
    assert attempt.state == "open"
    page.context.set_offline(False)
    page.unroute(SAVE)
    page.get_by_role("button", name="Hand in").click()
    page.wait_for_url(f"**{SHEET}")
    page.get_by_text("To pass you need").wait_for()
    assert kept(attempt) == "Hola"


def test_what_was_saved_elsewhere_meanwhile_stays(page: Page, attempt: Attempt) -> None:
    away(page, attempt)
    given = answers(attempt, {"hello": "Buenas"})
    quizzes.save_answers(attempt=attempt, answers=given, sequence=40)
    page.unroute(SAVE)
    page.reload()
    assert field(page, attempt).input_value() == "Buenas"
