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


ABROAD = "https://pictures.example/logo.svg"
_PICTURE = """([src, way]) => new Promise(done => {
  const picture = document.createElement("img");
  picture.onload = picture.onerror = event => done(event.type);
  way === "attribute" ? picture.setAttribute("src", src) : (picture.src = src);
})"""


@pytest.mark.parametrize("path", ["docs/", "redoc/"])
def test_no_other_host_is_asked_for_anything(chromium: Browser, live_server, path: str) -> None:
    """The policy would stop it; then each visit is a violation, and hides the one that matters."""
    asked: list[str] = []
    complaints: list[str] = []
    with opened(chromium) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda said: complaints.append(said.text))
        page.goto(f"{live_server.url}/api/{path}")
        page.get_by_role("heading", name="TutorMe API").wait_for()
        if path == "redoc/":
            page.get_by_text("API docs by Redocly").wait_for()
        page.wait_for_load_state("networkidle")
        assert [url for url in asked if not url.startswith((live_server.url, "blob:"))] == []
        assert complaints == []
        assert page.get_by_alt_text("redocly logo").count() == 0, "nor is its place left"


@pytest.mark.parametrize("way", ["attribute", "property"])
def test_the_control_a_picture_is_asked_for_at_home_alone(
    chromium: Browser, live_server, way: str
) -> None:
    asked: list[str] = []
    with opened(chromium) as page:
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{live_server.url}/api/docs/")
        page.get_by_role("heading", name="TutorMe API").wait_for()
        assert page.evaluate(_PICTURE, [ABROAD, way]) == "error"
        assert ABROAD in asked, "without the guard it is asked for, and the policy stops it"
        page.goto(f"{live_server.url}/api/redoc/")
        page.get_by_role("heading", name="TutorMe API").wait_for()
        asked.clear()
        assert page.evaluate(_PICTURE, [ABROAD, way]) == "error"
        assert page.evaluate(_PICTURE, ["/static/img/icon.svg", way]) == "load"
        assert ABROAD not in asked


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
