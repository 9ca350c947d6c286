"""The hub by itself: it hears, it survives nonsense, it looks where nothing was said."""

import threading
import time
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from realtime.streams import bell as topic
from realtime.streams.places import Places
from realtime.streams.wakeups import Hub, Listener
from tests.waiting import until
from tutorme.core import limits
from tutorme.core.errors import Unavailable

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def hub() -> Iterator[Hub]:
    hub = Hub()
    yield hub
    thread = hub._thread
    if thread is not None:
        thread.join(timeout=30)
        assert not thread.is_alive(), "the thread outlived its last stream"


def rings(bell: threading.Event, say: Callable[[], object]) -> bool:
    """Says it until it is heard: the hub's thread subscribes in its own time."""
    deadline = time.monotonic() + 30
    while not bell.wait(timeout=0.2) and time.monotonic() < deadline:
        say()
    return bell.is_set()


def is_quiet(bell: threading.Event) -> bool:
    """Nothing for as long as five looks take; a look under way may still ring once."""
    bell.clear()
    return not bell.wait(timeout=1)


def listener(bell: threading.Event, *channels: str) -> Listener:
    return Listener(uuid4(), bell.set, dict.fromkeys(channels, 0))


def test_a_wake_up_rings_that_channel_alone(hub) -> None:
    mine, other = threading.Event(), threading.Event()
    with hub.listening(listener(mine, "a", "b")), hub.listening(listener(other, "c")):
        assert rings(mine, lambda: topic.wake("b"))
        assert not other.is_set()


def test_a_doubt_reaches_those_who_listen_there(hub) -> None:
    bell = threading.Event()
    with hub.listening(listener(bell, "a")) as doubted, hub.listening(listener(bell, "b")) as sure:
        assert rings(bell, lambda: topic.doubt("a"))
        assert (doubted.doubted, sure.doubted) == (True, False)


@pytest.mark.parametrize("nonsense", [b"", b"not-an-id", b"\xff\xfe", b"0" * 100_000])
def test_nonsense_on_the_channel_stops_nobody(hub, settings, nonsense) -> None:
    bell = threading.Event()
    with hub.listening(listener(bell, "a")):
        client = limits.client(settings.REDIS_URL)

        def say() -> None:
            client.publish(topic.TOPIC, nonsense)
            topic.wake("a")

        assert rings(bell, say)


def test_a_lost_wake_up_is_made_up_for_by_looking(hub, settings, sam, tell) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.STREAMS = {**settings.STREAMS, "poll_seconds": 0.2}
    bell = threading.Event()
    own = f"private-user-{sam.pk}"
    with hub.listening(listener(bell, own)) as reader:
        assert not bell.wait(timeout=1)
        tell(sam)
        assert bell.wait(timeout=30)
        reader.cursor[own] = 1
        until(lambda: is_quiet(bell), within_s=30)  # who has read everything is left in peace


def test_stopping_rings_everybody(hub) -> None:
    bell = threading.Event()
    with hub.listening(listener(bell, "a")):
        hub.stopping = True
        assert bell.wait(timeout=30)


def test_places_retire_the_oldest_of_a_person_and_never_another() -> None:
    places, me, other = Places(), uuid4(), uuid4()
    theirs = places.take(other, per_user=2, per_process=9)
    mine = [places.take(me, per_user=2, per_process=9) for _ in range(4)]
    assert [place.retired for place in mine] == [True, True, False, False]
    assert not theirs.retired


def test_a_full_process_refuses_and_leaving_makes_room_once() -> None:
    places = Places()
    first = places.take(uuid4(), per_user=2, per_process=2)
    places.take(uuid4(), per_user=2, per_process=2)
    with pytest.raises(Unavailable):
        places.take(uuid4(), per_user=2, per_process=2)
    places.leave(first)
    places.leave(first)
    places.take(uuid4(), per_user=2, per_process=2)
    with pytest.raises(Unavailable):
        places.take(uuid4(), per_user=2, per_process=2)
