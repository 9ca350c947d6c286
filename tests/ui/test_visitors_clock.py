"""Who has no account reads times by the clock of their browser."""

import os
from datetime import time

import pytest
from playwright.sync_api import Browser

from accounts.models.codes import PendingRegistration
from booking.services import free_times, offers
from tests import cast
from tests.booking.conftest import open_diary
from tests.ui.test_browser import opened
from tutorme.core.money import Money

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CITY = "by the clock of {}."


@pytest.fixture(autouse=True)
def teacher() -> None:
    tutor = cast.tutor("Tess")
    weekly = [{"day_of_week": day, "start": time(0), "end": time(23)} for day in range(7)]
    open_diary(tutor, weekly=weekly)
    offers.offer(tutor_id=tutor.pk, title="Lesson", minutes=60, price=Money(3000, "EUR"))
    free_times.rebuild(tutor.pk)


def test_the_second_page_is_by_their_clock_also_after_a_journey(
    chromium: Browser, live_server
) -> None:
    with opened(chromium, timezone_id="America/New_York") as page:
        page.goto(live_server.url)
        page.goto(live_server.url)
        assert CITY.format("New York") in page.inner_text("main")
        kept = page.context.storage_state()
    with opened(chromium, timezone_id="Asia/Tokyo", storage_state=kept) as page:
        page.goto(live_server.url)
        page.goto(live_server.url)
        assert CITY.format("Tokyo") in page.inner_text("main")


def test_a_new_account_has_their_clock(chromium: Browser, live_server) -> None:
    with opened(chromium, timezone_id="America/New_York") as page:
        page.goto(f"{live_server.url}/account/signup/")
        page.fill("input[name=email]", "new@example.test")
        page.fill("input[name=password1]", cast.PASSWORD)
        page.fill("input[name=display_name]", "Nell")
        page.click("main form.form button[type=submit]")
        page.wait_for_url("**/account/signup/code/**")
    assert PendingRegistration.objects.get().time_zone == "America/New_York"
