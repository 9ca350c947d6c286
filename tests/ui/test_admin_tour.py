"""The back office as a browser shows it: our own pages open to everyone, and every screen readable
and of use without a script. Of the theme's frame around them only what it frames is looked at."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Locator, Page

from accounts.models import User
from booking.models import Booking
from booking.services import offers
from tests import cast
from tests.booking.conftest import held, hour, open_diary
from tests.payments.books import buy, stall
from tests.ui.test_browser import NARROW, WIDE, opened, sideways, violations
from tutorme.core.money import Money

# Playwright's loop runs in this thread; the server that answers runs in its own.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = [(WIDE, "light"), (NARROW, "dark")]


@contextmanager
def at_the_desk(browser: Browser, base: str, user: User, **options) -> Iterator[Page]:
    client = Client()
    client.force_login(user)
    cast.confirmed(client)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    with opened(browser, **options) as page:
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": base}]
        )
        yield page


def wrong_with(page: Page) -> list[str]:
    told = violations(page, within="#content")
    wide = sideways(page)
    return told + [f"{wide} px too wide"] * (wide > 0)


def follow(page: Page, button: Locator, *, force: bool = False) -> None:
    """To the page the button leads to: the one it stands on has a #content as well."""
    with page.expect_navigation():
        button.click(force=force)


@pytest.fixture
def rows(sam: User, otto: User, tess: User, media: Path) -> dict[str, object]:
    order = buy(sam, stall.put(tess))
    open_diary(tess)
    kind = offers.offer(tutor_id=tess.pk, title="Lesson", minutes=60, price=Money(0, "EUR"))
    return {"order": order, "lesson": held(sam, kind, hour(4, 10)), "closed": otto}


def act(page: Page, path: str, action: str, pk: object) -> None:
    """As a form without a script would send it."""
    page.goto(path)
    page.locator(f'input[name="_selected_action"][value="{pk}"]').check(force=True)
    page.locator('select[name="action"]').select_option(action, force=True)
    run = page.locator('button[name="index"]').first
    run.wait_for(state="visible")
    follow(page, run, force=True)


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_our_own_pages_are_open_to_everyone(
    chromium, live_server, ada, rows, width: int, scheme: str
) -> None:
    base, wrong = live_server.url, {}
    order, lesson = rows["order"], rows["lesson"]
    with at_the_desk(chromium, base, ada, width=width, color_scheme=scheme) as page:
        for stop in (
            "",
            "reports/",
            "health/",
            "schedules/",
            "policies/",
            f"payments/order/{order.pk}/history/",
            f"accounts/user/{rows['closed'].pk}/merge/",
        ):
            page.goto(f"{base}/admin/{stop}")
            wrong[stop] = wrong_with(page)
        page.goto(f"{base}/admin/accounts/user/{rows['closed'].pk}/merge/")
        page.locator('input[name="kept"]').fill("sam")
        follow(page, page.locator("#content form button[type=submit]"))
        wrong["what would move"] = wrong_with(page)
        for app, action, row in (
            ("payments/order", "refund", order),
            ("booking/booking", "cancel", lesson),
            ("booking/booking", "move", lesson),
        ):
            act(page, f"{base}/admin/{app}/", action, row.pk)
            assert page.locator('#content input[name="reason"]').count() == 1, action
            wrong[action] = wrong_with(page)
    assert {stop: found for stop, found in wrong.items() if found} == {}


def test_it_is_read_and_used_without_a_script(chromium, live_server, ada, rows) -> None:
    base, lesson = live_server.url, rows["lesson"]
    with at_the_desk(chromium, base, ada, java_script_enabled=False) as page:
        for stop in ("", "health/", "booking/booking/", f"booking/booking/{lesson.pk}/change/"):
            page.goto(f"{base}/admin/{stop}")
            assert page.locator("#content").is_visible(), stop
            over = page.locator('[x-show="openCommandResults"]')
            assert not any(each.is_visible() for each in over.all()), stop
        page.goto(f"{base}/admin/booking/booking/")
        page.locator(f'input[name="_selected_action"][value="{lesson.pk}"]').check()
        page.locator('select[name="action"]').select_option("cancel")
        page.locator('button[name="index"]').first.click()
        page.locator('#content input[name="reason"]').fill("The room burnt down")
        page.locator("#content form button[type=submit]").click()
    lesson.refresh_from_db()
    assert lesson.state == Booking.State.CANCELLED_BY_PLATFORM


def test_the_control_the_theme_alone_shows_nothing(chromium, live_server, ada) -> None:
    with at_the_desk(chromium, live_server.url, ada, java_script_enabled=False) as page:
        page.route("**/admin-plain*.css", lambda route: route.abort())
        page.goto(f"{live_server.url}/admin/")
        assert not page.locator("#content").is_visible()
