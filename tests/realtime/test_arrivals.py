"""What it costs when somebody opens a stream: a thousand come back at once after a restart."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import tokens
from accounts.models import User
from realtime.models import ChannelEvent, Presence
from realtime.services import presence
from realtime.streams import doors
from realtime.streams.frames import Reader
from realtime.streams.wakeups import Hub, Listener
from tests import cast
from tests.waiting import until
from tutorme.core.errors import NotSignedIn

pytestmark = pytest.mark.django_db


def request_of(user: User, resume: str = "") -> doors.Request:
    bearer = tokens.open_session(user).access
    return doors.Request(authorization=f"Bearer {bearer}", resume=resume)


def arrived(request: doors.Request) -> tuple[Reader, bytes]:
    admission = doors.recognise(request)
    reader = Reader(admission.viewer, admission.listener(lambda: None), admission.resume)
    return reader, reader.open()


def test_an_arrival_asks_the_database_twice(sam, tell, django_assert_num_queries) -> None:
    """Who is it, and where do their channels stand; with nothing missed nothing more is asked."""
    tell(sam)
    request = request_of(sam)
    with django_assert_num_queries(2):
        reader, hello = arrived(request)
        assert reader.at_hand() == b""
    assert b'"unread":1' in hello
    assert b"id: 1\n" in hello


def test_who_missed_something_reads_on(sam, tell, django_assert_num_queries) -> None:
    for _ in range(3):
        tell(sam)
    reader, hello = arrived(request_of(sam, resume="1"))
    assert b"id: 1\n" in hello
    assert reader.at_hand() is None
    frames, more = reader.next_frames()
    assert (frames.count(b"event: notification-new"), more) == (2, False)
    with django_assert_num_queries(0):
        assert reader.at_hand() == b""


def test_what_is_said_between_listening_and_reading_is_read(sam, tell) -> None:
    """The hub's word may come before the stream has looked where it stands, or after."""
    tell(sam)
    admission = doors.recognise(request_of(sam, resume="1"))
    listener = admission.listener(lambda: None)
    reader = Reader(admission.viewer, listener, admission.resume)
    tell(sam)
    reader.open()
    assert reader.at_hand() is None
    reader.next_frames()
    tell(sam)
    listener.must_read = True
    assert reader.at_hand() is None
    assert b"id: 3\n" in reader.next_frames()[0]


def test_the_door_asks_anew_each_time(sam) -> None:
    """Nothing of who somebody is outlives the question: a sign-in that ended opens nothing."""
    request = request_of(sam)
    arrived(request)
    User.objects.filter(pk=sam.pk).update(is_active=False)
    with pytest.raises(NotSignedIn):
        doors.recognise(request)


def test_being_here_costs_the_same_for_one_and_for_twenty(sam) -> None:
    def cost(people: list[User]) -> int:
        with CaptureQueriesContext(connection) as asked:
            presence.here({(f"private-user-{each.pk}", each.pk) for each in people})
        return len(asked)

    crowd = [cast.person(f"Reader{number}") for number in range(20)]
    assert cost([sam]) == cost(crowd)
    assert Presence.objects.count() == 21
    assert not ChannelEvent.objects.exists()


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub()
    yield hub
    thread = hub._thread
    if thread is not None:
        thread.join(timeout=30)


@pytest.mark.django_db(transaction=True)
def test_who_arrives_is_here_within_a_moment(hub, sam, otto) -> None:
    """The hub takes up newcomers together; its next round for all is twenty seconds away."""

    def listener(user: User) -> Listener:
        return Listener(user.pk, threading.Event().set, {f"private-user-{user.pk}": 0})

    with ExitStack() as held:
        for user in (sam, otto):
            held.enter_context(hub.listening(listener(user)))
            until(Presence.objects.filter(user=user).exists, within_s=10)
