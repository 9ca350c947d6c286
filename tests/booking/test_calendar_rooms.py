"""Meet and Teams: rooms that come with an event in the tutor's own calendar, some of them late."""

import pytest

from accounts.models import TutorProfile, User
from booking.models import Booking, Meeting, WrittenEvent
from booking.services import cancelling, connecting, meetings, moving
from tests.booking.calendars import (
    CREATE,
    FAULTS,
    again,
    client_of,
    connect,
    events,
    take_back,
)
from tests.booking.conftest import held, hour
from tests.sandbox_server import Sandbox
from tutorme.core import breaker
from tutorme.core.errors import NotAllowed
from tutorme.core.models import AuditEntry

State = Meeting.State
# The account has none to give; or one was promised and then cannot be made.
NO_ROOM = {"google": ("no-room", "room-fails"), "microsoft": ("no-room",)}
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.parametrize(
        ("platform", "provider", "host"),
        [
            ("meet", "google", "https://meet.google.com/"),
            ("teams", "microsoft", "https://teams.microsoft.com/"),
        ],
    ),
]


@pytest.fixture(autouse=True)
def closed_breakers() -> None:
    breaker._shared.cache_clear()
    breaker._alone.cache_clear()


@pytest.fixture
def there(sandbox: Sandbox, tess: User, platform: str, provider: str, drain) -> None:
    TutorProfile.objects.filter(pk=tess.pk).update(preferred_video_platform=platform)
    connect(sandbox, tess, provider)
    drain()


@pytest.mark.usefixtures("there")
def test_made_moved_and_ended_with_the_booking(
    sandbox, tess, sam, free, drain, platform, provider, host
) -> None:
    row = held(sam, free)
    drain()
    meeting = Meeting.objects.get(booking=row)
    assert (meeting.platform, meeting.state) == (platform, State.READY)
    assert meeting.join_url.startswith(host)
    (event,) = events(sandbox, provider, tess.email)
    assert not WrittenEvent.objects.exists()
    row = moving.reschedule(booking_id=row.pk, by=sam, start=hour(4, 12))
    drain()
    (moved,) = events(sandbox, provider, tess.email)
    assert moved["id"] == event["id"]
    assert moved["start"]["dateTime"].startswith(f"{hour(4, 12):%Y-%m-%dT%H:%M}")
    # What leads into the meeting stands in the body of a Teams event.
    assert moved.get("body") == event.get("body")
    assert Meeting.objects.get().join_url == meeting.join_url
    cancelling.cancel(booking_id=row.pk, by=sam)
    drain()
    assert events(sandbox, provider, tess.email) == []
    assert Meeting.objects.get().state == State.GONE


@pytest.mark.usefixtures("there")
def test_a_room_that_comes_late_is_waited_for(
    sandbox, tess, sam, free, drain, platform, provider, host
) -> None:
    sandbox.fault(CREATE[provider], "room-pending", provider=FAULTS[provider])
    row = held(sam, free)
    drain()
    assert Meeting.objects.get(booking=row).state == State.PENDING
    for _ in range(2):
        again()
        drain()
    meeting = Meeting.objects.get(booking=row)
    assert meeting.state == State.READY
    assert meeting.join_url.startswith(host)


@pytest.mark.usefixtures("there")
def test_an_account_without_rooms_means_ours(
    sandbox, tess, sam, free, drain, platform, provider, host
) -> None:
    for days, kind in enumerate(NO_ROOM[provider], start=3):
        sandbox.fault(CREATE[provider], kind, provider=FAULTS[provider])
        row = held(sam, free, hour(days, 10))
        drain()
        meeting = Meeting.objects.get(booking=row)
        assert (meeting.state, meeting.join_url) == (State.FAILED, "")
        row.refresh_from_db()
        assert row.state == Booking.State.CONFIRMED
        assert len(events(sandbox, provider, tess.email)) == days - 2


@pytest.mark.usefixtures("there")
@pytest.mark.parametrize("kind", ["500-after", "lost-reply", "garbled"])
def test_an_answer_that_was_lost_makes_no_second_room(
    sandbox, tess, sam, free, drain, platform, provider, host, kind
) -> None:
    sandbox.fault(CREATE[provider], kind, provider=FAULTS[provider], times=2)
    held(sam, free)
    for _ in range(3):
        drain()
        again()
    assert len(events(sandbox, provider, tess.email)) == 1
    assert Meeting.objects.get().state == State.READY


@pytest.mark.usefixtures("there")
def test_a_grant_taken_back_means_our_room(
    sandbox, tess, sam, free, drain, platform, provider, host
) -> None:
    take_back(sandbox, tess.email)
    row = held(sam, free)
    drain()
    meeting = Meeting.objects.get(booking=row)
    assert (meeting.state, meeting.problem) == (State.FAILED, "grant-gone")
    connect(sandbox, tess, provider)
    assert meetings.again(Meeting.objects.all()) == 1
    drain()
    assert Meeting.objects.get(booking=row).state == State.READY


def test_without_a_calendar_there_is_none(
    sandbox, tess, sam, free, drain, platform, provider, host
) -> None:
    TutorProfile.objects.filter(pk=tess.pk).update(preferred_video_platform=platform)
    row = held(sam, free)
    drain()
    meeting = Meeting.objects.get(booking=row)
    assert (meeting.state, meeting.problem) == (State.FAILED, "not-connected")


@pytest.mark.usefixtures("there")
def test_a_calendar_let_go_keeps_the_address(
    sandbox, tess, sam, free, drain, platform, provider, host
) -> None:
    row = held(sam, free)
    drain()
    connecting.disconnect(tess, tess.calendars.get().pk)
    drain()
    meeting = Meeting.objects.get(booking=row)
    assert (meeting.connection_id, meeting.state) == (None, State.READY)
    cancelling.cancel(booking_id=row.pk, by=sam)
    drain()
    row.refresh_from_db()
    assert row.state == Booking.State.CANCELLED_BY_STUDENT


@pytest.mark.usefixtures("there")
def test_made_anew_by_hand_it_is_another_event_with_another_room(
    sandbox, tess, sam, ada, free, drain, platform, provider, host
) -> None:
    row = held(sam, free)
    drain()
    (old,) = events(sandbox, provider, tess.email)
    before = Meeting.objects.get(booking=row)
    client = client_of(ada)
    form = {"action": "remake_meeting", "_selected_action": [str(row.pk)]}
    client.post("/admin/booking/booking/", {**form, "asked": "1", "counted": "1"})
    assert Meeting.objects.get(booking=row).state == State.ANEW
    drain()
    (new,) = events(sandbox, provider, tess.email)
    meeting = Meeting.objects.get(booking=row)
    assert (meeting.state, meeting.reference, meeting.round) == (State.READY, new["id"], 1)
    assert new["id"] != old["id"]
    assert meeting.join_url.startswith(host)
    assert meeting.join_url != before.join_url
    assert AuditEntry.objects.get(action="meeting.made_anew").actor == ada
    # It follows its booking as the first one did.
    row = moving.reschedule(booking_id=row.pk, by=sam, start=hour(4, 12))
    drain()
    (moved,) = events(sandbox, provider, tess.email)
    assert moved["id"] == new["id"]
    cancelling.cancel(booking_id=row.pk, by=sam)
    drain()
    assert events(sandbox, provider, tess.email) == []


@pytest.mark.usefixtures("there")
@pytest.mark.parametrize("kind", ["500-after", "lost-reply", "500-before"])
@pytest.mark.parametrize("act", ["delete", "create"])
def test_made_anew_through_faults_there_is_one_in_the_end(
    sandbox, tess, sam, ada, free, drain, platform, provider, host, kind, act
) -> None:
    row = held(sam, free)
    drain()
    (old,) = events(sandbox, provider, tess.email)
    operation = "delete" if act == "delete" else CREATE[provider]
    sandbox.fault(operation, kind, provider=FAULTS[provider], times=2)
    meetings.make_anew(row.pk, actor_id=ada.pk)
    for _ in range(4):
        drain()
        again()
    (new,) = events(sandbox, provider, tess.email)
    assert new["id"] != old["id"]
    meeting = Meeting.objects.get(booking=row)
    assert (meeting.state, meeting.reference) == (State.READY, new["id"])


@pytest.mark.usefixtures("there")
def test_asked_again_an_event_without_a_room_is_made_anew_with_one(
    sandbox, tess, sam, free, drain, platform, provider, host
) -> None:
    sandbox.fault(CREATE[provider], "no-room", provider=FAULTS[provider])
    row = held(sam, free)
    drain()
    (bare,) = events(sandbox, provider, tess.email)
    assert meetings.again(Meeting.objects.all()) == 1
    drain()
    meeting = Meeting.objects.get(booking=row)
    assert meeting.state == State.READY
    assert meeting.join_url.startswith(host)
    (event,) = events(sandbox, provider, tess.email)
    assert event["id"] != bare["id"]


@pytest.mark.usefixtures("there")
def test_not_made_anew_without_the_calendar_and_made_in_the_next_one(
    sandbox, tess, sam, ada, free, drain, platform, provider, host
) -> None:
    row = held(sam, free)
    drain()
    connecting.disconnect(tess, tess.calendars.get().pk)
    drain()
    with pytest.raises(NotAllowed):
        meetings.make_anew(row.pk, actor_id=ada.pk)
    connect(sandbox, tess, provider)
    meetings.make_anew(row.pk, actor_id=ada.pk)
    drain()
    meeting = Meeting.objects.get(booking=row)
    assert (meeting.state, meeting.connection) == (State.READY, tess.calendars.get())
    assert meeting.reference in {event["id"] for event in events(sandbox, provider, tess.email)}
