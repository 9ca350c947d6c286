"""Connected calendars: consent, tokens, busy times in steps, lessons written out, letting go."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from booking.gateways.base import Changes
from booking.models import BusyTime, CalendarConnection, WrittenEvent
from booking.services import cancelling, connecting, grants, syncing
from tests.booking.calendars import (
    CREATE,
    FAULTS,
    LIST,
    PAGE,
    again,
    client_of,
    connect,
    consent,
    events,
    own,
    put,
    take_back,
)
from tests.booking.conftest import held, hour
from tests.sandbox_server import Sandbox
from tutorme.core import breaker
from tutorme.core.models import Job, OutboxEvent

pytestmark = pytest.mark.django_db
both = pytest.mark.parametrize("provider", ["google", "microsoft"])


@pytest.fixture(autouse=True)
def closed_breakers() -> None:
    breaker._shared.cache_clear()
    breaker._alone.cache_clear()


def busy(user: User) -> list[tuple]:
    rows = BusyTime.objects.filter(tutor=user).order_by("starts_at")
    return list(rows.values_list("starts_at", "ends_at"))


def look(row: CalendarConnection, drain) -> None:
    syncing.hint(row)
    drain()


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
        assert "connect it again" in client_of(tess).get(PAGE).content.decode()
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
        self, sandbox, tess, drain, provider
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
        assert connecting.close_stale() == 0
        CalendarConnection.objects.update(broken_at=timezone.now() - timedelta(hours=25))
        assert connecting.close_stale() == 1
        assert connecting.close_stale() == 0
        assert busy(tess)[0][1] > timezone.now() + timedelta(days=390)
        connect(sandbox, tess, provider)
        drain()
        assert busy(tess) == [(hour(3, 9), hour(3, 10))]


@both
class TestWrittenOut:
    def test_follows_the_booking_in_both_calendars(
        self, sandbox, tess, sam, free, drain, provider
    ) -> None:
        connect(sandbox, tess, provider)
        connect(sandbox, sam, provider)
        row = held(sam, free)
        drain()
        for person in (tess, sam):
            (event,) = events(sandbox, provider, person.email)
            assert event["start"]["dateTime"].startswith(f"{row.starts_at:%Y-%m-%dT%H:%M}")
            assert f"/join/{row.pk}/" in str(event)
            assert busy(person) == []
        row = cancelling.reschedule(booking_id=row.pk, by=sam, start=hour(4, 12))
        drain()
        for person in (tess, sam):
            (event,) = events(sandbox, provider, person.email)
            assert event["start"]["dateTime"].startswith(f"{hour(4, 12):%Y-%m-%dT%H:%M}")
        look(CalendarConnection.objects.get(user=tess), drain)
        assert busy(tess) == []
        cancelling.cancel(booking_id=row.pk, by=sam)
        drain()
        assert events(sandbox, provider, tess.email) == []
        assert events(sandbox, provider, sam.email) == []

    @pytest.mark.parametrize("kind", ["500-after", "lost-reply", "garbled", "500-before"])
    def test_an_answer_that_was_lost_writes_no_second_event(
        self, sandbox, tess, sam, free, drain, provider, kind
    ) -> None:
        connect(sandbox, tess, provider)
        drain()
        sandbox.fault(CREATE[provider], kind, provider=FAULTS[provider], times=2)
        held(sam, free)
        for _ in range(3):
            drain()
            again()
            breaker.for_provider("google-calendar").close()
            breaker.for_provider("microsoft-graph").close()
        assert len(events(sandbox, provider, tess.email)) == 1
        assert WrittenEvent.objects.get().reference

    def test_one_that_its_owner_removed_does_no_harm(
        self, sandbox, tess, sam, free, drain, provider
    ) -> None:
        connect(sandbox, tess, provider)
        row = held(sam, free)
        drain()
        (event,) = events(sandbox, provider, tess.email)
        own(sandbox, provider, {"account": tess.email, "id": event["id"], "gone": True})
        cancelling.cancel(booking_id=row.pk, by=sam)
        drain()
        jobs = Job.objects.filter(kind="booking.write_event")
        assert set(jobs.values_list("state", flat=True)) == {"succeeded"}

    def test_what_stands_is_written_into_a_new_calendar(
        self, sandbox, tess, sam, free, drain, provider
    ) -> None:
        held(sam, free)
        drain()
        connect(sandbox, sam, provider)
        drain()
        assert len(events(sandbox, provider, sam.email)) == 1


@both
class TestLettingGo:
    def test_forgets_and_gives_back(self, sandbox, tess, sam, drain, provider) -> None:
        put(sandbox, provider, tess.email, hour(3, 9), hour(3, 10))
        row = connect(sandbox, tess, provider)
        drain()
        row.refresh_from_db()
        other = client_of(sam).post(f"{PAGE}{row.pk}/disconnect/")
        assert other.status_code == 404
        client_of(tess).post(f"{PAGE}{row.pk}/disconnect/")
        assert busy(tess) == []
        drain()
        assert not CalendarConnection.objects.exists()
        if provider == "google":
            answer = sandbox.http.post(
                f"{sandbox.url}/google/oauth/token",
                data={
                    "grant_type": "refresh_token",
                    "refresh_token": row.refresh_token,
                    "client_secret": "s",
                },
            )
            assert answer.json()["error"] == "invalid_grant"

    def test_a_provider_that_is_away_does_not_keep_the_tokens_here(
        self, sandbox, tess, drain, provider
    ) -> None:
        row = connect(sandbox, tess, provider)
        drain()
        for step in ("revoke",):
            sandbox.fault(step, "500-before", provider=FAULTS[provider], times=90)
        connecting.disconnect(tess, row.pk)
        for _ in range(8):
            drain()
            again()
            breaker.for_provider("google-oauth").close()
        assert not CalendarConnection.objects.exists()

    def test_the_api_lists_and_lets_go(self, sandbox, api, tess, sam, drain, provider) -> None:
        row = connect(sandbox, tess, provider)
        (shown,) = api(tess).get("/api/v1/me/calendar-connections/").json()
        assert (shown["provider"], shown["state"]) == (provider, "active")
        assert "token" not in str(shown)
        path = f"/api/v1/me/calendar-connections/{row.pk}/"
        assert api(sam).delete(path).status_code == 404
        assert api(tess).delete(path).status_code == 204
        assert api(tess).get("/api/v1/me/calendar-connections/").json() == []
