"""A tour of what somebody who learns sees: open to everyone, on every screen, on either paper."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page

from accounts.models import Subject, TutorProfile, TutorSubject, User
from booking.services import offers
from certificates.models import Certificate
from courses.models import Course, Handover, LessonKind
from courses.services import (
    achievement_catalogue,
    authoring,
    drafting,
    enrolling,
    handing_over,
    learning,
    motivation,
    notes,
    outlining,
    quizzes,
    ratings,
    writing,
)
from payments.models import Order
from tests.booking.conftest import open_diary
from tests.courses.conftest import answers, lesson, pass_quiz, write_course
from tests.payments.billing import bare_subscription
from tests.payments.conftest import bare_order
from tests.ui.test_browser import NARROW, WIDE, opened, sideways, violations
from tutorme.core.money import Money

# Playwright's loop runs in this thread; the server that answers runs in its own.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SCREENS = [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light"), (NARROW, "dark")]
SUBSCRIPTIONS = (
    {"state": "approval_pending", "approve_url": "https://www.paypal.com/x"},
    {"state": "past_due", "failures": 1, "owed_minor": 900},
    {"state": "suspended", "failures": 3, "owed_minor": 900},
    {"state": "suspended", "paused_at": "2026-11-01T00:00:00Z"},
    {"state": "active", "wish": "pause", "review": "a payment of another amount"},
    {"state": "cancelled"},
)
SHOWN = ("created", "capture_pending", "captured", "refunded", "review", "declined")


@pytest.fixture
def stops(sam: User, tess: User, media: Path, drain: Callable[[], None]) -> list[str]:
    """Sam finished one course, is in the middle of another, and could buy a third."""
    done, begun, unbought = (
        authoring.publish(
            course=authoring.load_course(with_code(media, slug, amount), instructor=tess),
            actor_id=tess.pk,
        )
        for slug, amount in [("first-steps", "0"), ("second-steps", "0"), ("last-steps", "29.00")]
    )
    place = enrolling.enroll_free(user=sam, course=done)
    for key in ("hello", "more"):
        learning.complete_lesson(enrollment=place, lesson=lesson(done, key))
    pass_quiz(place)
    middle = enrolling.enroll_free(user=sam, course=begun)
    sheet = quizzes.start(enrollment=middle, lesson=lesson(begun, "check"))
    quizzes.save_answers(attempt=sheet, answers=answers(sheet, {"capital": "a"}))
    ratings.rate(user=sam, course=done, rating=4, review="Calm and clear.")
    notes.keep(user=sam, course=unbought)
    for at_s in (None, 75):
        one = lesson(begun, "hello")
        notes.write_note(user=sam, lesson=one, body="A **note**", at_s=at_s)
        notes.write_note(user=sam, lesson=lesson(done, "hello"), body="Mine", at_s=at_s)
    notes.bookmark(user=sam, lesson=lesson(done, "more"), at_s=3, label="Here")
    achievement_catalogue.load()
    motivation.choose(user_id=sam.pk, changes={"wants_boards": True})
    running = bare_subscription(sam)
    orders = [bare_order(sam, state=Order.State(state)) for state in SHOWN]
    opened_hours(tess)
    stuck = lesson(begun, "hello")
    asked = handing_over.ask(user=sam, lesson=stuck, tutor_id=tess.pk, note="Why?", at_s=75)
    Handover.objects.filter(pk=asked.pk).update(booking_id=asked.pk)
    handing_over.answer(handover_id=asked.pk, tutor=tess, reply="**So**.", practice="more")
    drain()
    breaking(done, "more")
    drain()
    for name in ("Algebra", "Steps"):
        facts = {"name": name, "family": "maths"}
        Subject.objects.update_or_create(slug=name.lower(), defaults=facts)
    taught = {"profile_id": tess.pk, "subject_id": "steps", "levels": ["beginner"]}
    TutorSubject.objects.create(**taught)
    code = Certificate.objects.values_list("code", flat=True).get()
    return [
        "/",
        "/today/",
        "/courses/",
        "/courses/?search=steps&price=free",
        "/courses/?search=zzzz",
        "/courses/?search=stepz&ordering=rating",
        "/courses/first-steps/ratings/",
        "/help/ratings/",
        "/subjects/",
        "/subjects/algebra/",
        "/subjects/steps/",
        "/favorites/",
        "/learn/second-steps/hello/",
        "/learn/second-steps/hello/help/?t=75",
        f"/handovers/{asked.pk}/",
        "/learn/first-steps/my/progress/",
        "/learn/first-steps/my/notes/",
        "/learn/first-steps/my/search/?q=open",
        "/courses/last-steps/",
        "/courses/first-steps/",
        "/learn/",
        "/learn/first-steps/",
        "/learn/first-steps/hello/",
        "/learn/first-steps/check/",
        "/learn/first-steps/check/attempts/1/",
        "/learn/second-steps/check/attempts/1/",
        "/learn/last-steps/more/",
        f"/checkout/course/{unbought.pk}/",
        "/pricing/",
        "/subscriptions/",
        f"/subscriptions/{running.pk}/cancel/",
        f"/subscriptions/{running.pk}/change/more/",
        "/orders/",
        *(f"/orders/{order.pk}/" for order in orders),
        "/certificates/",
        f"/verify/{code}/",
        "/achievements/",
        "/achievements/points/",
        "/leaderboard/",
        "/leaderboard/?board=course&course=first-steps",
        "/settings/motivation/",
        "/notifications/",
        "/settings/profile/",
        "/settings/security/",
        "/settings/devices/",
        "/settings/security/password/",
        "/settings/security/email/",
        "/settings/security/tokens/",
        "/settings/security/app/",
        "/settings/security/passkeys/",
        "/settings/security/passkeys/add/",
        "/account/logout/",
        "/nothing-is-here/",
    ]


def opened_hours(tutor: User) -> None:
    """Every day from eight to eight, so that somebody who is stuck finds them."""
    TutorProfile.objects.update_or_create(
        user=tutor,
        defaults={"state": "approved", "approved_at": timezone.now(), "headline": "Patient"},
    )
    open_diary(tutor)
    price = Money(3000, "EUR")
    offers.offer(tutor_id=tutor.pk, title="Lesson", minutes=60, price=price)


def breaking(course: Course, key: str) -> None:
    """A version that teaches something else."""
    draft = drafting.draft_of(course).course.lesson_drafts.get(key=key)
    author = course.instructor_id
    writing.save_lesson(lesson=draft, changes={"body": "Another law."}, actor_id=author)
    authoring.publish(course=course, actor_id=author, is_breaking=True)


def with_code(folder: Path, slug: str, amount: str) -> Path:
    """A course where the right choice of a question is code, which brings a ground of its own."""
    home = write_course(folder, slug=slug, amount=amount)
    sheet = home / "lessons/check.yaml"
    sheet.write_text(sheet.read_text().replace("text: Lima", 'text: "`Lima`"'))
    return home


@contextmanager
def signed_in(browser: Browser, base: str, user: User, **options) -> Iterator[Page]:
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    with opened(browser, **options) as page:
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": base}]
        )
        # News would keep a thread of the server waiting after the test's database is gone.
        page.route("**/realtime/stream/**", lambda route: route.fulfill(status=204))
        yield page


def tour(browser: Browser, base: str, user: User, stops: list[str], **options) -> dict[str, object]:
    """What is wrong, by address; nothing where all is well."""
    found: dict[str, object] = {}
    with signed_in(browser, base, user, **options) as page:
        for stop in stops:
            page.goto(base + stop)
            assert page.locator("h1").count() == 1, stop
            if wrong := violations(page) + [f"{sideways(page)} px too wide"] * (sideways(page) > 0):
                found[stop] = wrong
    return found


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_a_learners_pages_are_open_to_everyone(chromium, live_server, sam, stops, width, scheme):
    options = {"width": width, "color_scheme": scheme}
    assert tour(chromium, live_server.url, sam, stops, **options) == {}


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_they_stand_as_well_from_right_to_left(chromium, live_server, sam, stops, width):
    User.objects.filter(pk=sam.pk).update(locale="ar")
    assert tour(chromium, live_server.url, sam, stops, width=width) == {}


@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "dark"), (NARROW, "light")])
def test_a_teachers_desk_is_open_to_everyone(
    chromium, live_server, tess, otto, stops, width, scheme
):
    """With somebody who does not come on, and somebody who failed twice."""
    course = Course.objects.get(slug="first-steps")
    long_ago = timezone.now() - timedelta(days=20)
    quiet = enrolling.enroll(user_id=otto.pk, course=course, now=long_ago)
    learning.complete_lesson(enrollment=quiet, lesson=lesson(course, "hello"), now=long_ago)
    asked = Handover.objects.get()
    desk = ["/teach/", "/teach/courses/first-steps/analytics/", f"/handovers/{asked.pk}/"]
    options = {"width": width, "color_scheme": scheme}
    assert tour(chromium, live_server.url, tess, desk, **options) == {}


def test_somebody_new_finds_something_to_do_on_every_empty_page(chromium, live_server, ada):
    mine = ["/achievements/", "/leaderboard/", "/teach/", "/today/", "/learn/"]
    empty = [*mine, "/orders/", "/certificates/", "/notifications/", "/courses/"]
    assert tour(chromium, live_server.url, ada, empty, width=NARROW) == {}


@pytest.mark.parametrize("facts", SUBSCRIPTIONS, ids=str)
def test_a_subscription_is_open_to_everyone_however_it_stands(
    chromium, live_server, sam, facts
) -> None:
    bare_subscription(sam, **facts)
    for options in ({"width": NARROW, "color_scheme": "dark"}, {"width": WIDE}):
        assert tour(chromium, live_server.url, sam, ["/subscriptions/"], **options) == {}


def test_code_in_a_chosen_answer_lies_on_the_marker(chromium, live_server, sam, stops):
    """On the chalkboard its own dark ground made it unreadable; axe does not see that."""
    ground = "getComputedStyle(document.querySelector('.choice code')).backgroundColor"
    with signed_in(chromium, live_server.url, sam, color_scheme="dark") as page:
        page.goto(f"{live_server.url}/learn/second-steps/check/attempts/1/")
        assert page.evaluate(ground) == "rgba(0, 0, 0, 0)"


@pytest.fixture
def desk(stops: list[str], tess: User) -> list[str]:
    """Tess has a published course with changes, and one of every kind of lesson in its draft."""
    course = tess.courses_taught.get(slug="first-steps")
    for kind in LessonKind.values:
        outlining.add_lesson(course=course, title=f"A {kind}", kind=kind, actor_id=tess.pk)
    drafts = {row.key: row for row in course.lesson_drafts.select_related("course")}
    writing.save_lesson(lesson=drafts["more"], changes={"body": "New."}, actor_id=tess.pk)
    outlining.remove_lesson(lesson=drafts["hello"], actor_id=tess.pk)
    root = "/teach/courses/first-steps/"
    kinds = [drafts[f"a-{kind}"].pk for kind in LessonKind.values]
    return [
        "/teach/courses/",
        "/teach/courses/new/",
        "/teach/courses/import/",
        root,
        f"{root}details/",
        f"{root}publish/",
        f"{root}files/",
        *(f"{root}lessons/{pk}/" for pk in kinds),
        f"{root}lessons/{drafts['more'].pk}/history/",
        f"{root}lessons/{drafts['more'].pk}/preview/",
        "/courses/first-steps/changes/",
    ]


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_an_authors_pages_are_open_to_everyone(chromium, live_server, tess, desk, width, scheme):
    options = {"width": width, "color_scheme": scheme}
    assert tour(chromium, live_server.url, tess, desk, **options) == {}


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_an_authors_pages_stand_from_right_to_left(chromium, live_server, tess, desk, width):
    User.objects.filter(pk=tess.pk).update(locale="ar")
    assert tour(chromium, live_server.url, tess, desk, width=width) == {}


def test_a_draft_saves_itself_and_lessons_move_by_key(chromium, live_server, tess, desk):
    course = tess.courses_taught.get(slug="first-steps")
    more = course.lesson_drafts.get(key="more")
    with signed_in(chromium, live_server.url, tess) as page:
        page.goto(f"{live_server.url}/teach/courses/first-steps/lessons/{more.pk}/")
        page.fill("#id_body", "Typed, and nothing pressed.")
        page.get_by_text("Saved", exact=True).wait_for()
        more.refresh_from_db()
        assert more.body == "Typed, and nothing pressed."
        # Offline, the text stays in this browser.
        page.route("**/api/v1/lessons/**", lambda route: route.abort())
        page.fill("#id_body", "Typed while nothing answered.")
        page.get_by_text("kept in this browser").wait_for()
        page.unroute("**/api/v1/lessons/**")
        page.reload()
        page.get_by_role("button", name="Take it").click()
        page.get_by_text("Saved", exact=True).wait_for()
        more.refresh_from_db()
        assert more.body == "Typed while nothing answered."

        page.goto(f"{live_server.url}/teach/courses/first-steps/")
        link = page.get_by_role("link", name="A text", exact=True)
        link.focus()
        page.keyboard.press("Alt+ArrowUp")
        page.get_by_text("Moved", exact=True).wait_for()
    assert keys_of(course).index("a-text") < keys_of(course).index("check")


def keys_of(course: Course) -> list[str]:
    return list(course.lesson_drafts.order_by("position").values_list("key", flat=True))


def test_lessons_are_dragged_within_a_section_and_into_another(
    chromium, live_server, tess, desk
) -> None:
    """What the page shows afterwards is what a fresh page shows: the server has the same order."""
    course = tess.courses_taught.get(slug="first-steps")
    before = keys_of(course)
    with signed_in(chromium, live_server.url, tess) as page:
        page.goto(f"{live_server.url}/teach/courses/first-steps/")
        for title in ("A text", "A video"):
            held = page.locator(
                "[data-lesson]", has=page.get_by_role("link", name=title, exact=True)
            )
            held.drag_to(page.locator("[data-lesson]").first, target_position={"x": 20, "y": 2})
            page.get_by_text("Moved", exact=True).wait_for()
            page.evaluate("document.querySelector('tm-outline').status.textContent = ''")
        shown = page.locator("[data-lesson] .outline-title").all_text_contents()
        assert shown[:2] == ["A video", "A text"]
        page.reload()
        assert page.locator("[data-lesson] .outline-title").all_text_contents() == shown
    assert keys_of(course)[:2] == ["a-video", "a-text"]
    assert sorted(keys_of(course)) == sorted(before)


def test_a_drag_on_an_outline_that_changed_meanwhile_is_refused(
    chromium, live_server, tess, desk
) -> None:
    course = tess.courses_taught.get(slug="first-steps")
    with signed_in(chromium, live_server.url, tess) as page:
        page.goto(f"{live_server.url}/teach/courses/first-steps/")
        gone = course.lesson_drafts.get(key="a-embed")
        outlining.remove_lesson(lesson=gone, actor_id=tess.pk)
        before = keys_of(course)
        held = page.locator(
            "[data-lesson]", has=page.get_by_role("link", name="A text", exact=True)
        )
        held.drag_to(page.locator("[data-lesson]").first, target_position={"x": 20, "y": 2})
        page.get_by_text("Not moved").wait_for()
    assert keys_of(course) == before
