"""Both servers of streams as real processes on the test database, and a reader of streams."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
from django.db import connection

from tests.sandbox_server import free_port

ROOT = Path(__file__).resolve().parents[2]
PATH = "/api/v1/realtime/stream/"


def on_test_database(**more: str) -> dict[str, str]:
    """The environment of a process that works on this run's database."""
    base = os.environ["DATABASE_URL"].rpartition("/")[0]
    return {
        **os.environ,
        "DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}",
        "DJANGO_SETTINGS_MODULE": "tests.realtime.quick_settings",
        **more,
    }


COMMANDS = {
    "web": "-m gunicorn tutorme.wsgi:application -k gthread -w 1 --threads 16"
    " --graceful-timeout 10 --bind 127.0.0.1:{port} --log-level error",
    "stream": "-m uvicorn tutorme.asgi_stream:application --port {port}"
    " --timeout-graceful-shutdown 10 --log-level error",
}


@dataclass
class Server:
    url: str
    process: "subprocess.Popen[bytes]"


@contextmanager
def running(kind: str, **environment: str) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, *COMMANDS[kind].format(port=port).split()]
    process = subprocess.Popen(command, cwd=ROOT, env=on_test_database(**environment))
    server = Server(f"http://127.0.0.1:{port}", process)
    try:
        _wait_until_it_answers(server)
        yield server
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_it_answers(server: Server) -> None:
    """A machine that does other things beside takes its time over a start."""
    ends_at = time.monotonic() + 120
    while time.monotonic() < ends_at:
        assert server.process.poll() is None, "the server ended by itself"
        try:
            httpx.get(server.url + PATH, timeout=30)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server does not answer")


@dataclass
class Event:
    name: str
    id: str
    data: dict[str, Any]


class Stream:
    """One open stream; iterating gives events, `comments` counts heartbeats and the goodbye."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.comments: list[str] = []
        self.lines = response.iter_lines()
        self.last_id = ""

    def __iter__(self) -> Iterator[Event]:
        found: dict[str, str] = {}
        for line in self.lines:
            if line.startswith(":"):
                self.comments.append(line[1:].strip())
            elif line:
                name, _colon, value = line.partition(": ")
                found[name] = value
            elif "data" in found:
                event = Event(found["event"], found["id"], orjson.loads(found["data"]))
                self.last_id, found = event.id, {}
                yield event

    def next(self) -> Event:
        return next(iter(self))


@contextmanager
def listening(
    server: Server,
    headers: dict[str, str],
    *,
    last_id: str = "",
    channels: str = "",
    timeout: float = 30,
) -> Iterator[Stream]:
    more = {"Last-Event-ID": last_id} if last_id else {}
    url = server.url + PATH + (f"?channels={channels}" if channels else "")
    with (
        httpx.Client(timeout=timeout) as client,
        client.stream("GET", url, headers={**headers, **more}) as response,
    ):
        yield Stream(response)
