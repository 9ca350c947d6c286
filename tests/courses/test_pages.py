"""The whole way through a course by links and forms alone, as a browser without scripts goes it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from courses.models import Attempt, Course, Enrollment
from courses.services import authoring, enrolling, outlining, quizzes
from tests.cast import PASSWORD
from tests.courses.conftest import RIGHT, answers, lesson, pass_quiz
from tutorme.core.models import OutboxEvent

SECRETS = ("KEYCANARY", "Divisible by two", "It once was", "Hola", "3.14")


@pytest.fixture
def browser(client: Client) -> Callable[[User | None], Client]:
    def signed_in(user: User | None) -> Client:
        fresh = Client()
        if user is not None:
            assert fresh.login(email=user.email, password=PASSWORD)
        return fresh

    return signed_in


def text(response: Any) -> str:
    return str(response.content.decode())


def filled(attempt: Attempt, given: dict[str, Any]) -> dict[str, Any]:
    """A sheet as a form posts it."""
    plain = {True: "true", False: "false"}
    return {
        f"q-{pk}": answer if isinstance(answer, list) else plain.get(answer, answer)
        for pk, answer in answers(attempt, given).items()
    }


def test_sam_goes_the_whole_way_without_a_script(browser, course: Course, sam: User, drain) -> None:
    sams = browser(sam)
    assert "First steps" in text(sams.get("/courses/?search=first"))
    assert "Enrol for free" in text(sams.get("/courses/first-steps/"))
    home = sams.post("/courses/first-steps/enroll/", follow=True)
    assert home.redirect_chain[-1][0] == "/learn/first-steps/"
    assert "Begin: Hello" in text(home)

    after = sams.post("/learn/first-steps/hello/complete/", follow=True)
    assert after.redirect_chain[-1][0] == "/learn/first-steps/more/"
    assert "BODYCANARY" in text(after)
    assert "Go on: More" in text(sams.get("/learn/first-steps/"))
    sams.post("/learn/first-steps/more/complete/")

    sheet = sams.post("/learn/first-steps/check/start/", follow=True)
    place = sheet.redirect_chain[-1][0]
    assert place == "/learn/first-steps/check/attempts/1/"
    attempt = Attempt.objects.get()
    result = sams.post(place, {**filled(attempt, RIGHT), "submit": "1"}, follow=True)
    assert "You got 100%. To pass you need 70%" in text(result)
    assert "KEYCANARY" in text(result)

    drain()
    enrollment = Enrollment.objects.get(user=sam)
    assert (enrollment.state, enrollment.percent) == ("completed", 100)
    assert OutboxEvent.objects.filter(name="enrollment.completed").count() == 1
    assert "Completed" in text(sams.get("/learn/"))
    sam.refresh_from_db()
    assert sam.points == 255


def test_one_resumes_where_one_left(browser, place: Enrollment, sam: User) -> None:
    sams = browser(sam)
    sams.get("/learn/first-steps/more/")
    assert "Go on: More" in text(sams.get("/learn/first-steps/"))


def test_a_price_is_bought_and_never_enrolled_for_nothing(browser, publish, sam: User) -> None:
    course = publish(slug="paid", amount="25.00")
    sams = browser(sam)
    page = text(sams.get("/courses/paid/"))
    assert "Buy this course" in page
    assert f'href="/checkout/course/{course.pk}/"' in page
    sams.post("/courses/paid/enroll/")
    assert not Enrollment.objects.exists()


def test_a_visitor_is_sent_to_the_door_and_back(browser, publish) -> None:
    publish(slug="paid", amount="25.00")
    assert "/account/login/?next=/courses/paid/" in text(browser(None).get("/courses/paid/"))
    for path in ("/learn/", "/learn/paid/"):
        assert browser(None).get(path).status_code == 302


def test_a_locked_body_is_nowhere(browser, course: Course, otto: User) -> None:
    for person in (None, otto):
        theirs = browser(person)
        locked = theirs.get("/learn/first-steps/more/")
        assert locked.status_code == 403
        pages = [text(theirs.get(path)) for path in ("/courses/", "/courses/first-steps/")]
        assert not any("BODYCANARY" in page for page in [text(locked), *pages])
        assert theirs.get("/learn/first-steps/hello/").status_code == 200
    browser(otto).post("/learn/first-steps/check/start/")
    assert not Attempt.objects.exists()


def test_the_key_is_on_no_page_before_the_end(browser, place: Enrollment, sam: User) -> None:
    sams = browser(sam)
    sams.post("/learn/first-steps/check/start/")
    attempt = Attempt.objects.get()
    sheet = "/learn/first-steps/check/attempts/1/"
    sams.post(sheet, filled(attempt, {"capital": "b", "even": ["three"]}))
    paths = (
        "/courses/?search=lima",
        "/courses/first-steps/",
        "/learn/",
        "/learn/first-steps/",
        "/learn/first-steps/hello/",
        "/learn/first-steps/more/",
        "/learn/first-steps/check/",
        sheet,
    )
    for path in paths:
        page = text(sams.get(path))
        assert not [secret for secret in SECRETS if secret in page], path
        assert "choice-right" not in page


@pytest.mark.parametrize("policy", ["never", "after_pass", "after_last_attempt"])
def test_a_closed_review_shows_the_score_alone(
    browser, place: Enrollment, course: Course, sam: User, policy: str
) -> None:
    quiz = lesson(course, "check").quiz
    quiz.review = policy
    quiz.save()
    attempt = quizzes.start(enrollment=place, lesson=lesson(course, "check"))
    quizzes.submit(attempt=attempt)
    page = text(browser(sam).get("/learn/first-steps/check/attempts/1/"))
    assert "You got 0%. To pass you need 70%" in page
    assert not [secret for secret in SECRETS if secret in page]


def test_a_change_is_saved_by_itself_and_kept(browser, place: Enrollment, sam: User) -> None:
    sams = browser(sam)
    sams.post("/learn/first-steps/check/start/")
    attempt = Attempt.objects.get()
    sheet = "/learn/first-steps/check/attempts/1/"
    saved = sams.post(f"{sheet}save/", filled(attempt, {"capital": "a", "pi": "3,1"}))
    assert saved.status_code == 204
    page = text(sams.get(sheet))
    assert re.search(r'value="a" checked', page)
    assert 'value="3,1"' in page
    quizzes.submit(attempt=attempt)
    assert sams.post(f"{sheet}save/", {}).status_code == 409


def test_an_answer_that_is_none_hands_nothing_in(browser, place: Enrollment, sam: User) -> None:
    sams = browser(sam)
    sams.post("/learn/first-steps/check/start/")
    attempt = Attempt.objects.get()
    wrong = {**filled(attempt, {"capital": "nowhere"}), "submit": "1"}
    sams.post("/learn/first-steps/check/attempts/1/", wrong)
    attempt.refresh_from_db()
    assert attempt.state == "open"


def test_another_persons_attempt_is_not_found(
    browser, place: Enrollment, course: Course, otto: User
) -> None:
    quizzes.start(enrollment=place, lesson=lesson(course, "check"))
    enrolling.enroll_free(user=otto, course=course)
    ottos = browser(otto)
    for way in (ottos.get, ottos.post):
        assert way("/learn/first-steps/check/attempts/1/").status_code == 404
    assert ottos.post("/learn/first-steps/check/attempts/1/save/").status_code == 404


def test_a_quiz_is_not_marked_complete(browser, place: Enrollment, sam: User) -> None:
    answer = browser(sam).post("/learn/first-steps/check/complete/", follow=True)
    assert "passing it completes the lesson" in text(answer)
    assert not place.progress.filter(completed_at__isnull=False).exists()


def test_drafts_are_their_authors_alone(
    browser, course: Course, sam: User, tess: User, orla: User
) -> None:
    Course.objects.update(state="draft")
    paths = ("/courses/first-steps/", "/learn/first-steps/", "/learn/first-steps/hello/")
    for person, status in ((None, 404), (sam, 404), (orla, 404), (tess, 200)):
        theirs = browser(person)
        assert theirs.get(paths[0]).status_code == status
        assert theirs.get(paths[2]).status_code == status
    assert browser(tess).get(paths[1]).status_code == 200
    assert browser(sam).post("/courses/first-steps/enroll/").status_code == 404


def test_learners_keep_a_course_that_left_the_catalogue(
    browser, place: Enrollment, sam: User, otto: User
) -> None:
    Course.objects.update(state="archived")
    assert browser(sam).get("/learn/first-steps/more/").status_code == 200
    assert browser(otto).get("/courses/first-steps/").status_code == 404
    assert "First steps" not in text(browser(sam).get("/courses/"))


def test_later_lessons_are_told_and_the_completion_stays(
    browser, place: Enrollment, course: Course, sam: User
) -> None:
    sams = browser(sam)
    for key in ("hello", "more"):
        sams.post(f"/learn/first-steps/{key}/complete/")
    pass_quiz(place)
    outlining.add_lesson(course=course, title="Extra", body="More.")
    authoring.publish(course=course, actor_id=None)
    page = text(sams.get("/learn/first-steps/"))
    assert "1 lesson came since you finished" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", True),
        ("?search=gentle", True),
        ("?search=frist+steps", True),
        ("?search=f%C3%ADrst", True),
        ("?search=zebra", False),
        ("?category=basics&difficulty=beginner&price=free", True),
        ("?price=10-25", False),
        ("?tag=none", False),
        ("?rating=4.0", False),
        ("?language=en", True),
        ("?difficulty=nonsense&ordering=nonsense&price=", True),
        ("?search=%00", True),
    ],
)
def test_the_catalogue_finds(browser, course: Course, query: str, found: bool) -> None:
    page = browser(None).get(f"/courses/{query}")
    assert page.status_code == 200
    assert ("entry-heading" in text(page)) is found


def test_counts_beside_a_filter_ignore_that_filter(browser, publish) -> None:
    publish(slug="one")
    publish(slug="two", amount="5.00")
    page = text(browser(None).get("/courses/?price=free"))
    assert "Free (1)" in page
    assert "Under 10 (1)" in page
    assert "Basics (1)" in page


def test_the_catalogue_turns_pages_and_refuses_foreign_ones(browser, publish) -> None:
    for number in range(22):
        publish(slug=f"course-{number}")
    page = text(browser(None).get("/courses/?ordering=popular"))
    assert page.count("entry-heading") == 20
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following
    last = browser(None).get(following[1].replace("&amp;", "&"))
    assert text(last).count("entry-heading") == 2
    assert browser(None).get("/courses/?cursor=bm9uc2Vuc2U").status_code == 404


def test_reading_pages_is_flat(
    browser, publish, place: Enrollment, sam: User, query_budget
) -> None:
    sams = browser(sam)
    sams.get("/learn/first-steps/hello/")
    visits = {
        "page_catalogue": "/courses/",
        "page_catalogue_words": "/courses/?search=steps&difficulty=beginner",
        "page_catalogue_sorted": "/courses/?search=steps&ordering=title",
        "page_course": "/courses/first-steps/",
        "page_learn_course": "/learn/first-steps/",
        "page_lesson": "/learn/first-steps/more/",
        "page_shelf": "/learn/",
    }
    for name, path in visits.items():
        with query_budget(name):
            sams.get(path)
    with query_budget("page_lesson_again"):
        sams.get("/learn/first-steps/more/")
    for number in range(5):
        publish(slug=f"course-{number}")
    with query_budget("page_catalogue"):
        sams.get("/courses/")


def test_pages_carry_no_inline_style_or_script(browser, place: Enrollment, sam: User) -> None:
    sams = browser(sam)
    sams.post("/learn/first-steps/check/start/")
    for path in ("/courses/", "/courses/first-steps/", "/learn/first-steps/check/attempts/1/"):
        page = text(sams.get(path))
        assert not re.search(r'\sstyle="|<script(?![^>]*(?:src=|ld\+json))|\son\w+="', page), path
