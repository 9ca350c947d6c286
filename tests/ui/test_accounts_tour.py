"""A tour of the account: coming in, settings, becoming a tutor, and the list of tutors."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page

from accounts.models import Invitation, TutorProfile, TutorReview, User
from accounts.services import invitations, skills, tutor_profile, tutor_review
from tests import cast
from tests.accounts.conftest import WHOLE, approve, second_factor, subjects, with_picture
from tests.accounts.test_second_factor import shown
from tests.accounts.test_tutors import write
from tests.ui.test_browser import NARROW, WIDE, opened, sideways, violations

__all__ = ["second_factor", "subjects"]
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = [
    pytest.param({"width": WIDE, "color_scheme": "light"}, id="wide-light"),
    pytest.param({"width": NARROW, "color_scheme": "dark"}, id="narrow-dark"),
]
NINA = {"display_name": "Nina", "email": "nina@example.test", "password1": "three quiet rivers"}
LOGIN = "/account/login/"
DESK = "/teach/profile/"
STEPS = [DESK, *(f"{DESK}{key}/" for key in ("words", "teaching", "background", "private"))]
SETTINGS = [
    "/settings/profile/",
    "/settings/preferences/",
    "/settings/skills/",
    "/settings/connections/",
    "/settings/devices/",
    "/settings/data/",
    "/settings/data/copy/",
    "/settings/data/leave/",
    "/settings/security/",
    "/settings/security/password/",
    "/settings/security/email/",
    "/settings/security/tokens/",
    "/settings/security/app/",
    "/settings/security/passkeys/",
    "/settings/security/passkeys/add/",
    "/account/confirm/",
    "/account/logout/",
]


@contextmanager
def browsing(browser: Browser, base: str, client: Client, **options) -> Iterator[Page]:
    """With the cookies this client was given: somebody who really signed in, a moment ago."""
    with opened(browser, **options) as page:
        page.context.add_cookies(
            [{"name": row.key, "value": row.value, "url": base} for row in client.cookies.values()]
        )
        page.route("**/realtime/stream/**", lambda route: route.fulfill(status=204))
        yield page


def walk(browser: Browser, base: str, client: Client, stops: list[str], **options) -> dict:
    """What is wrong, by address. A page that leads elsewhere was not looked at."""
    found: dict[str, object] = {}
    with browsing(browser, base, client, **options) as page:
        for stop in stops:
            page.goto(base + stop)
            wrong = violations(page)
            if page.url != base + stop:
                wrong.append(f"led to {page.url}")
            if page.locator("h1").count() != 1:
                wrong.append("not one heading")
            if sideways(page) > 0:
                wrong.append(f"{sideways(page)} px too wide")
            if wrong:
                found[stop] = wrong
    return found


def signed_in(user: User, *codes: str) -> Client:
    client = Client()
    client.post(LOGIN, {"login": user.email, "password": cast.PASSWORD})
    for code in codes:
        client.post("/account/login/second-factor/", {"code": code})
    assert "_auth_user_id" in client.session
    return client


@pytest.fixture
def waiting() -> Client:
    """A browser in the middle of signing up and of a reset."""
    client = Client()
    client.post("/account/signup/", NINA)
    client.post("/account/reset/", {"email": NINA["email"]})
    return client


@pytest.mark.parametrize("options", SCREENS)
def test_coming_in(chromium, live_server, ada, waiting: Client, options) -> None:
    made = invitations.invite(actor=ada, email="ina@example.test", display_name="Ina")
    row = Invitation.objects.get(user=made)
    invited = reverse("account_invited", args=[row.pk, invitations.token_of(row.pk)])
    stops = [
        LOGIN,
        f"{LOGIN}?next=/courses/",
        "/account/signup/",
        "/account/signup/code/",
        "/account/reset/",
        "/account/reset/code/",
        "/account/inactive/",
        "/account/services/cancelled/",
        "/account/services/error/",
        invited,
        invited[:-2] + "/",
    ]
    assert walk(chromium, live_server.url, waiting, stops, **options) == {}


@pytest.mark.parametrize("options", SCREENS)
def test_settings(chromium, live_server, sam: User, subjects, options) -> None:
    client = signed_in(sam)
    for name in ("Algebra", "A very long name for something one can do rather well"):
        skills.add(user=sam, name=name, level="beginner")
    client.post("/settings/security/email/", {"email": "new@example.test"})
    stops = [*SETTINGS, "/settings/security/email/code/"]
    assert walk(chromium, live_server.url, client, stops, **options) == {}


@pytest.mark.parametrize("options", SCREENS)
def test_with_a_second_factor(chromium, live_server, sam: User, second_factor, options) -> None:
    secret, _codes = second_factor(sam)
    halfway = Client()
    halfway.post(LOGIN, {"login": sam.email, "password": cast.PASSWORD})
    code = ["/account/login/second-factor/"]
    assert walk(chromium, live_server.url, halfway, code, **options) == {}
    stops = [
        "/settings/security/",
        "/settings/security/app/remove/",
        "/settings/security/recovery-codes/",
        "/settings/security/recovery-codes/new/",
        "/account/confirm/",
        "/account/confirm/code/",
    ]
    assert walk(chromium, live_server.url, signed_in(sam, shown(secret)), stops, **options) == {}


@pytest.fixture
def applicant(sam: User, subjects, media: Path) -> User:
    with_picture(sam)
    tutor_profile.update(user=sam, changes={"headline": WHOLE["headline"]})
    return sam


@pytest.mark.parametrize("options", SCREENS)
def test_becoming_a_tutor(chromium, live_server, api, applicant, ada, options) -> None:
    """A draft with a paper, sent in, sent back, approved, and changed once more."""
    client = signed_in(applicant)
    stops = [*STEPS, f"{DESK}papers/", f"{DESK}preview/"]
    assert walk(chromium, live_server.url, client, stops, **options) == {}
    write(api(applicant), WHOLE, "put")
    tutor_review.submit(user=applicant)
    assert walk(chromium, live_server.url, client, [DESK], **options) == {}
    review, version = TutorReview.objects.get(), TutorProfile.objects.get().version
    tutor_review.decide(
        review_id=review.pk, actor=ada, approve=False, version=version, reason="Say more."
    )
    assert walk(chromium, live_server.url, client, [DESK], **options) == {}
    tutor_review.submit(user=applicant)
    approve(applicant, ada)
    tutor_profile.update(user=applicant, changes={"headline": "Another headline altogether"})
    stops = [DESK, f"{DESK}preview/", "/tutors/", "/tutors/sam/"]
    assert walk(chromium, live_server.url, client, stops, **options) == {}
    lists = [
        "/tutors/?q=algebra&subject=algebra&language=fr&price_max=50",
        "/tutors/?q=zzzz",
        "/tutors/?price_min=nonsense",
        "/tutors/sam/",
    ]
    assert walk(chromium, live_server.url, Client(), lists, **options) == {}


def test_from_right_to_left(
    chromium, live_server, sam: User, waiting: Client, subjects, settings
) -> None:
    User.objects.filter(pk=sam.pk).update(locale="ar")
    stops = [*SETTINGS, *STEPS, f"{DESK}papers/", "/tutors/"]
    assert walk(chromium, live_server.url, signed_in(sam), stops, width=NARROW) == {}
    waiting.cookies[settings.LANGUAGE_COOKIE_NAME] = "ar"
    entrance = [LOGIN, "/account/signup/code/", "/account/reset/code/"]
    assert walk(chromium, live_server.url, waiting, entrance, width=NARROW) == {}


def test_a_refused_form_says_so_to_everyone(chromium, live_server, sam: User) -> None:
    """What went wrong stands beside its field, is tied to it, and stays filled in."""
    with browsing(chromium, live_server.url, Client(), width=NARROW) as page:
        for path, fill in (
            (LOGIN, {"login": sam.email, "password": "wrong wrong wrong"}),
            ("/account/signup/", {**NINA, "password1": "short"}),
        ):
            page.goto(live_server.url + path)
            for name, value in fill.items():
                page.fill(f'main [name="{name}"]', value)
            page.locator("main form button").first.click()
            page.locator("[aria-invalid=true], [role=alert]").first.wait_for()
            assert violations(page) == []
        for _ in range(6):
            page.goto(f"{live_server.url}/account/reset/")
            page.fill('main [name="email"]', sam.email)
            page.locator("main form button").first.click()
        page.get_by_text("Try again in").wait_for()
        assert page.input_value('main [name="email"]') == sam.email
        assert violations(page) == []
