"""Connected calendars: out of sight for a day, lessons written into them, letting go."""

from datetime import timedelta

import pytest
from django.utils import timezone

from booking.errors import SlotTaken
from booking.models import CalendarConnection, WrittenEvent
from booking.services import cancelling, connecting, holding, moving, syncing
from tests.booking.calendars import (  # noqa: F401  a fixture
    CREATE,
    FAULTS,
    PAGE,
    again,
    busy,
    client_of,
    closed_breakers,
    connect,
    events,
    look,
    own,
    put,
)
from tests.booking.conftest import held, hour
from tutorme.core import breaker
from tutorme.core.models import Job

pytestmark = pytest.mark.django_db
both = pytest.mark.parametrize("provider", ["google", "microsoft"])


@both
class TestOutOfSight:
    """One that is connected, and whose provider does not let us see it."""

    @pytest.fixture
    def unseen(self, sandbox, tess, free, provider, drain) -> CalendarConnection:
        row = connect(sandbox, tess, provider)
        drain()
        long_ago = timezone.now() - timedelta(hours=25)
        CalendarConnection.objects.update(synced_at=long_ago, sync_wanted_at=long_ago)
        row.refresh_from_db()
        return row

    def test_after_a_day_its_times_are_not_offered(
        self, sandbox, tess, sam, free, drain, provider, unseen
    ) -> None:
        assert connecting.close_unseen() == 1
        assert connecting.close_unseen() == 0
        drain()
        with pytest.raises(SlotTaken):
            held(sam, free)
        (mail,) = sandbox.mails(to=tess.email)
        assert "Your times are not offered" in mail["subject"]
        assert "disconnect it to be booked without it" in mail["text"]
        client = client_of(tess)
        assert "Your times are not offered" in client.get(PAGE).content.decode()
        for page in ("/teach/availability/", "/teach/calendar/"):
            assert "Your times are not offered" in client.get(page).content.decode()

    def test_seen_again_they_are(self, sandbox, tess, sam, free, drain, provider, unseen) -> None:
        """By a look that brings nothing new, too."""
        connecting.close_unseen()
        syncing.sync(unseen.pk)
        drain()
        assert busy(tess) == []
        assert held(sam, free).state == "confirmed"
        assert connecting.close_unseen() == 0

    def test_who_would_rather_be_booked_lets_it_go(
        self, sandbox, tess, sam, free, drain, provider, unseen
    ) -> None:
        connecting.close_unseen()
        connecting.disconnect(tess, unseen.pk)
        assert held(sam, free).state == "confirmed"

    def test_for_less_than_a_day_nothing_happens(
        self, sandbox, tess, free, drain, provider, unseen
    ) -> None:
        CalendarConnection.objects.update(synced_at=timezone.now() - timedelta(hours=23))
        assert connecting.close_unseen() == 0

    def test_a_students_calendar_closes_nothing(self, sandbox, sam, drain, provider) -> None:
        connect(sandbox, sam, provider)
        CalendarConnection.objects.update(synced_at=timezone.now() - timedelta(days=3))
        assert connecting.close_unseen() == 0

    def test_what_is_held_is_still_paid_for(
        self, sandbox, tess, sam, lesson, drain, provider, unseen
    ) -> None:
        row = held(sam, lesson)
        connecting.close_unseen()
        holding.still_free(row)


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
        row = moving.reschedule(booking_id=row.pk, by=sam, start=hour(4, 12))
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
