"""What somebody sees who meets an error: a page like the others, open to everyone, that says what
is safe and leads on."""

import os

import pytest
from playwright.sync_api import Browser

from accounts.models import User
from tests.ui.test_browser import NARROW, WIDE, opened, sideways, violations
from tests.ui.test_errors import RAISED, urlpatterns  # noqa: F401  the addresses that fail
from tests.ui.test_tour import signed_in
from tutorme import urls as site

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
handler404, handler500 = site.handler404, site.handler500
pytestmark = [
    pytest.mark.browser,
    pytest.mark.urls(__name__),
    pytest.mark.django_db(transaction=True),
]
FAILING = [f"/raise/{name}/" for name in RAISED if name != "signed-out"]
SHOWN = [*FAILING, "/nothing-is-here/"]


@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (NARROW, "dark")])
def test_errors_are_open_to_everyone(
    chromium: Browser, live_server, width: int, scheme: str
) -> None:
    wrong = {}
    with opened(chromium, width=width, color_scheme=scheme) as page:
        for stop in SHOWN:
            page.goto(live_server.url + stop)
            assert page.locator("h1").count() == 1, stop
            assert page.locator("main .button").count() >= 1, stop
            wrong[stop] = violations(page) + [f"{sideways(page)} px too wide"] * (
                sideways(page) > 0
            )
    assert {stop: found for stop, found in wrong.items() if found} == {}


@pytest.mark.parametrize("scripts", [True, False])
def test_a_form_whose_seal_is_gone_says_what_to_do(
    chromium: Browser, live_server, scripts: bool
) -> None:
    with opened(chromium, width=NARROW, java_script_enabled=scripts) as page:
        page.goto(f"{live_server.url}/account/login/")
        page.context.clear_cookies()
        page.fill("input[name=login]", "sam@example.test")
        page.fill("input[name=password]", "three quiet rivers")
        page.locator("main form button[type=submit]").first.click()
        page.get_by_role("heading", name="This form is too old").wait_for()
        if scripts:
            assert violations(page) == []


def test_a_door_that_is_not_ones_own_says_so(chromium: Browser, live_server, sam: User) -> None:
    with signed_in(chromium, live_server.url, sam, width=NARROW) as page:
        page.goto(f"{live_server.url}/raise/not-allowed/")
        assert "this account has no right" in page.locator("main").inner_text()
        assert violations(page) == []
