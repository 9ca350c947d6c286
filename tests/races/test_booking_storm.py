"""Ten thousand attempts by 32 clients over HTTP, against a real gunicorn: nobody is booked twice,
nobody waits in a ring, nothing breaks. And the same without the guards, which fails.

`STORM_ATTEMPTS` and `STORM_SECONDS` say how long it blows: by default all ten thousand, or until
the time is over on a machine that is busy with other things; `-rP` shows the figures."""

import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from django.db import connection
from rest_framework_simplejwt.tokens import AccessToken

from accounts import tokens
from accounts.models import User
from booking.models import LessonType
from booking.services import offers
from tests.booking.conftest import hour, open_diary
from tests.races.test_booking import crowd, overlaps, without_guards
from tests.realtime.servers import on_test_database
from tests.sandbox_server import free_port
from tutorme.core.money import Money

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]
CLIENTS = 32
ATTEMPTS = int(os.environ.get("STORM_ATTEMPTS", "10000"))
SECONDS = int(os.environ.get("STORM_SECONDS", "180"))
# Below that the machine was too busy to say anything.
LEAST = min(ATTEMPTS, 500)
EXPECTED = {201, 409, 422}
_STEP = timedelta(minutes=15)
_DAYS = 6


@contextmanager
def gunicorn(**more: str) -> Iterator[str]:
    """As `make run` starts it, but for the number of processes; limits of the API are off."""
    port = free_port()
    settings = {"DJANGO_SETTINGS_MODULE": "tests.races.storm_settings", **more}
    command = [sys.executable, "-m", "gunicorn", "tutorme.wsgi:application"]
    size = ["--workers", "2", "--threads", "32", "--keep-alive", "75", "--graceful-timeout", "5"]
    size += ["--bind", f"127.0.0.1:{port}", "--log-level", "error"]
    environment = on_test_database(**settings)
    with subprocess.Popen(
        [*command, *size],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            _wait(f"http://127.0.0.1:{port}/healthz/")
            yield f"http://127.0.0.1:{port}/api/v1/bookings/"
        finally:
            server.terminate()
            server.wait(timeout=60)


def _wait(url: str) -> None:
    for _ in range(120):
        try:
            if httpx.get(url, timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.5)
    raise AssertionError("the server did not come up")


class Storm:
    """32 students at random times of two tutors; each lets go of half of what they got."""

    def __init__(self, url: str, kinds: list[LessonType], people: list[User]) -> None:
        self.url, self.kinds, self.people = url, kinds, people
        self.seen: Counter[int] = Counter()
        self._guard = threading.Lock()
        self._left = ATTEMPTS
        self._ends = time.monotonic() + SECONDS

    def run(self) -> Counter[int]:
        # The tokens are made before the start, the starts drawn by each client's own dice.
        ready = [(who, tokens.open_session(who).access) for who in self.people]
        threads = [threading.Thread(target=self._client, args=pair) for pair in ready]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return self.seen

    def _next(self) -> bool:
        with self._guard:
            self._left -= 1
            return self._left >= 0 and time.monotonic() < self._ends

    def _client(self, who: User, token: str) -> None:
        dice = random.Random(who.username)
        with Visitor(self.url, token) as visitor:
            while self._next():
                status, body = self._attempt(visitor, dice)
                with self._guard:
                    self.seen[status] += 1
                if status == 201 and dice.random() < 0.5:
                    visitor.post({}, f"{body['id']}/cancel/")

    def _attempt(self, visitor: "Visitor", dice: random.Random) -> tuple[int, Any]:
        start = hour(3 + dice.randrange(_DAYS), 8) + _STEP * dice.randrange(44)
        kind = dice.choice(self.kinds)
        return visitor.post({"session_type": str(kind.pk), "start": start.isoformat()})


class Visitor:
    """One client on one connection that stays open, as a browser's does."""

    def __init__(self, url: str, token: str) -> None:
        self._at = urlsplit(url)
        assert self._at.hostname
        self._wire = http.client.HTTPConnection(self._at.hostname, self._at.port, timeout=90)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.close()

    def post(self, body: dict[str, str], path: str = "") -> tuple[int, Any]:
        headers = {**self._headers, "Idempotency-Key": str(uuid4())}
        self._wire.request("POST", f"{self._at.path}{path}", json.dumps(body), headers)
        answer = self._wire.getresponse()
        return answer.status, json.loads(answer.read() or b"null")


@pytest.fixture
def kinds(tess: User, orla: User, monkeypatch: pytest.MonkeyPatch) -> list[LessonType]:
    # The tokens are made before the start and have to outlast it.
    monkeypatch.setattr(AccessToken, "lifetime", timedelta(hours=1))
    open_diary(tess, slot_minutes=15, buffer_after=10)
    open_diary(orla, slot_minutes=15, buffer_before=5)
    free = Money(0, "EUR")
    return [
        offers.offer(tutor_id=who.pk, title="Chat", minutes=60, price=free) for who in (tess, orla)
    ]


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def test_ten_thousand_attempts(kinds: list[LessonType]) -> None:
    before = deadlocks()
    with gunicorn() as url:
        began = time.monotonic()
        seen = Storm(url, kinds, crowd(CLIENTS)).run()
        took = time.monotonic() - began
    sys.stdout.write(f"{sum(seen.values())} attempts in {took:.0f} s: {dict(seen)}\n")
    # The statistics arrive a moment after the fact.
    time.sleep(1)
    assert set(seen) <= EXPECTED, seen
    assert seen[201] >= CLIENTS, seen
    assert sum(seen.values()) >= LEAST, seen
    assert overlaps("tutor_id", "blocked_from", "blocked_until") == 0
    assert overlaps("student_id", "starts_at", "ends_at") == 0
    assert deadlocks() == before


def test_control_without_the_guards(kinds: list[LessonType], monkeypatch) -> None:
    """One slot at a time and all at it: looking first is not enough."""
    with without_guards(monkeypatch), gunicorn(STORM_WITHOUT_LOCKS="1") as url:
        rush(url, kinds[0], crowd(CLIENTS))
        assert overlaps("tutor_id", "blocked_from", "blocked_until") > 0


def rush(url: str, kind: LessonType, people: list[User]) -> None:
    ready = [tokens.open_session(who).access for who in people]
    gun = threading.Barrier(len(ready))

    def client(token: str) -> None:
        with Visitor(url, token) as visitor:
            for at in range(8):
                gun.wait(timeout=120)
                visitor.post({"session_type": str(kind.pk), "start": hour(3, 8 + at).isoformat()})

    threads = [threading.Thread(target=client, args=(token,)) for token in ready]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
