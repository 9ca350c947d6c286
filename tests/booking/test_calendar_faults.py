"""Google and Microsoft failing where calendars are watched, read and let go: in the end we are told
of changes by one order of ours, know what is busy, and keep nobody's tokens."""

import pytest

from accounts.models import User
from booking.gateways import google, msgraph, oauth
from booking.models import BusyTime, CalendarConnection
from booking.services import connecting, syncing
from sandbox.calendars.state import memory
from tests.booking.calendars import FAULTS, LIST, again, connect, hasty, own, put
from tests.booking.conftest import hour
from tests.booking.test_notices import google as google_notice
from tests.booking.test_notices import microsoft as microsoft_notice
from tests.sandbox_server import Sandbox
from tutorme.core import breaker

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("provider", ["google", "microsoft"]),
]
KINDS = ("429", "500-before", "500-after", "lost-reply", "garbled", "reset", "hang")
WATCH = {"google": "watch", "microsoft": "subscribe"}
STOP = {"google": "stop", "microsoft": "unsubscribe"}


@pytest.fixture(autouse=True)
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    for gateway in (google, msgraph, oauth):
        if hasattr(gateway, "Door"):
            monkeypatch.setattr(gateway, "Door", hasty)
    rest()


@pytest.fixture
def row(
    live_server, settings, sandbox: Sandbox, tess: User, drain, provider: str
) -> CalendarConnection:
    settings.PUBLIC_BASE_URL = live_server.url
    row = connect(sandbox, tess, provider)
    drain()
    row.refresh_from_db()
    assert row.channel_resource
    return row


def rest() -> None:
    breaker._shared.cache_clear()
    breaker._alone.cache_clear()


def settle(drain) -> None:
    for _ in range(7):
        rest()
        drain()
        again()
    rest()


def spoil(sandbox: Sandbox, provider: str, operation: str, kind: str) -> None:
    seconds = 1 if kind == "hang" else 0
    sandbox.fault(operation, kind, provider=FAULTS[provider], times=2, seconds=seconds)


def notice(row: CalendarConnection) -> int:
    if row.provider == "google":
        return google_notice(row).status_code
    return microsoft_notice(row, row.channel_secret).status_code


@pytest.mark.parametrize("kind", KINDS)
def test_an_order_is_renewed_through_every_fault(sandbox, row, drain, provider, kind) -> None:
    CalendarConnection.objects.update(channel_until=row.synced_at)
    spoil(sandbox, provider, WATCH[provider], kind)
    assert syncing.want_channels() == 1
    settle(drain)
    fresh = CalendarConnection.objects.get()
    assert fresh.channel_id != row.channel_id
    assert fresh.channel_until
    assert syncing.want_channels() == 0
    assert notice(fresh) in {202, 204}
    assert notice(row) == 403, "what is left of an older order is nobody's"


@pytest.mark.parametrize("kind", KINDS)
def test_the_old_order_ends_through_every_fault(sandbox, row, drain, provider, kind) -> None:
    spoil(sandbox, provider, STOP[provider], kind)
    CalendarConnection.objects.update(channel_until=row.synced_at)
    syncing.want_channels()
    settle(drain)
    fresh = CalendarConnection.objects.get()
    assert fresh.channel_id != row.channel_id
    assert notice(fresh) in {202, 204}


@pytest.mark.parametrize("kind", KINDS)
def test_let_go_through_every_fault(sandbox, row, tess, drain, provider, kind) -> None:
    spoil(sandbox, provider, STOP[provider], kind)
    spoil(sandbox, provider, "revoke", kind)
    connecting.disconnect(tess, row.pk)
    settle(drain)
    assert not CalendarConnection.objects.exists()
    if kind != "garbled":
        assert not memory.hearers


@pytest.mark.parametrize("kind", ["429", "500-before", "lost-reply"])
def test_a_dead_token_and_then_a_fault(sandbox, row, tess, drain, provider, kind) -> None:
    """410, and reading everything fails as well: what was busy stays busy until it is read."""
    put(sandbox, provider, tess.email, hour(3, 9), hour(3, 10))
    syncing.hint(row)
    settle(drain)
    assert BusyTime.objects.count() == 1
    put(sandbox, provider, tess.email, hour(5, 9), hour(5, 10))
    own(sandbox, provider, {"account": tess.email, "forget_tokens": True})
    sandbox.fault(LIST[provider], "sync-token-dead", provider=FAULTS[provider], times=1)
    spoil(sandbox, provider, LIST[provider], kind)
    CalendarConnection.objects.update(sync_wanted_at=row.created_at)
    assert syncing.want_due() == 1
    drain()
    assert BusyTime.objects.filter(starts_at=hour(3, 9)).exists()
    settle(drain)
    assert set(BusyTime.objects.values_list("starts_at", flat=True)) == {hour(3, 9), hour(5, 9)}
    assert CalendarConnection.objects.get().read_whole_at
