"""Four chairs and many who come at once, and what happens without the guards."""

from contextlib import contextmanager
from functools import partial
from uuid import uuid4

import pytest
from django.db import connection

from tests import cast
from tests.races.parallel import together
from tests.video.conftest import come, opened
from video.errors import RoomFull
from video.models import Presence, Room, Signal
from video.services import entry, presence, signals, switching
from video.services.signals import Message

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crowd(tess):
    guests = [cast.person(f"Guest{number}") for number in range(7)]
    return [tess, *guests]


@pytest.fixture
def room(crowd) -> Room:
    return opened(*crowd)


def test_the_fifth_never_sits(room, crowd) -> None:
    results = together([partial(come, who, room) for who in crowd])
    assert sum(type(result) is RoomFull for result in results) == 4
    assert sorted(Presence.objects.here().values_list("seat", flat=True)) == [1, 2, 3, 4]


@contextmanager
def unlocked(monkeypatch, *constraints: str):
    monkeypatch.setattr(entry, "locked", lambda room_id: Room.objects.get(pk=room_id))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE indexname = ANY(%s)",
            [list(constraints)],
        )
        kept = cursor.fetchall()
        for name, _definition in kept:
            cursor.execute(f"DROP INDEX {name}")
    try:
        yield
    finally:
        Presence.objects.all().delete()
        with connection.cursor() as cursor:
            for _name, definition in kept:
                cursor.execute(definition)


def test_without_lock_and_constraint_it_does(room, crowd, monkeypatch) -> None:
    """The control: looking for a free chair first is worth nothing alone."""

    def looks(free):
        def slowly(found):
            seat = free(found)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.3)")
            return seat

        return slowly

    monkeypatch.setattr(presence, "free_seat", looks(presence.free_seat))
    monkeypatch.setattr(signals, "write", lambda *_args, **_more: None)
    with unlocked(monkeypatch, "presence_seat_once"):
        together([partial(come, who, room) for who in crowd])
        assert Presence.objects.here().count() > 4


def test_one_person_in_many_windows_sits_once(room, crowd) -> None:
    results = together([partial(come, crowd[0], room) for _ in range(8)])
    assert not any(isinstance(result, Exception) for result in results)
    assert Presence.objects.here().count() == 1
    assert Presence.objects.filter(ending="replaced").count() == 7


def test_signals_at_once_have_one_order(room, crowd) -> None:
    seats = [(who, come(who, room)) for who in crowd[:4]]
    hand = Message("hand", {"up": True})

    def speak(who, session):
        for _ in range(5):
            signals.exchange(user=who, room_id=room.pk, session=session, messages=[hand])

    results = together([partial(speak, *seat) for seat in seats])
    assert results == [None] * 4
    seqs = list(Signal.objects.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))


def test_many_take_over_once(tess, sam) -> None:
    room = opened(tess, sam, provider="twilio", capacity=50)
    together([partial(switching.take_over, user=who, room_id=room.pk) for who in [tess, sam] * 4])
    room.refresh_from_db()
    assert (room.epoch, Signal.objects.filter(kind="provider").count()) == (2, 1)


def test_leaving_sweeping_and_coming_at_once(room, crowd) -> None:
    session = come(crowd[0], room)
    Presence.objects.update(joined_at="2020-01-01T00:00Z", seen_at="2020-01-01T00:00Z")
    leave = partial(presence.leave, user=crowd[0], room_id=room.pk, session=session)
    again = partial(presence.join, user=crowd[0], room_id=room.pk, session=uuid4())
    results = together([presence.sweep, leave, again, presence.sweep])
    assert not any(isinstance(result, Exception) for result in results)
    assert Presence.objects.filter(session=session).exclude(left_at=None).count() == 1
    assert Presence.objects.here().count() == 1
