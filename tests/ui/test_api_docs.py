"""The API's pages under our own content security policy: they show the contract, not a blank."""

import os

import pytest
from playwright.sync_api import Browser, expect

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


SHOWN = [
    ("docs/", "achievements"),
    ("docs/#/auth", "/auth/register/"),
    ("redoc/", "Create an account"),
]


@pytest.mark.parametrize(("path", "shown"), SHOWN)
def test_the_contract_is_shown(chromium: Browser, live_server, path: str, shown: str) -> None:
    page = chromium.new_page()
    page.goto(f"{live_server.url}/api/{path}")
    expect(page.locator("body")).to_contain_text("TutorMe API")
    expect(page.locator("body")).to_contain_text(shown)
    page.close()
