"""A tour of calendars and of the way into a lesson, for everyone who comes there."""

import os
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from booking.models import Booking, CalendarConnection
from booking.services import feeds, importing, offers
from tests.booking.calendars import connect
from tests.booking.conftest import held, hour, open_diary
from tests.booking.test_busy_files import ics
from tests.sandbox_server import Sandbox
from tests.ui.test_browser import NARROW, WIDE
from tests.ui.test_tour import tour
from tutorme.core.money import Money

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = [(WIDE, "light"), (NARROW, "dark")]


@pytest.fixture
def stops(
    sandbox: Sandbox, sam: User, tess: User, drain: Callable[[], None]
) -> dict[str, list[str]]:
    """Tess has a calendar, one that is broken, and a file; Sam's lesson with her is now, and
    another one tomorrow."""
    open_diary(tess)
    kind = offers.offer(tutor_id=tess.pk, title="Algebra", minutes=60, price=Money(0, "EUR"))
    now, later = held(sam, kind), held(sam, kind, hour(4, 10))
    connect(sandbox, tess, "google")
    connect(sandbox, tess, "microsoft")
    CalendarConnection.objects.filter(provider="microsoft").update(
        state="broken", problem="revoked", broken_at=timezone.now()
    )
    feeds.rotate(tess)
    importing.add_file(
        tess, "school.ics", ics(f"DTSTART:{hour(3, 15):%Y%m%dT%H%M%SZ}", "DURATION:PT1H")
    )
    drain()
    begun = timezone.now().replace(second=0, microsecond=0)
    Booking.objects.filter(pk=now.pk).update(
        starts_at=begun, ends_at=begun + timedelta(hours=1), blocked_from=begun,
        blocked_until=begun + timedelta(hours=1),
    )  # fmt: skip
    ways = [f"/join/{now.pk}/", f"/join/{later.pk}/", f"/lessons/{now.pk}/"]
    day = hour(4, 0).date().isoformat()
    search = [f"/tutors/?free={day}&after=09:00&before=12:00", f"/tutors/?free={day}&after=23:00"]
    return {
        "tess": ["/settings/calendars/", ways[0]],
        "sam": ["/settings/calendars/", *ways, *search],
    }


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_calendars_are_open_to_everyone(chromium, live_server, sam, tess, stops, width, scheme):
    options = {"width": width, "color_scheme": scheme}
    for who in (sam, tess):
        assert tour(chromium, live_server.url, who, stops[who.username], **options) == {}


def test_they_stand_as_well_from_right_to_left(chromium, live_server, tess, stops):
    User.objects.filter(pk=tess.pk).update(locale="ar")
    assert tour(chromium, live_server.url, tess, stops["tess"], width=NARROW) == {}
