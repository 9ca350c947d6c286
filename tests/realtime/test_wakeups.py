"""The hub by itself: it hears, it survives nonsense, it looks where nothing was said."""

import threading
import time
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest

from booking.events import BookingCancelled
from payments.events import PaymentRefunded
from realtime import handlers
from realtime.services import channels
from realtime.streams import bell as topic
from realtime.streams import places as counting
from realtime.streams import shelves as shelving
from realtime.streams.places import Place, Places
from realtime.streams.shelves import Shelves
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


def test_a_refund_and_a_cancelled_lesson_raise_doubt(hub) -> None:
    course, lesson, who = uuid4(), uuid4(), uuid4()
    refund = PaymentRefunded(uuid4(), "course", course, who, 100, "EUR", full=True)
    gone = BookingCancelled(lesson, 2, who, who, "student", 100)
    causes: dict[str, Callable[[], object]] = {
        f"private-course-{course}": lambda: handlers.doubt_the_place(refund),
        f"private-session-{lesson}": lambda: handlers.doubt_the_lesson(gone),
    }
    for name, cause in causes.items():
        bell = threading.Event()
        with hub.listening(listener(bell, name)) as reader:
            assert rings(bell, cause)
            assert reader.doubted


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


# What many hear ---------------------------------------------------------------------------------

EVERYBODY = "notifications"


def said(times: int = 1) -> int:
    course = {"course_id": uuid4(), "title": "Sets", "url": ""}
    return [channels.publish(EVERYBODY, "course-published", course) for _ in range(times)][-1]


def test_what_many_hear_is_read_once(hub, django_assert_num_queries) -> None:
    bells = [threading.Event() for _ in range(3)]
    crowd = [listener(bell, EVERYBODY) for bell in bells]
    with hub.listening(crowd[0]), hub.listening(crowd[1]), hub.listening(crowd[2]):
        first = said()
        for bell in bells:
            assert rings(bell, lambda: topic.wake(EVERYBODY))
        with django_assert_num_queries(0):
            (row,) = hub.shelves.past({EVERYBODY: first - 1}) or []
            assert hub.shelves.past({EVERYBODY: first}) == []
        assert (row.seq, row.event) == (first, "course-published")
        assert b"Sets" in (row.body or b"")


def test_who_is_alone_on_a_channel_reads_for_themselves(hub) -> None:
    bell = threading.Event()
    with hub.listening(listener(bell, EVERYBODY)) as alone:
        alone.must_read = False
        said()
        assert rings(bell, lambda: topic.wake(EVERYBODY))
        assert alone.must_read
        assert hub.shelves.past(alone.cursor) == []


def test_a_shelf_never_hides_a_gap(django_assert_num_queries) -> None:
    """Who has not heard what lies before it asks the database, and so does a flood."""
    shelves = Shelves()
    said(3)
    with django_assert_num_queries(1):
        assert shelves.fetch({EVERYBODY: 2, "private-user-x": 0}) == {EVERYBODY, "private-user-x"}
    assert [row.seq for row in shelves.past({EVERYBODY: 2}) or []] == [3]
    assert shelves.past({EVERYBODY: 1}) is None
    said(2)
    shelves.fetch({EVERYBODY: 2})
    assert [row.seq for row in shelves.past({EVERYBODY: 2}) or []] == [3, 4, 5]
    shelves.tidy({EVERYBODY: 4})
    assert [row.seq for row in shelves.past({EVERYBODY: 4}) or []] == [5]
    assert shelves.past({EVERYBODY: 3}) is None
    shelves.clear(EVERYBODY)
    assert shelves.past({EVERYBODY: 0}) == []


def test_a_flood_is_read_by_each_for_itself(monkeypatch) -> None:
    monkeypatch.setattr(shelving, "_AT_ONCE", 3)
    shelves = Shelves()
    said(3)
    assert shelves.fetch({EVERYBODY: 0}) == set()
    said()
    assert shelves.fetch({EVERYBODY: 3}) == {EVERYBODY}


def test_long_shelves_lose_their_beginning_and_say_so(monkeypatch) -> None:
    monkeypatch.setattr(shelving, "_KEPT", 2)
    shelves = Shelves()
    said(4)
    shelves.fetch({EVERYBODY: 0})
    assert shelves.past({EVERYBODY: 1}) is None
    assert [row.seq for row in shelves.past({EVERYBODY: 2}) or []] == [3, 4]


def test_words_that_depend_on_the_reader_are_on_no_shelf(sam, tell) -> None:
    own, shelves = f"private-user-{sam.pk}", Shelves()
    tell(sam)
    shelves.fetch({own: 0})
    assert shelves.past({own: 0}) is None
    assert shelves.past({own: 1}) == []


# Places over all processes ----------------------------------------------------------------------


def test_a_persons_streams_are_counted_over_all_processes(settings) -> None:
    settings.STREAMS = {**settings.STREAMS, "per_user": 2}
    me, other = uuid4(), uuid4()
    first, second, third = Place(me), Place(me), Place(me)
    try:
        assert counting.enter(first) == []
        time.sleep(0.002)
        assert counting.enter(Place(other)) == counting.enter(second) == []
        time.sleep(0.002)
        assert counting.enter(third) == [first.id]
        counting.withdraw(second)
        assert counting.enter(Place(me)) == []
    finally:
        for person in (me, other):
            limits.client(settings.REDIS_URL).delete(f"streams:{person}")


def test_without_redis_each_process_counts_for_itself(settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    place = Place(uuid4())
    assert counting.enter(place) == []
    counting.withdraw(place)


def test_only_a_place_of_this_process_is_retired() -> None:
    here, elsewhere = Places(), Places()
    place = here.take(uuid4(), per_user=2, per_process=9)
    assert not elsewhere.retire(place.id)
    assert here.retire(place.id)
    assert place.retired
