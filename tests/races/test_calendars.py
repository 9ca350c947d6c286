"""One calendar, many workers: its token is renewed once, its meeting made once; and what happens
without the guards."""

from functools import partial

import pytest
from django.utils import timezone

from accounts.models import TutorProfile, User
from booking.gateways import oauth
from booking.gateways.base import GrantGone, Tokens
from booking.models import Booking, CalendarConnection, Meeting
from booking.services import free_times, grants, meetings, offers
from tests.booking.calendars import connect
from tests.booking.conftest import held, open_diary
from tests.races.parallel import together
from tests.sandbox_server import Sandbox
from tutorme.core import breaker
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 6


@pytest.fixture(autouse=True)
def closed_breakers() -> None:
    breaker._shared.cache_clear()
    breaker._alone.cache_clear()


@pytest.fixture
def row(sandbox: Sandbox, tess: User) -> CalendarConnection:
    """Microsoft's: its refresh tokens are good once."""
    row = connect(sandbox, tess, "microsoft")
    CalendarConnection.objects.update(access_until=timezone.now())
    return row


def test_an_old_token_is_renewed_once(sandbox: Sandbox, row: CalendarConnection) -> None:
    sandbox.fault("token", "latency", provider="graph", seconds=0.5)
    tokens = together([partial(grants.access, row.pk)] * WORKERS)
    assert len(set(tokens)) == 1
    fresh = CalendarConnection.objects.get()
    assert (fresh.state, fresh.access_token, fresh.taken_until) == ("active", tokens[0], None)


def test_without_the_lease_the_second_is_taken_for_a_thief(
    sandbox: Sandbox, row: CalendarConnection
) -> None:
    results = together([partial(oauth.refresh, "microsoft", row.refresh_token)] * WORKERS)
    assert sum(isinstance(result, Tokens) for result in results) == 1
    assert {type(result) for result in results} == {Tokens, GrantGone}


@pytest.fixture
def booking(sandbox: Sandbox, tess: User, sam: User) -> Booking:
    TutorProfile.objects.filter(pk=tess.pk).update(preferred_video_platform="zoom")
    open_diary(tess)
    kind = offers.offer(tutor_id=tess.pk, title="Chat", minutes=60, price=Money(0, "EUR"))
    row = held(sam, kind)
    meetings.want(row.pk, row.version)
    return row


def zooms(sandbox: Sandbox) -> int:
    return len(sandbox.http.get(f"{sandbox.url}/zoom/_meetings").json()["meetings"])


def test_a_meeting_is_made_once(sandbox: Sandbox, booking: Booking) -> None:
    sandbox.fault("create", "latency", provider="zoom", seconds=0.5, times=WORKERS)
    results = together([partial(meetings.follow, booking.pk)] * WORKERS)
    assert zooms(sandbox) == 1
    assert Meeting.objects.get().state == Meeting.State.READY
    assert {type(result) for result in results} <= {type(None), meetings.NotReady}


def test_without_the_lease_there_are_several(sandbox: Sandbox, booking: Booking) -> None:
    sandbox.fault("create", "latency", provider="zoom", seconds=0.5, times=WORKERS)
    together([partial(meetings._follow, booking.pk)] * WORKERS)
    assert zooms(sandbox) > 1


def test_free_times_made_at_once_are_what_one_makes(tess: User) -> None:
    open_diary(tess)
    offers.offer(tutor_id=tess.pk, title="Chat", minutes=60, price=Money(0, "EUR"))
    now = timezone.now()
    counts = together([partial(free_times.rebuild, tess.pk, now=now)] * WORKERS)
    assert len(set(counts)) == 1
    assert free_times.FreeStart.objects.count() == counts[0] > 300  # type: ignore[attr-defined]
