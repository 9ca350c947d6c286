"""A throwaway database, a real gunicorn on loopback, the clients, a table, and what the same rows
cost with nothing around them (`floor.py`).

    DATABASE_URL=… REDIS_URL=… python -m bench.run [clients at a time]

Uses the PostgreSQL server of `DATABASE_URL` but a database of its own, `tutorme_bench`, which is
made anew and dropped at the end.
"""

import contextlib
import http.client
import itertools
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from bench import drive, floor

ROOT = Path(__file__).parents[1]
NAME = "tutorme_bench"
WORKERS, THREADS = 2, 8


def beside(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@contextlib.contextmanager
def database(url: str) -> Iterator[str]:
    """Empty, or a copy of the migrated one that BENCH_TEMPLATE names."""
    template = sql.Identifier(os.environ.get("BENCH_TEMPLATE", "template1"))
    name = sql.Identifier(NAME)
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name)
    with psycopg.connect(beside(url, "postgres"), autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, template))
        try:
            yield beside(url, NAME)
        finally:
            connection.execute(drop)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def web(
    env: dict[str, str], application: str = "tutorme.wsgi:application", probe: str = "/healthz/"
) -> Iterator[drive.Server]:
    port = free_port()
    size = ["-k", "gthread", "-w", str(WORKERS), "--threads", str(THREADS)]
    command = [sys.executable, "-m", "gunicorn", application, *size]
    bind = ["-b", f"127.0.0.1:{port}", "--log-level", "warning", "--no-control-socket"]
    server = subprocess.Popen([*command, *bind], env=env, cwd=ROOT)  # noqa: S603  our own words
    try:
        wait_for(port, probe)
        yield drive.Server(port, server.pid)
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_for(port: int, probe: str) -> None:
    """Until the application answers; the port alone is open long before."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        with contextlib.suppress(OSError, http.client.HTTPException):
            if drive.send(line, drive.Ask("GET", probe))[0] == 200:
                return
        line.close()
        time.sleep(0.2)
    raise SystemExit("The web server did not come up.")


def warm_up(server: drive.Server, people: list[dict[str, object]]) -> None:
    """Templates compiled, connections open: the first page of a process is not what is asked."""
    for asks in drive.reading(people[-20:]).values():
        drive.run("warm-up", server, itertools.islice(asks, 40), clients=4)


def bare(env: dict[str, str], folder: Path, clients: int) -> dict[str, drive.Result]:
    """What the reading scenarios ask the database for, with nothing around it."""
    statements = folder / "floor.json"
    words = ["-m", "bench.recording", str(folder / "people.json"), str(statements)]
    subprocess.run([sys.executable, *words], env=env, cwd=ROOT, check=True)  # noqa: S603
    found = floor.asks(json.loads(statements.read_text()))
    with web({**env, "FLOOR": str(statements)}, "bench.floor:application", "/0/0") as server:
        for asks in found.values():
            drive.run("warm-up", server, itertools.islice(asks, 20), clients=4)
        return {
            name: drive.run(name, server, asks, clients=clients) for name, asks in found.items()
        }


def cpu_ms(row: drive.Result) -> float:
    return 1000 * row.cpu_s / len(row.times_ms)


def table(results: list[drive.Result], floors: dict[str, drive.Result]) -> str:
    head = "| what | requests | p50 ms | p95 ms | CPU ms each | floor p50 | floor CPU | times |"
    return "\n".join(
        [head, "|---" * 8 + "|", *(line(row, floors.get(row.name)) for row in results)]
    )


def line(row: drive.Result, least: drive.Result | None) -> str:
    told = f"| {row.name} | {len(row.times_ms)} | {row.at(0.5):.1f} | {row.at(0.95):.1f}"
    told += f" | {cpu_ms(row):.1f} |"
    if least is None or not cpu_ms(least):
        return f"{told} – | – | – |"
    times = cpu_ms(row) / cpu_ms(least)
    return f"{told} {least.at(0.5):.1f} | {cpu_ms(least):.1f} | {times:.1f} |"


def main(clients: int) -> int:
    with database(os.environ["DATABASE_URL"]) as url, tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "people.json"
        settings = {"DJANGO_SETTINGS_MODULE": "tutorme.settings.base", "DEBUG": "0"}
        # Whoever is signed in while the data is made still is when the last request is timed.
        settings["ACCESS_TOKEN_SECONDS"] = "86400"  # noqa: S105  a time
        env = {"SECRET_KEY": "bench " * 10, **os.environ, **settings, "DATABASE_URL": url}
        scale = ["manage.py", "seed_bench", "--scale", os.environ.get("SCALE", "0.1")]
        steps = (["manage.py", "migrate", "-v", "0"], scale, ["-m", "bench.seed", str(target)])
        for command in steps:
            subprocess.run([sys.executable, *command], env=env, cwd=ROOT, check=True)  # noqa: S603
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("ANALYZE")
        people = json.loads(target.read_text())
        with web(env) as server:
            warm_up(server, people)
            results = drive.main(server, people, clients)
        floors = bare(env, Path(folder), clients)
    today = datetime.now(UTC).date()
    load = f"load {os.getloadavg()[0]:.1f}"
    say(f"{today}, {os.cpu_count()} CPUs, {load}, {clients} at a time\n\n{table(results, floors)}")
    wrong = {row.name: dict(row.wrong) for row in [*results, *floors.values()] if row.wrong}
    if wrong:
        say(f"\nUnexpected answers: {wrong}")
    return int(bool(wrong))


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if sys.argv[1:] else 1))
