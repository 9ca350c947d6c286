"""A tour of what a lesson needs: booking it, living with it, and a tutor's week."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from accounts.models import User
from booking.models import Schedule
from booking.services import (
    disputes,
    groups,
    moving,
    offers,
    outcomes,
    presence,
    reviews,
    series,
    waitlist,
)
from tests.booking.conftest import held, hour, open_diary
from tests.booking.test_together import weekly
from tests.ui.test_browser import NARROW, WIDE
from tests.ui.test_tour import tour
from tutorme.core.money import Money

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SCREENS = [(WIDE, "light"), (NARROW, "dark")]


@pytest.fixture
def stops(
    sam: User, tess: User, otto: User, ada: User, media: Path, drain: Callable[[], None]
) -> dict[str, list[str]]:
    """Lessons of every kind between Sam and Tess."""
    open_diary(tess)
    chat = offers.offer(tutor_id=tess.pk, title="Chat", minutes=60, price=Money(0, "EUR"))
    paid = offers.offer(tutor_id=tess.pk, title="Lesson", minutes=60, price=Money(3000, "EUR"))
    choir = offers.offer(
        tutor_id=tess.pk, title="Choir", minutes=60, price=Money(0, "EUR"), capacity=2
    )
    evening = groups.open_session(tutor=tess, lesson_type_id=choir.pk, start=hour(3, 18))
    groups.join(student=sam, group_id=evening.pk)
    done, odd, asked = (held(sam, chat, hour(days, 10)) for days in (2, 3, 4))
    for who in (sam, tess):
        presence.record(booking_id=done.pk, user_id=who.pk, at=done.starts_at)
    outcomes.judge_due(now=odd.ends_at + timedelta(hours=1))
    row, _new = reviews.write(student=sam, tutor_id=tess.pk, stars=4, text="Calm and clear.")
    reviews.reply(review_id=row.pk, tutor=tess, text="Come again.")
    moving.propose(
        booking_id=asked.pk,
        by=sam,
        start=hour(5, 10),
        now=asked.starts_at - timedelta(hours=2),
    )
    disputes.decide(dispute_id=odd.dispute.pk, actor=ada, percent=0, text="They met outside.")
    series.book(student=sam, wish=weekly(chat, hour(6, 10), 3))
    waiting = held(otto, paid, hour(7, 10))
    waitlist.join(
        student=sam,
        lesson_type_id=paid.pk,
        earliest=waiting.starts_at,
        latest=waiting.ends_at,
    )
    drain()
    lessons = [f"/lessons/{each.pk}/" for each in (done, odd, asked)]
    start = hour(8, 10).strftime("%Y-%m-%dT%H:%M:%S%%2B0000")
    return {
        "sam": [
            "/book/tess/",
            f"/book/tess/weekly/{paid.pk}/?start={start}",
            "/lessons/",
            "/lessons/?tab=past",
            "/lessons/waiting/",
            *lessons,
            f"/lessons/{asked.pk}/move/",
            "/tutors/tess/",
            "/tutors/tess/reviews/",
        ],
        "tess": ["/teach/calendar/", "/teach/availability/", "/tutors/tess/reviews/", *lessons],
    }


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_lessons_are_open_to_everyone(chromium, live_server, sam, tess, stops, width, scheme):
    options = {"width": width, "color_scheme": scheme}
    for who in (sam, tess):
        assert tour(chromium, live_server.url, who, stops[who.username], **options) == {}


def test_hours_can_be_drawn(chromium, live_server, tess, client):
    """Dragging writes the text that the form saves."""
    open_diary(tess)
    client.force_login(tess)
    context = chromium.new_context(viewport={"width": WIDE, "height": 900})
    kept = {name: each.value for name, each in client.cookies.items()}
    context.add_cookies(
        [{"name": name, "value": value, "url": live_server.url} for name, value in kept.items()]
    )
    page = context.new_page()
    page.goto(f"{live_server.url}/teach/availability/")
    field = page.locator("input[name=day_1]")
    assert field.input_value() == "08:00-20:00"
    first, last = (page.locator(f'.hours-grid i[data-day="0"][data-slot="{n}"]') for n in (24, 27))
    first.scroll_into_view_if_needed()
    first.hover()
    page.mouse.down()
    last.hover()
    page.mouse.up()
    assert field.input_value() == "08:00-12:00, 14:00-20:00"
    # What is not drawn over stays as it was written, quarters and midnights too.
    field.fill("08:15-09:00, 20:45-01:00")
    first.hover()
    page.mouse.down()
    last.hover()
    page.mouse.up()
    assert field.input_value() == "08:15-09:00, 12:00-14:00, 20:45-01:00"
    page.fill("input[name=max_per_week]", "12")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Your hours are saved.").wait_for()
    assert page.locator("input[name=day_1]").input_value() == field.input_value()
    assert page.locator("input[name=max_per_week]").input_value() == "12"
    assert Schedule.objects.get().max_per_week == 12
    context.close()
