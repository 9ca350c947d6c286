"""Plain HTTP clients in threads, each asking again as soon as it was answered. Every scenario is
bounded in requests and in seconds, and every answer has to have the status that was expected."""

import contextlib
import http.client
import itertools
import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

REQUESTS, SECONDS = 400, 20.0
API = "/api/v1"


@dataclass(frozen=True)
class Ask:
    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    status: int = 200


@dataclass
class Result:
    name: str
    times_ms: list[float]
    wrong: Counter[int]
    seconds: float
    cpu_s: float = 0.0

    def at(self, share: float) -> float:
        ordered = sorted(self.times_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def send(line: http.client.HTTPConnection, ask: Ask) -> tuple[int, bytes]:
    body = None if ask.body is None else json.dumps(ask.body)
    headers = {"Content-Type": "application/json"} if body else {}
    line.request(ask.method, ask.path, body, {**headers, **ask.headers})
    answer = line.getresponse()
    return answer.status, answer.read()


@dataclass(frozen=True)
class Server:
    port: int
    pid: int


def cpu_seconds(server: Server) -> float:
    """What the server's workers have used so far, by Linux' own books; unlike the time on the
    clock it hardly depends on what else the machine does. PostgreSQL's share is not in it."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            columns = stat.read_text().rpartition(")")[2].split()
            if int(columns[1]) == server.pid:
                ticks += int(columns[11]) + int(columns[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def run(
    name: str,
    server: Server,
    asks: Iterator[Ask],
    *,
    clients: int,
    keep: Callable[[Ask, bytes], None] | None = None,
) -> Result:
    found, lock = Result(name, [], Counter(), 0.0), threading.Lock()
    work = iter(itertools.islice(asks, REQUESTS))
    until = time.monotonic() + SECONDS
    cpu_before = cpu_seconds(server)

    def client() -> None:
        line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        while time.monotonic() < until:
            with lock:
                ask = next(work, None)
            if ask is None:
                break
            begun = time.perf_counter()
            try:
                status, body = send(line, ask)
            except (OSError, http.client.HTTPException):
                # No answer is a wrong answer, and its wait is counted like any other.
                line.close()
                status, body = 0, b""
            took = 1000 * (time.perf_counter() - begun)
            with lock:
                found.times_ms.append(took)
                if status != ask.status:
                    found.wrong[status] += 1
                elif keep:
                    keep(ask, body)
        line.close()

    begun = time.monotonic()
    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.seconds = time.monotonic() - begun
    found.cpu_s = cpu_seconds(server) - cpu_before
    return found


def token(person: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {person['token']}"}


def cookie(person: dict[str, Any]) -> dict[str, str]:
    return {"Cookie": person["cookie"]}


def every(people: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each learner with each of their courses, learners changing fastest."""
    for place in range(len(people[0]["courses"])):
        for person in people:
            yield person, person["courses"][place]


def searches() -> Iterator[str]:
    return itertools.cycle(["equations", "spanish+verbs", "python", "waves+energy", "harmony"])


def reading(people: list[dict[str, Any]]) -> dict[str, Iterator[Ask]]:
    pairs = list(every(people))
    return {
        "sign-in page, a visitor (no query: the floor)": (
            Ask("GET", "/account/login/") for _ in itertools.count()
        ),
        "catalogue page with search, signed in": (
            Ask("GET", f"/courses/?search={text}", cookie(person))
            for text, (person, _course) in zip(searches(), itertools.cycle(pairs), strict=False)
        ),
        "catalogue API with search": (
            Ask("GET", f"{API}/courses/?search={text}", token(person))
            for text, (person, _course) in zip(searches(), itertools.cycle(pairs), strict=False)
        ),
        "course page": (
            Ask("GET", f"/courses/{course['slug']}/", cookie(person)) for person, course in pairs
        ),
        "lesson page": (
            Ask("GET", f"/learn/{course['slug']}/lesson-6/", cookie(person))
            for person, course in pairs
        ),
        "order list page (25 orders)": (
            Ask("GET", "/orders/", cookie(person)) for person, _course in pairs
        ),
        "order list API": (
            Ask("GET", f"{API}/payments/orders/", token(person)) for person, _course in pairs
        ),
    }


def browsing(server: Server, people: list[dict[str, Any]]) -> dict[str, Iterator[Ask]]:
    """The catalogue as visitors and learners leaf through it, and what they look for inside."""
    pairs = list(every(people))
    filters = (
        "category=Music",
        "difficulty=beginner&price=free",
        "tag=exam&ordering=rating",
        "ordering=price",
    )
    return {
        "catalogue page, a visitor": (Ask("GET", "/courses/") for _ in itertools.count()),
        "catalogue page, a visitor again (304)": again(server, "/courses/"),
        "catalogue page with filters, a visitor": (
            Ask("GET", f"/courses/?{chosen}") for chosen in itertools.cycle(filters)
        ),
        "catalogue page with a slip of the finger": (
            Ask("GET", "/courses/?search=equatoins") for _ in itertools.count()
        ),
        "search within a course": (
            Ask("GET", f"/learn/{course['slug']}/my/search/?q=waves", cookie(person))
            for person, course in pairs
        ),
        "progress explained": (
            Ask("GET", f"/learn/{course['slug']}/my/progress/", cookie(person))
            for person, course in pairs
        ),
    }


def again(server: Server, path: str) -> Iterator[Ask]:
    """Asks with the tag of the answer before; a fresh tag each minute, as tags live no longer."""
    minute, headers = -1, {}
    while True:
        if minute != int(time.time() // 60):
            minute, headers = int(time.time() // 60), tagged(server, path)
        yield Ask("GET", path, headers, status=304)


def tagged(server: Server, path: str) -> dict[str, str]:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    line.request("GET", path)
    first = line.getresponse()
    kept = first.getheader("Set-Cookie", "").partition(";")[0]
    first.read()
    line.request("GET", path, headers={"Cookie": kept})
    second = line.getresponse()
    second.read()
    line.close()
    return {"Cookie": kept, "If-None-Match": second.getheader("ETag", "")}


def progress(people: list[dict[str, Any]], *, completed: bool) -> Iterator[Ask]:
    for person, course in every(people):
        path = f"{API}/lessons/{course['texts'][int(completed)]}/progress/"
        body = {"client_event_id": str(uuid4()), "time_delta_s": 10, "completed": completed}
        yield Ask("POST", path, token(person), body)


def main(server: Server, people: list[dict[str, Any]], clients: int) -> list[Result]:
    scenarios = (
        reading(people)
        | browsing(server, people)
        | {
            "progress write (time)": progress(people, completed=False),
            "progress write (completed)": progress(people, completed=True),
        }
    )
    results = [run(name, server, asks, clients=clients) for name, asks in scenarios.items()]
    return results + quizzes(server, people, clients)


def quizzes(server: Server, people: list[dict[str, Any]], clients: int) -> list[Result]:
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
