"""The last look into a tutor's own calendars before a time is promised."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from booking.errors import SeriesBlocked, SlotTaken
from booking.models import BusyTime, CalendarConnection, LessonType
from booking.services import live, moving, series
from tests.booking.calendars import FAULTS, LIST, connect, own, put
from tests.booking.conftest import held, hour
from tests.sandbox_server import Sandbox
from tutorme.core import breaker
from tutorme.core.http import Door
from tutorme.core.models import Job

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.parametrize("provider", ["google", "microsoft"]),
]
VIEW = {**LIST, "microsoft": "view"}


@pytest.fixture(autouse=True)
def closed_breakers() -> None:
    breaker._shared.cache_clear()
    breaker._alone.cache_clear()


@pytest.fixture
def connected(sandbox: Sandbox, tess: User, free: LessonType, provider: str, drain) -> str:
    """A calendar that was synced, and then its owner makes an appointment; its id."""
    connect(sandbox, tess, provider)
    drain()
    return str(put(sandbox, provider, tess.email, hour(3, 10), hour(3, 11)))


def test_what_was_put_there_a_moment_ago_is_seen(
    sandbox, connected, sam, otto, free, drain, provider
) -> None:
    assert not BusyTime.objects.exists()
    with pytest.raises(SlotTaken):
        held(sam, free, hour(3, 10))
    assert held(sam, free, hour(3, 11)).state == "confirmed"
    assert BusyTime.objects.count() == 1
    # Nothing is asked for twice: the sync it calls for finds what is noted down already.
    drain()
    assert BusyTime.objects.count() == 1
    with pytest.raises(SlotTaken):
        held(otto, free, hour(3, 10))


def test_without_the_look_the_time_is_given_twice(
    sandbox, connected, sam, free, settings, provider
) -> None:
    """The control."""
    settings.LIVE_LOOK_SECONDS = 0
    assert held(sam, free, hour(3, 10)).state == "confirmed"


def test_series_and_moves_look_too(sandbox, connected, sam, otto, free, drain, provider) -> None:
    wish = series.Wish(free.pk, hour(3, 10), lessons=2, clock="UTC")
    with pytest.raises(SeriesBlocked):
        series.book(student=sam, wish=wish)
    row = held(otto, free, hour(5, 10))
    put(sandbox, provider, free.tutor.email, hour(6, 10), hour(6, 11))
    with pytest.raises(SlotTaken):
        moving.reschedule(booking_id=row.pk, by=otto, start=hour(6, 10))


def test_our_own_event_is_no_appointment(sandbox, connected, sam, otto, free, drain, provider):
    row = held(sam, free, hour(4, 10))
    drain()
    moving.reschedule(booking_id=row.pk, by=sam, start=hour(4, 12))
    # The event still stands at its old time there.
    assert held(otto, free, hour(4, 10)).state == "confirmed"


@pytest.mark.parametrize("kind", ["hang", "500-before", "429", "reset", "garbled", "lost-reply"])
def test_a_provider_that_does_not_answer_keeps_nobody_from_a_lesson(
    sandbox, connected, sam, free, settings, provider, kind
) -> None:
    settings.LIVE_LOOK_SECONDS = 0.7
    sandbox.fault(VIEW[provider], kind, provider=FAULTS[provider], seconds=5, times=9)
    live.look(free.pk, hour(3, 10))
    assert held(sam, free, hour(3, 10)).state == "confirmed"
    assert not BusyTime.objects.exists(), "nothing was seen"


def test_who_asks_for_more_patience_than_there_is_is_not_asked_again(
    sandbox, connected, free, settings, provider
) -> None:
    settings.LIVE_LOOK_SECONDS = 2
    sandbox.fault(VIEW[provider], "429", provider=FAULTS[provider], seconds=5, times=9)
    live.look(free.pk, hour(3, 10))
    (left,) = sandbox.http.get(f"{sandbox.url}/_faults").json()["armed"]
    assert left["times"] == 8


def test_one_who_hangs_is_left_before_other_calls_would_leave_them(
    sandbox, connected, free, settings, provider
) -> None:
    settings.LIVE_LOOK_SECONDS = 0.7
    sandbox.fault(VIEW[provider], "hang", provider=FAULTS[provider], times=9)
    began = time.monotonic()
    live.look(free.pk, hour(3, 10))
    assert time.monotonic() - began < Door(provider, "").deadline


def test_an_old_token_is_left_to_the_sync(sandbox, connected, sam, free, drain, provider) -> None:
    CalendarConnection.objects.update(access_until=timezone.now() - timedelta(minutes=1))
    assert held(sam, free, hour(3, 10)).state == "confirmed"
    assert Job.objects.filter(kind="booking.sync_calendar", key__contains=":hint:").exists()
    drain()
    assert BusyTime.objects.count() == 1


def test_a_calendar_that_is_gone_is_not_asked(sandbox, connected, sam, free, provider) -> None:
    CalendarConnection.objects.update(state="broken")
    own(sandbox, provider, {"account": "nobody", "forget_tokens": True})
    assert held(sam, free, hour(3, 10)).state == "confirmed"
