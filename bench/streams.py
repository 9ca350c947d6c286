"""A thousand people who keep a page open: `DATABASE_URL=… REDIS_URL=… python -m bench.streams`.

Takes how many as an argument. Works on a migrated database, adds people named `crowd-…` and
removes them at the end. Starts one `uvicorn tutorme.asgi_stream` and prints what it weighs and how
late news come.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PATH = "/api/v1/realtime/stream/?channels=notifications"


@dataclass
class Listener:
    """One open stream: when each event came, by channel and number, and the last id."""

    token: str
    heard: dict[tuple[str, int], float] = field(default_factory=dict)
    repeated: int = 0
    hellos: int = 0
    last_id: str = ""
    _frame: dict[bytes, bytes] = field(default_factory=dict)

    async def follow(self, port: int) -> None:
        """Until cancelled; comes back with the last id whenever the server is gone."""
        while True:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._connected(port)
            await asyncio.sleep(0.3)

    async def _connected(self, port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        self._frame = {}
        head = f"GET {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.token}\r\n"
        resume = f"Last-Event-ID: {self.last_id}\r\n" if self.last_id else ""
        writer.write(f"{head}{resume}\r\n".encode())
        try:
            while line := await reader.readline():
                self._hear(line)
        finally:
            writer.close()

    def _hear(self, line: bytes) -> None:
        """A frame counts once its empty line came; half of one is nothing."""
        if line != b"\n":
            name, _colon, value = line.partition(b": ")
            self._frame[name] = value.strip() if line.endswith(b"\n") else b""
            return
        frame, self._frame = self._frame, {}
        if b"data" not in frame:
            return
        self.last_id = frame[b"id"].decode()
        said = json.loads(frame[b"data"])
        if frame[b"event"] == b"hello":
            self.hellos += 1
        else:
            key = (said["channel"], said["seq"])
            self.repeated += key in self.heard
            self.heard.setdefault(key, time.monotonic())


@contextmanager
def stream_server(port: int, environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    command = f"-m uvicorn tutorme.asgi_stream:application --port {port} --log-level error"
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, *command.split(), "--backlog", "4096"], cwd=ROOT, env=environment
    )
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=15)
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def share(times: list[float], part: float) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] * 1000


async def until(condition: Any, within_s: float) -> None:
    ends_at = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > ends_at:
            raise TimeoutError("what was waited for did not happen")
        await asyncio.sleep(0.05)


async def latencies(listeners: list[Listener], say: Any, *, within_s: float = 60) -> list[float]:
    """`say()` runs in a thread and returns (channel, number); seconds from its commit to each."""
    channel, seq = await asyncio.get_running_loop().run_in_executor(None, say)
    began = time.monotonic()
    await until(lambda: all((channel, seq) in each.heard for each in listeners), within_s)
    return [max(0.0, each.heard[channel, seq] - began) for each in listeners]


async def measure(tokens: list[tuple[Any, str]], environment: dict[str, str]) -> None:
    from realtime.services import channels  # noqa: PLC0415  django must be set up first

    def say() -> tuple[str, int]:
        return "notifications", channels.publish(
            "notifications", "course-published", {"course_id": crowd[0][0], "title": "x", "url": ""}
        )

    crowd, port = tokens, free_port()
    with stream_server(port, environment) as process:
        await asyncio.sleep(4)
        empty = memory_mb(process.pid)
        listeners = [Listener(token) for _pk, token in crowd]
        began = time.monotonic()
        tasks = [asyncio.create_task(each.follow(port)) for each in listeners]
        await until(lambda: all(each.hellos for each in listeners), 180)
        print(f"{len(crowd)} streams open after {time.monotonic() - began:.1f} s")  # noqa: T201
        print(f"memory: {empty:.0f} MB empty, {memory_mb(process.pid):.0f} MB with them")  # noqa: T201
        before = cpu_seconds(process.pid)
        await asyncio.sleep(20)
        idle = (cpu_seconds(process.pid) - before) / 20
        print(f"idle: {idle:.1%} of one core")  # noqa: T201
        everybody = [await latencies(listeners, say) for _ in range(5)]
        times = [each for row in everybody for each in row]
        told = f"p50 {share(times, 0.5):.0f} ms, p95 {share(times, 0.95):.0f} ms"
        print(f"one event to all: {told}, the last {share(times, 1):.0f} ms")  # noqa: T201
        alone = []
        for number in range(0, len(crowd), max(1, len(crowd) // 50)):
            alone += await latencies([listeners[number]], personal(channels, crowd[number][0]))
        told = f"p50 {share(alone, 0.5):.0f} ms, p95 {share(alone, 0.95):.0f} ms"
        print(f"one event to one: {told}")  # noqa: T201
        print(f"memory at the end: {memory_mb(process.pid):.0f} MB")  # noqa: T201
        for task in tasks:
            task.cancel()


def personal(channels: Any, pk: Any) -> Any:
    name = f"private-user-{pk}"
    return lambda: (name, channels.publish(name, "user-updated", {"user_id": pk}))


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tutorme.settings.base")
    import django  # noqa: PLC0415

    django.setup()
    from accounts import tokens  # noqa: PLC0415
    from accounts.models import User  # noqa: PLC0415

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    rows = [
        User(
            email=f"crowd-{number}@crowd.invalid",
            username=f"crowd-{number}",
            username_skeleton=f"crowd-{number}",
            display_name="Crowd",
        )
        for number in range(count)
    ]
    User.objects.bulk_create(rows)
    try:
        crowd = [(row.pk, tokens.open_session(row).access) for row in rows]
        asyncio.run(measure(crowd, dict(os.environ)))
    finally:
        User.objects.filter(email__endswith="@crowd.invalid").delete()


if __name__ == "__main__":
    main()
