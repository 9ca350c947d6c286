"""What learners do: progress, a quiz, a tutor's time."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

from bench.drive import Ask, Result, Server, run
from bench.scenarios.people import API, Person, every, token


def one_by_one(people: list[Person]) -> dict[str, Iterator[Ask]]:
    return {
        "progress write (time)": progress(people, completed=False),
        "progress write (completed)": progress(people, completed=True),
        "a tutor's time held": holds(people),
    }


def progress(people: list[Person], *, completed: bool) -> Iterator[Ask]:
    for person, course in every(people):
        path = f"{API}/lessons/{course['texts'][int(completed)]}/progress/"
        body = {"client_event_id": str(uuid4()), "time_delta_s": 10, "completed": completed}
        yield Ask("POST", path, token(person), body)


def holds(people: list[Person]) -> Iterator[Ask]:
    """Times that are free, each wished for by one alone, and no more by each than may be held."""
    for place in range(len(people[0]["wishes"])):
        for person in people:
            yield hold(token(person), person["wishes"][place])


def hold(who: dict[str, str], wish: dict[str, Any]) -> Ask:
    headers = {**who, "Idempotency-Key": str(uuid4())}
    return Ask("POST", f"{API}/bookings/", headers, wish, status=201)


def quizzes(server: Server, people: list[Person], clients: int) -> list[Result]:
    """Start, save and hand in: each step asks about the attempts the one before has opened."""
    opened: list[tuple[dict[str, str], dict[str, Any]]] = []
    starts = (
        Ask("POST", f"{API}/lessons/{course['quiz']}/attempts/", token(person), status=201)
        for person, course in every(people)
    )

    def keep(ask: Ask, body: bytes) -> None:
        opened.append((ask.headers, json.loads(body)))

    started = run("quiz start (20 questions)", server, starts, clients=clients, keep=keep)
    saves = (
        Ask("PATCH", f"{API}/attempts/{attempt['id']}/answers/", who, {"answers": given(attempt)})
        for who, attempt in opened
    )
    hand_ins = (
        Ask("POST", f"{API}/attempts/{attempt['id']}/submit/", who) for who, attempt in opened
    )
    return [
        started,
        run("quiz save (20 answers)", server, saves, clients=clients),
        run("quiz submit (passed)", server, hand_ins, clients=clients),
    ]


def given(attempt: dict[str, Any]) -> dict[str, str]:
    return {question["id"]: "a" for question in attempt["questions"]}
