"""The same journey as pages, in a real Chromium: with scripts, and without any."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.journeys.people import DEMO, MATHS, PASSWORD, mailed_code, quiz_of, right_answer
from tutorme.devstack.running import RunningStack

pytestmark = [pytest.mark.browser, pytest.mark.processes]
SHOTS = os.environ.get("SCREENSHOTS", "")
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(params=["script", "no-script"])
def page(request, browser: Browser, stack: RunningStack) -> Iterator[Page]:
    context = browser.new_context(
        base_url=stack.base_url,
        java_script_enabled=request.param == "script",
        viewport={"width": 1280 if request.param == "script" else 390, "height": 900},
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def sign_up(page: Page, stack: RunningStack, name: str) -> str:
    email = f"{name.lower()}-{uuid.uuid4().hex[:8]}@example.test"
    page.goto("/account/signup/")
    page.fill("input[name=display_name]", name)
    page.fill("input[name=email]", email)
    page.fill("input[name=password1]", PASSWORD)
    shot(page, "signup")
    page.click("main form.form button[type=submit]")
    expect(page).to_have_url("/account/signup/code/")
    # As it is pasted from the mail, with a stray space.
    page.fill("input[name=code]", f" {mailed_code(stack, email).lower()} ")
    shot(page, "signup-code")
    page.click("main form.form button[type=submit]")
    expect(page).to_have_url("/today/")
    return email


def buy(page: Page, slug: str) -> None:
    page.goto("/courses/?search=linear+equations")
    page.click(f"main a[href='/courses/{slug}/'] >> nth=0")
    shot(page, "course")
    page.click("main >> text=/^Buy/ >> nth=0")
    shot(page, "checkout")
    page.click("button:has-text('with PayPal')")
    expect(page.locator("body")).to_contain_text("29.00")
    page.click("button[value=approve]")
    expect(page.locator("h1")).to_contain_text("Linear equations")
    shot(page, "order")
    first = lessons_of(slug)[0][0]
    for _ in range(60):
        # The place follows the payment by itself, a moment later.
        page.goto(f"/learn/{slug}/{first}/")
        if page.get_by_role("button", name="Mark complete").count():
            return
        page.wait_for_timeout(500)
    raise AssertionError("the lesson never opened")


def learn(page: Page, slug: str) -> None:
    """Presses on from lesson to lesson until the course says it is done."""
    for key, kind in lessons_of(slug):
        page.goto(f"/learn/{slug}/{key}/")
        if kind == "quiz":
            take(page, slug, key)
        else:
            page.get_by_role("button", name="Mark complete").click()
    page.goto(f"/learn/{slug}/")


def lessons_of(slug: str) -> list[tuple[str, str]]:
    """Key and kind of those that count."""
    manifest = yaml.safe_load((DEMO / slug / "course.yaml").read_text())
    lessons = [row for part in manifest["sections"] for row in part["lessons"]]
    return [(row["key"], row["kind"]) for row in lessons if row.get("required", True)]


def take(page: Page, slug: str, key: str) -> None:
    page.get_by_role("button", name="Start the quiz").click()
    page.wait_for_url("**/attempts/**")
    rows = list(quiz_of(slug, key).values())
    names = asked(page)
    assert len(names) == len(rows)
    for name, row in zip(names, rows, strict=True):
        answer = right_answer(row)
        if row["kind"] in {"number", "text"}:
            page.fill(f"input[name='{name}']", answer)
            continue
        for value in answer if isinstance(answer, list) else [str(answer).lower()]:
            page.check(f"input[name='{name}'][value='{value}']")
    shot(page, f"quiz-{key}")
    page.get_by_role("button", name="Hand in").click()
    expect(page.locator("main")).to_contain_text("100")
    shot(page, f"result-{key}")


def asked(page: Page) -> list[str]:
    """The fields of the questions, each name once, in the order of the page."""
    fields = page.locator("main form input[name^='q-']")
    names = [fields.nth(number).get_attribute("name") or "" for number in range(fields.count())]
    return list(dict.fromkeys(names))


def test_mara_learns_on_pages(page: Page, stack: RunningStack) -> None:
    email = sign_up(page, stack, "Mara")
    shot(page, "today")
    buy(page, MATHS)
    learn(page, MATHS)
    shot(page, "course-done")
    page.goto("/certificates/")
    for _ in range(60):
        if page.locator("main a[href*='/download/']").count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    shot(page, "certificates")
    with page.expect_download() as download:
        page.click("main a[href*='/download/'] >> nth=0")
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    page.click("main a[href*='/verify/'] >> nth=0")
    expect(page.locator("main")).to_contain_text("Mara")
    assert email not in page.content()
    shot(page, "verify")
    page.goto("/notifications/")
    expect(page.locator("main")).to_contain_text("certificate")
    shot(page, "notifications")


def test_news_arrive_in_the_open_page(browser: Browser, stack: RunningStack) -> None:
    """A toast without reloading: the certificate of somebody who keeps a page open."""
    context = browser.new_context(base_url=stack.base_url, reduced_motion="reduce")
    page = context.new_page()
    sign_up(page, stack, "Toma")
    page.goto("/courses/python-first-line-to-small-program/")
    waiting = context.new_page()
    waiting.goto("/today/")
    page.click("main form button >> nth=0")
    expect(waiting.locator("[data-bell-count]").first).not_to_be_hidden(timeout=30_000)
    shot(waiting, "toast")
    context.close()
