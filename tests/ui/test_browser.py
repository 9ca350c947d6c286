"""The pages as a browser shows them: for everyone, on every screen, with and without scripts."""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, repeat

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from tests import cast
from tests.waiting import until

# Playwright's loop runs in this thread; the server that answers runs in its own.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PUBLIC = ["/", "/account/login/", "/account/signup/", "/problems/", "/problems/conflict/", "/nope/"]
WIDE, NARROW = 1280, 390


@contextmanager
def opened(browser: Browser, **options) -> Iterator[Page]:
    width = options.pop("width", WIDE)
    options.setdefault("reduced_motion", "reduce")
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": 844}, **options
    )
    try:
        yield context.new_page()
    finally:
        context.close()


def violations(page: Page, *, within: str | None = None) -> list[str]:
    """Of the whole page or of what a selector names, once all of it is there: whoever follows a
    button may be here before the page is read to its end."""
    page.wait_for_load_state()
    found = Axe().run(page, context=within).response["violations"]
    return [f"{row['id']}: {row['nodes'][0]['html'][:160]}" for row in found]


def sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.fixture(autouse=True)
def home(settings) -> None:
    settings.LOGIN_REDIRECT_URL = "landing"


@pytest.fixture
def gallery(live_server, settings) -> str:
    settings.DEBUG = True
    return f"{live_server.url}/styleguide/"


@pytest.mark.parametrize(
    "query", ["?theme=light", "?theme=dark", "?dir=rtl", "?dir=rtl&theme=dark"]
)
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_gallery_is_open_to_everyone(chromium, gallery, query, width):
    with opened(chromium, width=width) as page:
        page.goto(gallery + query)
        assert violations(page) == []
        assert sideways(page) <= 0


@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "light"), (NARROW, "dark")])
def test_public_pages_are_open_to_everyone(chromium, live_server, path, width, scheme):
    with opened(chromium, width=width, color_scheme=scheme) as page:
        page.goto(live_server.url + path)
        assert violations(page) == []
        assert sideways(page) <= 0


@pytest.mark.parametrize("path", PUBLIC)
def test_pages_reflow_at_320_pixels(chromium, live_server, path):
    with opened(chromium, width=320) as page:
        page.goto(live_server.url + path)
        assert sideways(page) <= 0


ALONE = ".crumbs a, .section-head a, main summary, .cluster > a:not(.button)"


@pytest.mark.parametrize("path", ["/", "/courses/", "/tutors/", "/problems/conflict/"])
def test_on_a_phone_a_thumb_finds_what_stands_alone(chromium, live_server, path):
    with opened(chromium, width=NARROW) as page:
        page.goto(live_server.url + path)
        heights = page.locator(ALONE).evaluate_all(
            "rows => rows.map(row => row.getBoundingClientRect().height)"
        )
        assert heights
        assert min(heights) >= 43


def test_a_persons_pages_are_open_to_everyone(chromium, live_server):
    cast.person("Sam")
    with opened(chromium, width=NARROW) as page:
        sign_in(page, live_server.url)
        for path in ("/settings/profile/", "/settings/devices/"):
            page.goto(live_server.url + path)
            assert violations(page) == []
            assert sideways(page) <= 0
        page.click("details[data-menu] summary")
        assert violations(page) == []
        page.keyboard.press("Escape")
        assert page.locator("details[data-menu][open]").count() == 0


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_phone_the_settings_are_folded_under_the_pages_name(
    chromium, live_server, scripts: bool
) -> None:
    cast.person("Sam")
    with opened(chromium, width=NARROW, java_script_enabled=scripts) as page:
        sign_in(page, live_server.url)
        page.goto(f"{live_server.url}/settings/preferences/")
        places = page.get_by_role("navigation", name="Settings")
        assert places.evaluate("nav => nav.offsetHeight") < 60
        assert "Preferences" in places.locator("summary").inner_text()
        assert places.get_by_role("link").count() == 0
        places.locator("summary").click()
        if scripts:
            assert violations(page) == []
        assert places.get_by_role("link", name="Preferences").get_attribute("aria-current")
        places.get_by_role("link", name="Your data").click()
        page.wait_for_url("**/settings/data/")
        page.set_viewport_size({"width": WIDE, "height": 844})
        assert places.locator("summary").is_hidden()
        assert places.get_by_role("link").count() > 10


def test_nothing_breaks_the_content_policy(chromium, live_server):
    with opened(chromium) as page:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        for path in ("/", "/account/signup/"):
            page.goto(live_server.url + path)
            page.wait_for_load_state("networkidle")
        assert [text for text in said if "ontent Security" in text or "rror" in text] == []


def test_paper_is_chosen_without_scripts(chromium, live_server):
    with opened(chromium, java_script_enabled=False, color_scheme="light") as page:
        page.goto(live_server.url)
        page.click("button[value=dark]")
        assert page.get_attribute("html", "data-theme") == "dark"
        page.click("button[value=device]")
        assert page.get_attribute("html", "data-theme") is None


def test_signing_in_and_out_without_scripts(chromium, live_server):
    cast.person("Sam")
    with opened(chromium, java_script_enabled=False) as page:
        sign_in(page, live_server.url)
        page.goto(live_server.url)
        page.click("details[data-menu] summary")
        page.click(".menu-out")
        page.goto(live_server.url)
        assert page.get_by_role("link", name="Log in").count()


def test_the_trial_question_explains_itself(chromium, live_server):
    with opened(chromium, java_script_enabled=False) as page:
        page.goto(live_server.url)
        page.check("input[value=b]")
        assert page.get_by_text("A per cent is always of something").is_visible()
        assert not page.get_by_text("Choose one. Nothing is recorded").is_visible()


def test_the_keyboard_reaches_the_content_first(chromium, live_server):
    with opened(chromium) as page:
        page.goto(live_server.url)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "main"


def test_targets_are_large_enough(chromium, live_server):
    """WCAG 2.5.8: 24 by 24 pixels, links inside a sentence excepted."""
    with opened(chromium, width=NARROW) as page:
        page.goto(live_server.url)
        small = page.evaluate(
            """[...document.querySelectorAll("a, button, summary, input:not([type=hidden])")]
               .filter((e) => !e.closest("p, li p, label, .skip") && e.checkVisibility())
               .filter((e) => !e.matches(".skip"))
               .map((e) => [e.outerHTML.slice(0, 80), e.getBoundingClientRect()])
               .filter(([_, r]) => r.width < 24 || r.height < 24).map(([html]) => html)"""
        )
        assert small == []


def test_the_layout_stands_still(chromium, live_server):
    with opened(chromium, width=NARROW) as page:
        page.add_init_script(
            """window.shift = 0;
               new PerformanceObserver((list) => {
                 for (const entry of list.getEntries()) window.shift += entry.value;
               }).observe({ type: "layout-shift", buffered: true });"""
        )
        page.goto(live_server.url)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.shift") < 0.05


def test_progress_reports_seconds_seen_and_repeats_what_failed(chromium, live_server):
    with opened(chromium) as page:
        sent: list[dict] = []
        answers = chain([503], repeat(200))

        def answer(route):
            sent.append(route.request.post_data_json)
            route.fulfill(status=next(answers))

        page.route("**/progress-here/", answer)
        page.goto(live_server.url)
        page.evaluate(
            """() => { const e = document.createElement("tm-progress");
               e.dataset.url = "/progress-here/"; e.dataset.every = "2";
               document.querySelector("main").append(e); }"""
        )

        def repeated() -> bool:
            page.wait_for_timeout(200)
            return len(sent) > 2

        until(repeated)
        first, again, second = sent[:3]
        assert first == again
        assert first["client_event_id"] != second["client_event_id"]
        assert first["time_delta_s"] in {1, 2}
        assert 0 <= first["position"] <= 1000


def test_answers_save_themselves(chromium, live_server):
    with opened(chromium) as page:
        sent: list[str] = []

        def answer(route):
            sent.append(route.request.post_data)
            route.fulfill(status=204)

        page.route("**/answers-here/", answer)
        page.goto(live_server.url)
        page.add_script_tag(url=f"{live_server.url}/static/js/autosave.js", type="module")
        page.evaluate(
            """() => { const e = document.createElement("tm-autosave");
               e.dataset.url = "/answers-here/"; e.dataset.saved = "Saved";
               e.innerHTML = '<form method="post"><input name="q1" aria-label="q1"></form>';
               document.querySelector("main").append(e); }"""
        )
        page.fill("[name=q1]", "seventy-five")
        page.wait_for_selector("tm-autosave p:text('Saved')")
        assert sent == ["q1=seventy-five"]


def test_news_are_announced_and_counted(chromium, live_server):
    own = f"private-user-{cast.person('Sam').pk}"
    told = {"title": "Certificate ready", "body": "Cells", "url": "/x/", "unread": 3}
    said = {"channel": own, "seq": 7, "event": "notification-new", "data": told}
    news = f"id: 7\nevent: notification-new\ndata: {json.dumps(said)}\n\n"
    with opened(chromium) as page:
        page.route(
            "**/realtime/stream/**",
            lambda route: route.fulfill(
                status=200, headers={"Content-Type": "text/event-stream"}, body=news
            ),
        )
        sign_in(page, live_server.url)
        page.goto(f"{live_server.url}/settings/profile/")
        page.wait_for_selector(".toast a")
        assert "Certificate ready Cells" in page.inner_text("[data-toasts]")
        assert page.get_attribute("[data-toasts]", "aria-live") == "polite"
        kept = page.evaluate("Object.entries(sessionStorage)")
        assert [value for key, value in kept if key.startswith("tm-last-event-")] == ["7"]


def test_a_job_follows_itself_to_the_end(chromium, gallery):
    with opened(chromium) as page:
        asked: list[str] = []

        def answer(route):
            asked.append(route.request.url)
            state = "running" if len(asked) < 2 else "succeeded"
            route.fulfill(json={"state": state, "done": 20, "total": 31, "step": "Nearly"})

        page.route(re.compile(r"/api/v1/jobs/[0-9a-f-]+/$"), answer)
        page.goto(gallery)
        page.evaluate("document.querySelector('.job-queued').remove()")
        page.locator(".job-running progress[value='20']").wait_for()
        assert page.inner_text(".job-running [data-job-step]") == "Nearly"
        with page.expect_navigation():
            pass
        assert len(asked) == 2


def sign_in(page: Page, base: str) -> None:
    page.goto(f"{base}/account/login/")
    page.fill("[name=login]", "sam@example.test")
    page.fill("[name=password]", cast.PASSWORD)
    page.click("main button")
    page.wait_for_load_state()
