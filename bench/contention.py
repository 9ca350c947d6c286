"""Many at the same times of two tutors: 32 clients over HTTP, and what the database says of it.

    createdb tutorme_rush; export DATABASE_URL=…/tutorme_rush REDIS_URL=…
    python manage.py migrate; python -m bench.contention [attempts]; dropdb tutorme_rush

Fills that empty database with 320 students, any of whom a client may be from one attempt to the
next, so that the site's own limits stay as they are. Half of what they get they give back. Fails
where two lessons of one person overlap, a deadlock was broken up, or an answer is none of those
that are promised.
`tests/races/test_booking_storm.py` shows that the same without the guards overlaps."""

import http.client
import json
import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import django
import psycopg

django.setup()

from accounts import tokens  # noqa: E402  after the apps are there
from accounts.models import User  # noqa: E402
from bench import diaries, drive, goals, servers  # noqa: E402
from bench.run import say  # noqa: E402
from bench.scenarios.people import API  # noqa: E402
from bench.scenarios.writing import hold  # noqa: E402
from bench.seed import people  # noqa: E402
from booking.models import ACTIVE_STATES  # noqa: E402

CLIENTS, STUDENTS = 32, 320
# A lesson held, and the two ways of a refusal: taken meanwhile, or not to be had.
HELD, REFUSED = 201, {409, 422}
STEP, DAYS, STARTS = timedelta(minutes=15), 6, 44
OVERLAPS = """
SELECT count(*) FROM booking_booking one JOIN booking_booking other
    ON one.{person} = other.{person} AND one.id < other.id
    AND one.{start} < other.{end} AND other.{start} < one.{end}
WHERE one.state = ANY(%(active)s) AND other.state = ANY(%(active)s)
"""
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
Who = dict[str, str]


class Rush:
    def __init__(self, server: drive.Server, kinds: list[str], attempts: int) -> None:
        self.server, self.kinds = server, kinds
        self.answers: Counter[int] = Counter()
        self.times_ms: list[float] = []
        self._turns = iter(range(attempts))
        self._lock = threading.Lock()

    def run(self, students: list[Who]) -> None:
        clients = [
            threading.Thread(target=self._client, args=(students, number))
            for number in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        for client in clients:
            client.join()

    def _client(self, students: list[Who], number: int) -> None:
        dice = random.Random(number)  # noqa: S311  not a secret
        line = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=90)
        while self._next():
            who = dice.choice(students)
            begun = time.perf_counter()
            status, body = drive.send(line, hold(who, self._wish(dice)))
            self._count(status, 1000 * (time.perf_counter() - begun))
            if status == HELD and dice.random() < 0.5:
                path = f"{API}/bookings/{json.loads(body)['id']}/cancel/"
                status, _body = drive.send(line, drive.Ask("POST", path, who, {}))
                self._count(0 if status == 200 else status)
        line.close()

    def _next(self) -> bool:
        with self._lock:
            return next(self._turns, None) is not None

    def _count(self, status: int, took_ms: float | None = None) -> None:
        """Nothing is counted of what was given back as it should."""
        with self._lock:
            if status:
                self.answers[status] += 1
            if took_ms is not None:
                self.times_ms.append(took_ms)

    def _wish(self, dice: random.Random) -> dict[str, Any]:
        start = diaries.hour(3 + dice.randrange(DAYS), 8) + STEP * dice.randrange(STARTS)
        return {"session_type": dice.choice(self.kinds), "start": start.isoformat()}


def fill() -> tuple[list[str], list[Who]]:
    """Two tutors with buffers, whose lessons cost nothing and stand at once."""
    tutors, students = people("tutor", 2), people("student", STUDENTS)
    for tutor, buffer in zip(tutors, ("buffer_after", "buffer_before"), strict=True):
        diaries.open_diary(tutor, slot_minutes=15, **{buffer: 10})
    kinds = [str(diaries.offer(tutor, euros=0).pk) for tutor in tutors]
    return kinds, [signed_in(student) for student in students]


def signed_in(student: User) -> Who:
    return {"Authorization": f"Bearer {tokens.open_session(student).access}"}


def overlaps(line: psycopg.Connection[Any]) -> Iterator[tuple[str, int]]:
    columns = (
        ("tutor", "tutor_id", "blocked_from", "blocked_until"),
        ("student", "student_id", "starts_at", "ends_at"),
    )
    for name, person, start, end in columns:
        words = OVERLAPS.format(person=person, start=start, end=end)
        found = line.execute(words, {"active": list(ACTIVE_STATES)}).fetchone()
        yield name, int(found[0]) if found else -1


def deadlocks(line: psycopg.Connection[Any]) -> int:
    found = line.execute(DEADLOCKS).fetchone()
    return int(found[0]) if found else -1


def main(attempts: int) -> int:
    kinds, students = fill()
    # A refusal is no news here, and ten thousand lines of log.
    env = {**os.environ, "ACCESS_TOKEN_SECONDS": "86400", "LOG_LEVEL": "ERROR"}
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as line:
        before = deadlocks(line)
        with servers.web(env) as server:
            rush = Rush(server, kinds, attempts)
            began = time.monotonic()
            rush.run(students)
            took = time.monotonic() - began
        # What a backend counted arrives a moment after it has ended.
        time.sleep(1)
        return told(rush, took, dict(overlaps(line)), deadlocks(line) - before)


def told(rush: Rush, took: float, found: dict[str, int], broken_up: int) -> int:
    """The rows, each with whether it is as promised; 1 where one is not."""
    counted = rush.answers
    failed = sum(times for status, times in counted.items() if status >= 500)
    refused = sum(counted[status] for status in REFUSED)
    promised = {
        "lessons of one tutor that overlap": found["tutor"],
        "lessons of one student that overlap": found["student"],
        "deadlocks": broken_up,
        "answers of 5xx": failed,
        "answers of another kind": counted.total() - counted[HELD] - refused - failed,
    }
    say(
        f"{len(rush.times_ms)} attempts by {CLIENTS} clients in {took:.0f} s, "
        f"p50 {goals.at(rush.times_ms, 0.5):.0f} ms, p95 {goals.at(rush.times_ms, 0.95):.0f} ms\n"
    )
    say("| what | times | goal |\n|---|---|---|")
    say(f"| held | {counted[HELD]} | – |")
    say(f"| refused | {refused} | – |")
    for name, times in promised.items():
        say(f"| {name} | {times} | {goals.judged('0', met=not times)} |")
    return int(any(promised.values()))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 10_000))
