"""Meetings at Zoom and in our own room: made, moved and ended with the booking, once, whatever the
provider does."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from booking.models import Booking, Meeting
from booking.services import cancelling, groups, meetings, moving, offers
from tests.booking.calendars import connect, events
from tests.booking.conftest import hour
from tests.booking.zooming import (  # noqa: F401  fixtures
    again,
    at_zoom,
    booked,
    closed_breakers,
    zooms,
)
from tests.sandbox_server import Sandbox
from tutorme.core import breaker
from tutorme.core.models import OutboxEvent
from tutorme.core.money import Money

State, Platform = Meeting.State, Meeting.Platform
pytestmark = pytest.mark.django_db


class TestOurRoom:
    def test_is_ready_at_once(self, sandbox, sam, free, drain) -> None:
        row = booked(sam, free)
        drain()
        meeting = Meeting.objects.get(booking=row)
        assert (meeting.platform, meeting.state, meeting.version) == ("room", "ready", row.version)
        cancelling.cancel(booking_id=row.pk, by=sam)
        drain()
        meeting.refresh_from_db()
        assert meeting.state == State.GONE

    @pytest.mark.usefixtures("at_zoom")
    def test_stands_in_where_nothing_else_can_be_had(self, settings, sam, free, drain) -> None:
        settings.ZOOM = {**settings.ZOOM, "client_id": ""}
        row = booked(sam, free)
        drain()
        meeting = Meeting.objects.get(booking=row)
        assert (meeting.platform, meeting.state) == ("zoom", "failed")
        assert meeting.problem == "not-configured"
        row.refresh_from_db()
        assert row.state == Booking.State.CONFIRMED


@pytest.mark.usefixtures("at_zoom")
class TestZoom:
    def test_follows_the_booking(self, sandbox: Sandbox, sam, tess, free, drain) -> None:
        row = booked(sam, free)
        drain()
        meeting = Meeting.objects.get(booking=row)
        assert (meeting.state, meeting.version) == (State.READY, row.version)
        (made,) = zooms(sandbox)
        assert str(made["id"]) == meeting.reference
        assert made["join_url"] == meeting.join_url
        assert made["settings"] == {
            "join_before_host": False,
            "waiting_room": True,
            "approval_type": 2,
            "auto_recording": "none",
        }
        assert made["start_time"] == f"{row.starts_at:%Y-%m-%dT%H:%M:%SZ}"
        row = moving.reschedule(booking_id=row.pk, by=sam, start=hour(4, 12))
        drain()
        (moved,) = zooms(sandbox)
        assert (moved["id"], moved["start_time"]) == (
            made["id"],
            f"{hour(4, 12):%Y-%m-%dT%H:%M:%SZ}",
        )
        meeting.refresh_from_db()
        assert meeting.version == row.version
        cancelling.cancel(booking_id=row.pk, by=sam)
        drain()
        assert zooms(sandbox) == []

    def test_who_has_no_seat_is_given_the_sites(self, sandbox, sam, tess, free, drain) -> None:
        booked(sam, free)
        drain()
        User.objects.filter(pk=tess.pk).update(email="tess@example.test")
        booked(sam, free, days=4)
        drain()
        hosts = {row["host_email"] for row in zooms(sandbox)}
        assert hosts == {"tess@zoom.test", "host@zoom.test"}

    @pytest.mark.parametrize("kind", ["500-after", "lost-reply", "garbled"])
    def test_an_answer_that_was_lost_makes_no_second_meeting(
        self, sandbox: Sandbox, sam, tess, free, drain, kind: str
    ) -> None:
        for n in range(3):
            other = booked(sam, free, days=4 + n)
            drain()
            assert Meeting.objects.get(booking=other).state == State.READY
        sandbox.fault("create", kind, provider="zoom")
        row = booked(sam, free)
        drain()
        assert Meeting.objects.get(booking=row).state == State.MAKING
        again()
        drain()
        assert Meeting.objects.get(booking=row).state == State.READY
        assert len(zooms(sandbox)) == 4

    @pytest.mark.parametrize("kind", ["500-before", "429", "reset", "refuse"])
    def test_one_that_fails_before_is_made_the_next_time_or_never(
        self, sandbox: Sandbox, sam, free, drain, kind: str
    ) -> None:
        sandbox.fault("create", kind, provider="zoom", seconds=0)
        row = booked(sam, free)
        drain()
        again()
        drain()
        meeting = Meeting.objects.get(booking=row)
        refused = kind == "refuse"
        assert meeting.state == (State.FAILED if refused else State.READY)
        assert len(zooms(sandbox)) == (0 if refused else 1)
        row.refresh_from_db()
        assert row.state == Booking.State.CONFIRMED

    def test_a_lasting_failure_ends_in_our_room_and_leaves_nothing_behind(
        self, sandbox: Sandbox, sam, free, drain
    ) -> None:
        sandbox.fault("create", "lost-reply", provider="zoom")
        sandbox.fault("list", "500-before", provider="zoom", times=60)
        row = booked(sam, free)
        for _ in range(8):
            drain()
            again()
            breaker.for_provider("zoom").close()
        meeting = Meeting.objects.get(booking=row)
        assert (meeting.state, meeting.was_asked) == (State.FAILED, True)
        assert len(zooms(sandbox)) == 1
        sandbox.http.delete(f"{sandbox.url}/_faults")
        Meeting.objects.update(updated_at=timezone.now() - timedelta(hours=1))
        assert meetings.reconcile() == 1
        drain()
        assert zooms(sandbox) == []
        meeting.refresh_from_db()
        assert (meeting.state, meeting.was_asked) == (State.FAILED, False)

    def test_a_cancellation_that_overtakes_the_answer_ends_it_too(
        self, sandbox: Sandbox, sam, free, drain
    ) -> None:
        sandbox.fault("create", "lost-reply", provider="zoom")
        row = booked(sam, free)
        drain()
        cancelling.cancel(booking_id=row.pk, by=sam)
        again()
        drain()
        assert zooms(sandbox) == []
        assert Meeting.objects.get(booking=row).state == State.GONE

    def test_a_worker_that_died_at_any_line_is_followed_by_another(
        self, sandbox: Sandbox, sam, free, drain
    ) -> None:
        """Dead between call and commit: the row says it was asked, Zoom has it, nobody works."""
        row = booked(sam, free)
        drain()
        Meeting.objects.update(
            state=State.MAKING, reference="", join_url="", starts_at=None,
            taken_until=timezone.now() + timedelta(seconds=60),
            updated_at=timezone.now() - timedelta(minutes=11),
        )  # fmt: skip
        assert meetings.reconcile() == 1
        drain()
        assert Meeting.objects.get(booking=row).state == State.MAKING
        Meeting.objects.update(taken_until=timezone.now() - timedelta(seconds=1))
        again()
        drain()
        assert Meeting.objects.get(booking=row).state == State.READY
        assert len(zooms(sandbox)) == 1

    def test_a_lesson_whose_event_was_lost_is_found(self, sandbox, sam, free, drain) -> None:
        row = booked(sam, free)
        OutboxEvent.objects.all().delete()
        Booking.objects.update(confirmed_at=timezone.now() - timedelta(minutes=2))
        assert meetings.reconcile() == 1
        drain()
        assert Meeting.objects.get(booking=row).state == State.READY

    def test_keys_that_are_refused_fail_no_booking(self, sandbox, settings, sam, free, drain):
        settings.ZOOM = {**settings.ZOOM, "client_secret": "wrong"}
        row = booked(sam, free)
        drain()
        row.refresh_from_db()
        assert row.state == Booking.State.CONFIRMED
        assert Meeting.objects.get(booking=row).state == State.FAILED


@pytest.mark.usefixtures("at_zoom")
class TestClasses:
    @pytest.fixture
    def seats(self, sandbox, tess, sam, otto, diary) -> list[Booking]:
        choir = offers.offer(
            tutor_id=tess.pk, title="Choir", minutes=60, price=Money(0, "EUR"), capacity=4
        )
        evening = groups.open_session(tutor=tess, lesson_type_id=choir.pk, start=hour(3, 18))
        return [groups.join(student=who, group_id=evening.pk) for who in (sam, otto)]

    def test_all_seats_meet_in_one_room(self, sandbox, sam, otto, seats, drain) -> None:
        drain()
        assert len(zooms(sandbox)) == 1
        rows = Meeting.objects.values_list("state", "reference", "join_url").distinct()
        assert [row[0] for row in rows] == [State.READY]
        cancelling.cancel(booking_id=seats[0].pk, by=sam)
        drain()
        assert len(zooms(sandbox)) == 1
        assert Meeting.objects.get(booking=seats[1]).state == State.READY
        cancelling.cancel(booking_id=seats[1].pk, by=otto)
        drain()
        assert zooms(sandbox) == []

    def test_they_are_one_event_of_their_tutors_calendar(
        self, sandbox, tess, sam, otto, seats, drain
    ) -> None:
        connect(sandbox, tess, "google")
        drain()
        assert len(events(sandbox, "google", tess.email)) == 1
        cancelling.cancel(booking_id=seats[0].pk, by=sam)
        drain()
        assert len(events(sandbox, "google", tess.email)) == 1
        cancelling.cancel(booking_id=seats[1].pk, by=otto)
        drain()
        assert events(sandbox, "google", tess.email) == []
