"""One calendar, many workers: its token is renewed once, its meeting made once; and what happens
without the guards."""

from functools import partial

import pytest
from django.utils import timezone

from accounts.models import TutorProfile, User
from booking.gateways import oauth
from booking.gateways.base import GrantGone, Tokens
from booking.leases import Busy
from booking.models import Booking, CalendarConnection, Meeting
from booking.services import connecting, free_times, grants, meetings, offers
from tests.booking.calendars import connect
from tests.booking.conftest import held, open_diary
from tests.races.parallel import together
from tests.sandbox_server import Sandbox
from tests.waiting import until
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


def is_taken() -> bool:
    return CalendarConnection.objects.filter(taken_until__isnull=False).exists()


def test_letting_go_waits_for_who_renews_the_token(
    sandbox: Sandbox, tess: User, row: CalendarConnection
) -> None:
    """Else the refresh token that comes with the new one would live on where nobody has it."""
    sandbox.fault("token", "late-reply", provider="graph", seconds=1.0)

    def let_go() -> None:
        until(is_taken)
        connecting.disconnect(tess, row.pk)
        connecting.give_back(row.pk)

    renewed, refused = together([partial(grants.access, row.pk), let_go])
    assert isinstance(refused, Busy)
    kept = CalendarConnection.objects.get()
    assert (kept.state, kept.access_token) == ("ending", renewed)
    assert kept.refresh_token != row.refresh_token
    connecting.give_back(row.pk)
    assert not CalendarConnection.objects.exists()


def test_without_the_lease_its_new_token_is_nobodys(
    sandbox: Sandbox, tess: User, row: CalendarConnection
) -> None:
    """The control: given back under a renewal, what that is given opens the calendar still."""
    sandbox.fault("token", "late-reply", provider="graph", seconds=1.0)

    def let_go() -> None:
        connecting.disconnect(tess, row.pk)
        connecting.give_back(row.pk)

    refresh = partial(oauth.refresh, "microsoft", row.refresh_token)
    found, _ = together([refresh, let_go])
    assert not CalendarConnection.objects.exists()
    assert isinstance(found, Tokens)
    assert found.refresh != row.refresh_token


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
