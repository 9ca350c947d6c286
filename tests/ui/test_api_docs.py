"""The API's pages under our own content security policy: they show the contract, not a blank."""

import os

import pytest
from playwright.sync_api import Browser, expect

from tests.ui.test_browser import opened, violations

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


SHOWN = [
    ("docs/", "What can be achieved"),
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


# Of the title and of the paper under it, whatever notation the browser answers in.
BRIGHTNESS = """title => {
  const brush = document.createElement("canvas").getContext("2d");
  const read = (colour) => {
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 1, 1);
    return brush.getImageData(0, 0, 1, 1).data.slice(0, 3).reduce((sum, part) => sum + part);
  };
  const paper = getComputedStyle(document.body).backgroundColor;
  return [read(getComputedStyle(title).color), read(paper)];
}"""


@pytest.mark.parametrize("path", ["docs/", "redoc/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_read_on_our_paper_by_day_and_by_night(
    chromium: Browser, live_server, path: str, scheme: str
) -> None:
    with opened(chromium, color_scheme=scheme) as page:
        page.goto(f"{live_server.url}/api/{path}")
        title = page.get_by_role("heading", name="TutorMe API")
        title.wait_for()
        ink, paper = page.evaluate(BRIGHTNESS, title.element_handle())
        assert (ink > paper) == (scheme == "dark")
        assert violations(page, within=".api-head") == []


def test_without_a_script_it_leads_to_the_contract(chromium: Browser, live_server) -> None:
    with opened(chromium, java_script_enabled=False) as page:
        page.goto(f"{live_server.url}/api/docs/")
        assert "needs a script" in page.locator("body").inner_text()
        assert page.get_by_role("link", name="schema").first.is_visible()
