"""Connected calendars: consent, busy times in steps, tokens."""

from datetime import timedelta

import pytest
from django.utils import timezone

from booking.gateways.base import Changes
from booking.models import CalendarConnection
from booking.services import connecting, grants, syncing
from tests.booking.calendars import (  # noqa: F401  a fixture
    FAULTS,
    LIST,
    PAGE,
    again,
    busy,
    client_of,
    closed_breakers,
    connect,
    consent,
    look,
    own,
    put,
    take_back,
)
from tests.booking.conftest import hour
from tests.sandbox_server import Sandbox
from tutorme.core.models import OutboxEvent

pytestmark = pytest.mark.django_db
both = pytest.mark.parametrize("provider", ["google", "microsoft"])


@both
class TestConsent:
    def test_connected_and_read(self, sandbox: Sandbox, tess, drain, provider: str) -> None:
        put(sandbox, provider, tess.email, hour(3, 9), hour(3, 11))
        row = connect(sandbox, tess, provider)
        assert (row.state, row.account) == ("active", "tess@example.test")
        drain()
        assert busy(tess) == [(hour(3, 9), hour(3, 11))]
        page = client_of(tess).get(PAGE).content.decode()
        assert "tess@example.test" in page
        assert "being read" not in page

    def test_tokens_are_not_readable_in_the_table(self, sandbox, tess, provider, db) -> None:
        row = connect(sandbox, tess, provider)
        assert row.access_token
        assert row.refresh_token
        stored = str(
            list(CalendarConnection.objects.extra(select={"a": "access_token::text"}).values("a"))
        )
        assert row.access_token not in stored

    def test_a_no_connects_nothing(self, sandbox, tess, provider) -> None:
        client = client_of(tess)
        sent = client.post(f"{PAGE}{provider}/connect/")["Location"]
        page = client.get(consent(sandbox, sent, tess.email, "cancel"), follow=True)
        assert "Nothing was connected" in page.content.decode()
        assert not CalendarConnection.objects.exists()

    def test_who_was_not_sent_is_not_believed(self, sandbox, tess, sam, provider) -> None:
        """Another person's way back, another state, the same one twice."""
        client = client_of(tess)
        back = consent(sandbox, client.post(f"{PAGE}{provider}/connect/")["Location"], "x@y.test")
        for other in (client_of(sam), client_of(tess)):
            page = other.get(back, follow=True)
            assert "came back too late" in page.content.decode()
        wrong = client.get(back.replace("state=", "state=x"), follow=True)
        assert "came back too late" in wrong.content.decode()
        assert "came back too late" in client.get(back, follow=True).content.decode()
        assert not CalendarConnection.objects.exists()

    def test_a_code_of_somebody_elses_app_is_refused(self, sandbox, tess, provider) -> None:
        """PKCE: without the verifier that belongs to it, a stolen code opens nothing."""
        one, other = client_of(tess), client_of(tess)
        back = consent(sandbox, one.post(f"{PAGE}{provider}/connect/")["Location"], tess.email)
        other.post(f"{PAGE}{provider}/connect/")
        state = other.session["calendar-asked"]["state"]
        code = back.rpartition("code=")[2].partition("&")[0]
        page = other.get(f"{PAGE}{provider}/callback/?state={state}&code={code}", follow=True)
        assert "could not be connected" in page.content.decode()
        assert not CalendarConnection.objects.exists()

    def test_connecting_again_mends(self, sandbox, tess, drain, provider) -> None:
        row = connect(sandbox, tess, provider)
        drain()
        take_back(sandbox, tess.email)
        look(row, drain)
        row.refresh_from_db()
        assert row.state == "broken"
        assert OutboxEvent.objects.filter(name="calendar.broken").count() == 1
        (mail,) = sandbox.mails(to=tess.email)
        assert "does not let us in any more" in mail["subject"]
        assert PAGE in mail["text"]
        assert "Connect it again" in client_of(tess).get(PAGE).content.decode()
        again_row = connect(sandbox, tess, provider)
        drain()
        assert (again_row.pk, again_row.state) == (row.pk, "active")


@both
class TestBusyTimes:
    def test_in_steps(self, sandbox: Sandbox, tess, drain, provider) -> None:
        first = put(sandbox, provider, tess.email, hour(3, 9), hour(3, 10))
        for n in range(5):
            put(sandbox, provider, tess.email, hour(4 + n, 9), hour(4 + n, 10))
        row = connect(sandbox, tess, provider)
        drain()
        assert len(busy(tess)) == 6
        own(sandbox, provider, {"account": tess.email, "id": first, "gone": True})
        moved = put(sandbox, provider, tess.email, hour(9, 12), hour(9, 13))
        put(sandbox, provider, tess.email, hour(9, 14), hour(9, 15), id=moved)
        sandbox.recorder.exchanges.clear()
        look(row, drain)
        times = busy(tess)
        assert len(times) == 6
        assert (hour(3, 9), hour(3, 10)) not in times
        assert (hour(9, 14), hour(9, 15)) in times
        untouched = CalendarConnection.objects.get(pk=row.pk)
        look(untouched, drain)
        assert busy(tess) == times

    def test_a_dead_token_means_all_of_it_again(self, sandbox, tess, drain, provider) -> None:
        gone = put(sandbox, provider, tess.email, hour(3, 9), hour(3, 10))
        row = connect(sandbox, tess, provider)
        drain()
        own(sandbox, provider, {"account": tess.email, "id": gone, "gone": True})
        put(sandbox, provider, tess.email, hour(5, 9), hour(5, 10))
        own(sandbox, provider, {"account": tess.email, "forget_tokens": True})
        look(row, drain)
        assert busy(tess) == [(hour(5, 9), hour(5, 10))]

    def test_what_takes_no_time(self, sandbox, tess, drain, provider) -> None:
        free = {
            "google": [
                {"transparency": "transparent"},
                {"eventType": "birthday"},
                {"attendees": [{"self": True, "responseStatus": "declined"}]},
            ],
            "microsoft": [{"showAs": "free"}, {"isCancelled": True}],
        }
        for event in free[provider]:
            put(sandbox, provider, tess.email, hour(3, 9), hour(3, 10), event=event)
        connect(sandbox, tess, provider)
        drain()
        assert busy(tess) == []

    def test_busy_there_is_busy_here(self, sandbox, tess, sam, free, drain, provider) -> None:
        put(sandbox, provider, tess.email, hour(3, 9), hour(3, 11))
        connect(sandbox, tess, provider)
        drain()
        body = {"session_type": str(free.pk), "start": hour(3, 10).isoformat()}
        answer = client_of(sam).post(
            "/api/v1/bookings/",
            body,
            content_type="application/json",
            headers={"idempotency-key": "k"},
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "slot-taken")

    @pytest.mark.parametrize("kind", ["500-before", "500-after", "429", "lost-reply", "garbled"])
    def test_a_failure_loses_nothing(self, sandbox, tess, drain, provider, kind) -> None:
        put(sandbox, provider, tess.email, hour(3, 9), hour(3, 10))
        sandbox.fault(LIST[provider], kind, provider=FAULTS[provider], times=1, seconds=0)
        connect(sandbox, tess, provider)
        drain()
        again()
        drain()
        assert len(busy(tess)) == 1

    def test_of_two_who_read_at_once_the_later_token_stays(
        self, sandbox, tess, drain, provider
    ) -> None:
        row = connect(sandbox, tess, provider)
        drain()
        row.refresh_from_db()
        CalendarConnection.objects.filter(pk=row.pk).update(sync_token="later")
        with pytest.raises(syncing.Overtaken):
            syncing._write(row.pk, Changes(token="earlier"), known=row.sync_token)
        row.refresh_from_db()
        assert row.sync_token == "later"

    def test_the_clock_looks_without_being_told(self, sandbox, tess, drain, provider) -> None:
        row = connect(sandbox, tess, provider)
        drain()
        assert syncing.want_due() == 0
        put(sandbox, provider, tess.email, hour(3, 9), hour(3, 10))
        CalendarConnection.objects.update(sync_wanted_at=timezone.now() - timedelta(seconds=1))
        assert syncing.want_due() == 1
        drain()
        assert len(busy(tess)) == 1
        row.refresh_from_db()
        assert row.sync_wanted_at > timezone.now()


@both
class TestTokens:
    def test_an_old_one_is_renewed(self, sandbox, tess, drain, provider) -> None:
        row = connect(sandbox, tess, provider)
        CalendarConnection.objects.update(access_until=timezone.now())
        token = grants.access(row.pk)
        fresh = CalendarConnection.objects.get()
        assert token == fresh.access_token != row.access_token
        assert (fresh.refresh_token == row.refresh_token) is (provider == "google")
        assert fresh.taken_until is None

    def test_one_the_provider_refuses_is_changed_once(self, sandbox, tess, drain, provider) -> None:
        row = connect(sandbox, tess, provider)
        CalendarConnection.objects.update(access_token="nonsense")
        put(sandbox, provider, tess.email, hour(3, 9), hour(3, 10))
        look(row, drain)
        assert len(busy(tess)) == 1

    def test_a_grant_that_was_taken_back_breaks_the_connection(
        self, sandbox, tess, free, drain, provider
    ) -> None:
        put(sandbox, provider, tess.email, hour(3, 9), hour(3, 10))
        row = connect(sandbox, tess, provider)
        drain()
        sandbox.fault("token", "revoked", provider=FAULTS[provider])
        CalendarConnection.objects.update(access_until=timezone.now())
        look(row, drain)
        row.refresh_from_db()
        assert row.state == "broken"
        # What was known is kept for a day; then its tutor's times are not offered.
        assert len(busy(tess)) == 1
        assert connecting.close_unseen() == 0
        CalendarConnection.objects.update(broken_at=timezone.now() - timedelta(hours=25))
        assert connecting.close_unseen() == 1
        assert connecting.close_unseen() == 0
        assert busy(tess)[0][1] > timezone.now() + timedelta(days=390)
        connect(sandbox, tess, provider)
        drain()
        assert busy(tess) == [(hour(3, 9), hour(3, 10))]
