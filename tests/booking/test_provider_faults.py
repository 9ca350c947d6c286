"""Every way in which Zoom, Google and Microsoft fail, met at every call a lesson makes there: the
booking never hears of it, and in the end there is one meeting at the right time, or none."""

import pytest

from accounts.models import TutorProfile, User
from booking.gateways import google, msgraph, zoom
from booking.models import Booking, CalendarConnection, LessonType, Meeting
from booking.services import cancelling, moving
from tests.booking.calendars import again, connect, events, hasty
from tests.booking.conftest import held, hour
from tests.sandbox_server import Sandbox
from tutorme.core import breaker

pytestmark = pytest.mark.django_db
KINDS = ("429", "500-before", "500-after", "lost-reply", "garbled", "reset", "hang")
# The stand-in's name, and what it calls making, reading, moving, removing.
AT = {
    "zoom": ("zoom", "create", "list", "update", "delete"),
    "google": ("google-calendar", "insert", "event", "patch", "delete"),
    "microsoft": ("graph", "create", "event", "patch", "delete"),
}
PLATFORM = {"zoom": "zoom", "google": "meet", "microsoft": "teams"}
State = Meeting.State


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    for gateway in (zoom, google, msgraph):
        monkeypatch.setattr(gateway, "Door", hasty)
    zoom._client.cache_clear()


@pytest.fixture(params=AT)
def where(request: pytest.FixtureRequest, sandbox: Sandbox, tess: User, drain) -> str:
    name: str = request.param
    TutorProfile.objects.filter(pk=tess.pk).update(preferred_video_platform=PLATFORM[name])
    if name != "zoom":
        connect(sandbox, tess, name)
        drain()
    return name


def rest() -> None:
    breaker._shared.cache_clear()
    breaker._alone.cache_clear()
    zoom._client.cache_clear()


def settle(drain) -> None:
    """As many tries as it takes, as if time had passed between them."""
    for _ in range(4):
        rest()
        drain()
        again()
    rest()


def there(sandbox: Sandbox, where: str, tess: User) -> list[str]:
    """When what stands at the provider begins."""
    if where == "zoom":
        rows = sandbox.http.get(f"{sandbox.url}/zoom/_meetings").json()["meetings"]
        return sorted(row["start_time"][:16] for row in rows)
    return sorted(row["start"]["dateTime"][:16] for row in events(sandbox, where, tess.email))


def at(row: Booking) -> str:
    return f"{row.starts_at:%Y-%m-%dT%H:%M}"


def spoil(sandbox: Sandbox, where: str, step: int, kind: str, times: int = 4) -> None:
    provider, *steps = AT[where]
    sandbox.fault(steps[step], kind, provider=provider, times=times, seconds=_SECONDS.get(kind, 0))


_SECONDS = {"hang": 1}


def heal(sandbox: Sandbox) -> None:
    sandbox.http.delete(f"{sandbox.url}/_faults")


@pytest.mark.parametrize("kind", KINDS)
def test_made_moved_and_removed_through_every_fault(
    sandbox: Sandbox, where: str, tess: User, sam: User, free: LessonType, drain, kind: str
) -> None:
    spoil(sandbox, where, 0, kind, times=2)
    row = held(sam, free, hour(3, 10))
    settle(drain)
    heal(sandbox)
    row.refresh_from_db()
    assert row.state == Booking.State.CONFIRMED
    assert Meeting.objects.get(booking=row).state == State.READY
    assert there(sandbox, where, tess) == [at(row)]

    spoil(sandbox, where, 2, kind)
    row = moving.reschedule(booking_id=row.pk, by=sam, start=hour(4, 12))
    settle(drain)
    heal(sandbox)
    assert Meeting.objects.get(booking=row).state == State.READY
    assert there(sandbox, where, tess) == [at(row)]

    spoil(sandbox, where, 3, kind)
    cancelling.cancel(booking_id=row.pk, by=sam)
    settle(drain)
    assert Meeting.objects.get(booking=row).state == State.GONE
    assert there(sandbox, where, tess) == []


def test_a_final_no_is_our_room(sandbox, where, tess, sam, free, drain) -> None:
    spoil(sandbox, where, 0, "refuse", times=20)
    row = held(sam, free, hour(3, 10))
    settle(drain)
    row.refresh_from_db()
    assert row.state == Booking.State.CONFIRMED
    assert Meeting.objects.get(booking=row).state == State.FAILED
    assert there(sandbox, where, tess) == []


@pytest.mark.parametrize("kind", ["429", "reset"])
def test_a_room_that_comes_late_behind_a_fault(
    sandbox, where, tess, sam, free, drain, kind
) -> None:
    """While pending it is read again; at Zoom a lost answer makes us read the host's list."""
    if where == "zoom":
        spoil(sandbox, where, 0, "lost-reply", times=1)
    else:
        sandbox.fault(AT[where][1], "room-pending", provider=AT[where][0])
    spoil(sandbox, where, 1, kind)
    row = held(sam, free, hour(3, 10))
    settle(drain)
    heal(sandbox)
    settle(drain)
    assert Meeting.objects.get(booking=row).state == State.READY
    assert there(sandbox, where, tess) == [at(row)]


@pytest.mark.parametrize("kind", ["429", "500-before", "lost-reply", "hang"])
def test_no_token_for_a_while(sandbox, where, tess, sam, free, drain, kind) -> None:
    """Where the answer that carried Microsoft's only refresh token is lost, the grant is gone: its
    owner is told, and the lesson has our room."""
    if where != "zoom":
        CalendarConnection.objects.update(access_until="2020-01-01T00:00Z")
    provider = AT[where][0]
    sandbox.fault("token", kind, provider=provider, times=1, seconds=_SECONDS.get(kind, 0))
    row = held(sam, free, hour(3, 10))
    settle(drain)
    row.refresh_from_db()
    meeting = Meeting.objects.get(booking=row)
    assert row.state == Booking.State.CONFIRMED
    if meeting.state != State.READY:
        assert (where, meeting.state) == ("microsoft", State.FAILED)
        assert kind in {"500-after", "lost-reply", "garbled"}
        assert CalendarConnection.objects.get().state == "broken"


def test_a_token_refused_before_its_time(sandbox, where, tess, sam, free, drain) -> None:
    """401: asked for anew, once, and then believed."""
    held(sam, free, hour(3, 10))
    settle(drain)
    if where == "zoom":
        zoom.gateway()._token = "forgotten-by-zoom"
        zoom.gateway()._token_until = float("inf")
    else:
        CalendarConnection.objects.update(access_token="")
    held(sam, free, hour(4, 10))
    drain()
    assert set(Meeting.objects.values_list("state", flat=True)) == {State.READY}
    assert len(there(sandbox, where, tess)) == 2
