"""Meetings at Zoom and in our own room: made, moved and ended with the booking, once, whatever the
provider does; and the one way in."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import TutorProfile, User
from booking import rooms
from booking.gateways import zoom
from booking.models import Booking, LessonType, Meeting
from booking.services import cancelling, groups, meetings, moving, offers
from tests.booking.calendars import connect, events
from tests.booking.conftest import held, hour
from tests.sandbox_server import Sandbox
from tutorme.core import breaker
from tutorme.core.errors import Conflict, NotAllowed
from tutorme.core.models import AuditEntry, Job, OutboxEvent
from tutorme.core.money import Money

State, Platform = Meeting.State, Meeting.Platform
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def closed_breakers() -> None:
    breaker._shared.cache_clear()
    breaker._alone.cache_clear()


@pytest.fixture
def at_zoom(tess: User) -> None:
    """With a seat of her own in the account."""
    TutorProfile.objects.filter(pk=tess.pk).update(preferred_video_platform="zoom")
    User.objects.filter(pk=tess.pk).update(email="tess@zoom.test")


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs that failed are due again at once."""


def booked(student: User, kind: LessonType, days: int = 3, at: int = 10) -> Booking:
    return held(student, kind, hour(days, at))


def again() -> None:
    """What failed becomes due, as if time had passed."""
    Job.objects.filter(state="queued").update(run_after=timezone.now() - timedelta(seconds=1))


def zooms(sandbox: Sandbox) -> list[dict]:
    return sandbox.http.get(f"{sandbox.url}/zoom/_meetings").json()["meetings"]


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

    def test_stands_in_where_nothing_else_can_be_had(self, settings, sam, free, at_zoom, drain):
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

    def test_is_made_anew_by_hand_and_the_old_one_goes(
        self, sandbox: Sandbox, sam, ada, free, drain, client: Client
    ) -> None:
        row = booked(sam, free)
        drain()
        (old,) = zooms(sandbox)
        client.force_login(ada)
        form = {"action": "remake_meeting", "_selected_action": [str(row.pk)]}
        assert "This reaches 1 row" in client.post("/admin/booking/booking/", form).text
        assert zooms(sandbox) == [old]
        client.post("/admin/booking/booking/", {**form, "asked": "1", "counted": "1"})
        drain()
        (new,) = zooms(sandbox)
        assert new["id"] != old["id"]
        meeting = Meeting.objects.get(booking=row)
        assert (meeting.state, meeting.reference) == (State.READY, str(new["id"]))
        assert meeting.join_url == new["join_url"]
        assert AuditEntry.objects.get(action="meeting.made_anew").actor == ada

    def test_that_it_is_to_be_made_anew_is_written_down_before_zoom_hears_of_it(
        self, sandbox: Sandbox, sam, ada, free, drain
    ) -> None:
        row = booked(sam, free)
        drain()
        (old,) = zooms(sandbox)
        meetings.make_anew(row.pk, actor_id=ada.pk)
        meeting = Meeting.objects.get(booking=row)
        assert (meeting.state, meeting.reference) == (State.ANEW, str(old["id"]))
        assert meeting.join_url == "", "nobody is led into what is about to go"
        assert zooms(sandbox) == [old]
        with pytest.raises(NotAllowed):
            meetings.make_anew(row.pk, actor_id=ada.pk)

    @pytest.mark.parametrize("kind", ["lost-reply", "500-after", "500-before", "reset"])
    def test_a_removal_that_was_not_heard_of_ends_in_one_new_meeting(
        self, sandbox: Sandbox, sam, ada, free, drain, kind: str
    ) -> None:
        row = booked(sam, free)
        drain()
        (old,) = zooms(sandbox)
        # Deletions are repeated by the door itself, so all of its tries meet it.
        sandbox.fault("delete", kind, provider="zoom", times=3, seconds=0)
        meetings.make_anew(row.pk, actor_id=ada.pk)
        for _ in range(4):
            drain()
            again()
        (new,) = zooms(sandbox)
        meeting = Meeting.objects.get(booking=row)
        assert (meeting.state, meeting.reference) == (State.READY, str(new["id"]))
        assert new["id"] != old["id"]

    def test_dead_between_removing_and_keeping_the_next_one_goes_on(
        self, sandbox: Sandbox, sam, ada, free, drain
    ) -> None:
        row = booked(sam, free)
        drain()
        meetings.make_anew(row.pk, actor_id=ada.pk)
        zoom.gateway().remove(Meeting.objects.get().reference)
        Job.objects.filter(kind=meetings.JOB, state="queued").delete()
        Meeting.objects.update(
            taken_until=timezone.now() - timedelta(seconds=1),
            updated_at=timezone.now() - timedelta(minutes=11),
        )
        assert zooms(sandbox) == []
        assert meetings.reconcile() == 1
        drain()
        (new,) = zooms(sandbox)
        meeting = Meeting.objects.get(booking=row)
        assert (meeting.state, meeting.reference) == (State.READY, str(new["id"]))

    def test_called_off_meanwhile_nothing_is_made(
        self, sandbox: Sandbox, sam, ada, free, drain
    ) -> None:
        row = booked(sam, free)
        drain()
        meetings.make_anew(row.pk, actor_id=ada.pk)
        cancelling.cancel(booking_id=row.pk, by=sam)
        drain()
        assert zooms(sandbox) == []
        assert Meeting.objects.get(booking=row).state == State.GONE

    def test_the_control_what_is_over_or_worked_on_is_left_alone(
        self, sandbox: Sandbox, sam, ada, free, drain
    ) -> None:
        row = booked(sam, free)
        drain()
        in_hand = timezone.now() + timedelta(minutes=1)
        Meeting.objects.update(taken_until=in_hand)
        with pytest.raises(Conflict):
            meetings.make_anew(row.pk, actor_id=ada.pk)
        Meeting.objects.update(taken_until=None)
        for state in (State.WANTED, State.MAKING):
            Meeting.objects.update(state=state)
            with pytest.raises(NotAllowed):
                meetings.make_anew(row.pk, actor_id=ada.pk)
        Meeting.objects.update(state=State.READY)
        cancelling.cancel(booking_id=row.pk, by=sam)
        with pytest.raises(NotAllowed):
            meetings.make_anew(row.pk, actor_id=ada.pk)

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


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.usefixtures("at_zoom")
class TestTheWayIn:
    def test_opens_and_closes_around_the_lesson(self, sandbox, sam, tess, otto, free, drain):
        row = booked(sam, free)
        drain()
        path = reverse("join", args=[row.pk])
        assert client_of(otto).get(path).status_code == 404
        assert Client().get(path).status_code == 302
        early = client_of(sam).get(path)
        assert "The way in opens" in early.content.decode()
        assert client_of(sam).post(path).status_code == 409
        with time_machine.travel(row.starts_at - timedelta(minutes=10), tick=False):
            assert "Join the lesson" in client_of(sam).get(path).content.decode()
            assert "Start the lesson" in client_of(tess).get(path).content.decode()
        with time_machine.travel(row.ends_at + timedelta(minutes=30), tick=False):
            assert "This lesson is over" in client_of(sam).get(path).content.decode()
            assert client_of(sam).post(path).status_code == 409

    def test_only_the_host_becomes_host(self, sandbox, sam, tess, free, drain) -> None:
        row = booked(sam, free)
        drain()
        meeting, path = Meeting.objects.get(), reverse("join", args=[row.pk])
        with time_machine.travel(row.starts_at):
            guest = client_of(sam).post(path)
            assert (guest.status_code, guest["Location"]) == (303, meeting.join_url)
            host = client_of(tess).post(path)
        assert "/s/" in host["Location"]
        assert "zak=" in host["Location"]
        assert host["Cache-Control"] == "no-store"
        kept = str(list(Meeting.objects.values()))
        assert "zak=" not in kept
        page = client_of(tess).get(path)
        assert "zak=" not in page.content.decode()
        origin = f"https://{urlsplit(meeting.join_url).netloc}"
        assert origin in page["Content-Security-Policy"]

    def test_the_api_says_the_same(self, sandbox, api, sam, tess, otto, ada, free, drain) -> None:
        row = booked(sam, free)
        drain()
        path = f"/api/v1/bookings/{row.pk}/join/"
        body = api(sam).get(path).json()
        assert (body["is_open"], body["platform"], body["is_host"]) == (False, "zoom", False)
        assert api(otto).get(path).status_code == 404
        assert api(ada).post(path).status_code == 404
        assert api(sam).post(path).json()["code"] == "room-closed"
        with time_machine.travel(row.starts_at):
            assert api(sam).post(path).json()["url"] == Meeting.objects.get().join_url
            assert "zak=" in api(tess).post(path).json()["url"]

    def test_where_zoom_is_silent_the_tutor_still_comes_in(self, sandbox, sam, tess, free, drain):
        row = booked(sam, free)
        drain()
        sandbox.fault("meeting", "500-before", provider="zoom", times=9)
        with time_machine.travel(row.starts_at):
            answer = client_of(tess).post(reverse("join", args=[row.pk]))
        assert answer["Location"] == Meeting.objects.get().join_url

    def test_our_room_is_asked_of_whoever_has_rooms(self, sandbox, sam, free, drain, monkeypatch):
        sandbox.fault("create", "refuse", provider="zoom")
        row = booked(sam, free)
        drain()
        path = reverse("join", args=[row.pk])
        with time_machine.travel(row.starts_at):
            monkeypatch.setattr(rooms, "_providers", [])
            assert client_of(sam).post(path).status_code == 409
            rooms.provides_room(lambda booking_id, user_id: f"/rooms/{booking_id}/")
            page = client_of(sam).get(path).content.decode()
            assert "could not be had" in page
            assert client_of(sam).post(path)["Location"] == f"/rooms/{row.pk}/"


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
