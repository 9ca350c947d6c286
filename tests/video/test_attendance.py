"""Who was there decides about a lesson: through a web process and a worker, each of its own, with
the web process killed in the middle of the call."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from django.utils import timezone

from accounts import tokens
from accounts.models import User
from booking.models import Booking
from booking.models import Presence as Attendance
from booking.services import outcomes
from tests.booking.conftest import hour
from tests.realtime.servers import ROOT, Server, on_test_database, running
from tests.video.conftest import come, lesson
from tests.waiting import until
from video.models import Presence, Room
from video.services import lessons, presence, signals
from video.services.signals import LEASE

MINUTE = timedelta(minutes=1)


def begun(student: User, tutor: User, day: int) -> tuple[Booking, Room]:
    """A lesson that began a minute ago, and its room."""
    row = lesson(student, tutor, hour(day, 10))
    starts = timezone.now() - MINUTE
    ends = starts + timedelta(minutes=30)
    times = {"starts_at": starts, "blocked_from": starts, "ends_at": ends, "blocked_until": ends}
    Booking.objects.filter(pk=row.pk).update(**times)
    lessons.follow(booking_id=row.pk)
    row.refresh_from_db()
    return row, Room.objects.get(members__booking=row, members__user=student)


def marks(row: Booking, who: User) -> list[bool]:
    found = Attendance.objects.filter(booking=row, user=who).order_by("at", "id")
    return list(found.values_list("joined", flat=True))


def judged(row: Booking, after: timedelta) -> str:
    outcomes.judge_due(now=row.starts_at + after)
    row.refresh_from_db()
    return row.state


# In one process ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_who_died_at_the_door_is_not_held_for_present(sam, tess, drain) -> None:
    """The tutor's window was never heard of after it came in; the student waited."""
    row, room = begun(sam, tess, 3)
    come(tess, room)
    waiting = come(sam, room)
    for minute in range(1, 20):
        now = timezone.now() + minute * timedelta(seconds=40)
        signals.exchange(user=sam, room_id=room.pk, session=waiting, now=now)
        presence.sweep(now=now)
    stay = Presence.objects.get(member__user=tess)
    assert stay.left_at is not None
    assert stay.joined_at < stay.left_at < stay.joined_at + timedelta(seconds=1)
    drain()
    came, left = Attendance.objects.filter(booking=row, user=tess).order_by("at", "id")
    assert (came.joined, left.joined) == (True, False)
    assert left.at - came.at < timedelta(seconds=1)
    assert marks(row, sam) == [True]
    assert outcomes.judge_due(now=row.ends_at + 3 * MINUTE) == 1


# Over real processes ----------------------------------------------------------------------------


@contextmanager
def working() -> Iterator[None]:
    command = "-m celery -A tutorme.celery worker -P solo -l ERROR -Q default,mail"
    process = subprocess.Popen([sys.executable, *command.split()], cwd=ROOT, env=on_test_database())
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Caller:
    def __init__(self, server: Server, who: User, room: Room) -> None:
        bearer = tokens.open_session(who).access
        self.base = f"{server.url}/api/v1/video/rooms/{room.pk}/"
        self.headers = {"Authorization": f"Bearer {bearer}"}
        self.session = str(uuid4())

    def post(self, place: str) -> None:
        said = {"session": self.session}
        answer = httpx.post(f"{self.base}{place}/", json=said, headers=self.headers, timeout=30)
        assert answer.status_code < 300, answer.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.processes
@pytest.mark.slow
def test_being_there_and_not_decides_about_the_lesson(sam, otto, tess, orla) -> None:
    held, room = begun(sam, tess, 3)
    missed, empty = begun(otto, orla, 4)
    with working():
        with running("web") as web:
            student, tutor = Caller(web, sam, room), Caller(web, tess, room)
            waiting = Caller(web, otto, empty)
            for caller in (student, tutor, waiting):
                caller.post("join")
            student.post("leave")
            # The tutor's window and the one of who waits never say goodbye: the server is killed.
            web.process.kill()
            web.process.wait()
        # Their lease ends them where they were last heard of.
        assert presence.sweep(now=timezone.now() + LEASE + MINUTE) == 2
        until(lambda: marks(held, tess) == [True, False], within_s=120)
        until(lambda: marks(missed, otto) == [True, False], within_s=120)
    assert marks(held, sam) == [True, False]
    assert marks(missed, orla) == []
    assert judged(missed, timedelta(minutes=18)) == Booking.State.NO_SHOW_TUTOR
    assert judged(held, timedelta(minutes=40)) == Booking.State.COMPLETED
