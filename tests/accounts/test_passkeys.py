"""Passkeys with Chromium's own virtual authenticator: made, used alone, used as a second step."""

import os
from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from accounts.models import AuthSession, User
from tests import cast
from tests.accounts.test_second_factor import shown
from tests.ui.conftest import chromium  # noqa: F401  a fixture
from tests.ui.test_browser import opened, violations

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(chromium: Browser, live_server) -> Iterator[Page]:  # noqa: F811
    """A browser with a security chip, at a name passkeys can be bound to."""
    with opened(chromium) as opened_page:
        session = opened_page.context.new_cdp_session(opened_page)
        session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        opened_page.route("**/realtime/stream/**", lambda route: route.fulfill(status=204))
        yield opened_page


@pytest.fixture
def base(live_server) -> str:
    return str(live_server.url.replace("127.0.0.1", "localhost"))


def log_in(page: Page, base: str) -> None:
    page.goto(f"{base}/account/login/")
    page.fill("input[name=login]", "sam@example.test")
    page.fill("input[name=password]", cast.PASSWORD)
    page.click("main form.form button[type=submit]")


def make(page: Page, base: str, *, alone: bool) -> None:
    page.goto(f"{base}/settings/security/passkeys/add/")
    assert violations(page) == []
    page.fill("input[name=name]", "This laptop")
    page.set_checked("input[name=passwordless]", alone)
    page.click("[data-passkey]")
    page.wait_for_url("**/recovery-codes/")


def test_sam_signs_in_with_a_passkey_alone(page: Page, base: str, sam: User) -> None:
    log_in(page, base)
    page.wait_for_url("**/today/")
    make(page, base, alone=True)
    assert Authenticator.objects.filter(user=sam, type="webauthn").count() == 1
    page.context.clear_cookies()
    # Meanwhile somebody guesses until no password is looked at any more.
    for _ in range(6):
        wrong = {"login": sam.email, "password": "wrong wrong wrong"}
        locked = Client().post("/account/login/", wrong)
    assert locked.status_code == 429
    page.goto(f"{base}/account/login/")
    page.click("[data-passkey]")
    page.wait_for_url("**/today/")
    assert AuthSession.objects.filter(user=sam).latest("created_at").method == "mfa"


def test_a_passkey_is_the_second_step_after_a_password(page: Page, base: str, sam: User) -> None:
    log_in(page, base)
    page.wait_for_url("**/today/")
    make(page, base, alone=False)
    page.context.clear_cookies()
    log_in(page, base)
    page.wait_for_url("**/second-factor/")
    assert violations(page) == []
    page.click("[data-passkey]")
    page.wait_for_url("**/today/")


def test_an_authenticator_app_in_a_real_browser(page: Page, base: str, sam: User) -> None:
    log_in(page, base)
    page.wait_for_url("**/today/")
    page.goto(f"{base}/settings/security/app/")
    assert violations(page) == []
    secret = page.locator(".copyable code").inner_text()
    page.fill("input[name=code]", shown(secret))
    page.click("main form.form button[type=submit]")
    page.wait_for_url("**/recovery-codes/")
    recovery = page.locator("main ul.mono li").first.inner_text()
    page.context.clear_cookies()
    log_in(page, base)
    page.wait_for_url("**/second-factor/")
    page.fill("input[name=code]", recovery)
    page.click("main form.form button[type=submit]")
    page.wait_for_url("**/today/")


def test_a_bare_number_has_no_passkeys_and_says_so(page: Page, live_server) -> None:
    page.goto(live_server.url.replace("localhost", "127.0.0.1") + "/account/login/")
    expect(page.locator("[data-passkey]")).to_be_hidden()
    expect(page.locator("[data-passkey-note]")).to_contain_text("they need a name")
