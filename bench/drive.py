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

from bench import goals

REQUESTS, SECONDS = 400, 20.0


@dataclass(frozen=True)
class Ask:
    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    # JSON to be made of it, or text that is sent as it stands.
    body: dict[str, Any] | str | None = None
    status: int = 200


@dataclass
class Result:
    name: str
    times_ms: list[float]
    wrong: Counter[int]
    seconds: float
    cpu_s: float = 0.0

    def at(self, share: float) -> float:
        return goals.at(self.times_ms, share)


def send(line: http.client.HTTPConnection, ask: Ask) -> tuple[int, bytes]:
    body = json.dumps(ask.body) if isinstance(ask.body, dict) else ask.body
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
