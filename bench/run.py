"""A throwaway database, a real gunicorn on loopback, the clients, a table, and what the same rows
cost with nothing around them (`floor.py`).

    DATABASE_URL=… REDIS_URL=… python -m bench.run [clients at a time]

Uses the PostgreSQL server of `DATABASE_URL` but a database of its own, `tutorme_bench`, which is
made anew and dropped at the end.
"""

import itertools
import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from bench import drive, floor, goals
from bench.scenarios import reading, webhook, writing
from bench.scenarios.people import Person
from bench.servers import ROOT, database, stand_ins, web

WARM = 20


def warm_up(server: drive.Server, people: list[Person]) -> None:
    """Templates compiled, connections open: the first page of a process is not what is asked."""
    for asks in reading.reading(people[-20:]).values():
        drive.run("warm-up", server, itertools.islice(asks, 40), clients=4)


def everyday(server: drive.Server, people: list[Person], clients: int) -> list[drive.Result]:
    warm_up(server, people)
    scenarios = (
        reading.reading(people) | reading.browsing(server, people) | writing.one_by_one(people)
    )
    results = [drive.run(name, server, asks, clients=clients) for name, asks in scenarios.items()]
    return results + writing.quizzes(server, people, clients)


def acknowledged(env: dict[str, str], clients: int) -> drive.Result:
    """By a web server of its own: the others are measured without stand-ins."""
    with stand_ins(env) as paypal:
        # Each is a line of log for asking PayPal: nothing to read here.
        own = {**env, "SANDBOX_URL": f"http://127.0.0.1:{paypal.port}", "LOG_LEVEL": "WARNING"}
        with web(own) as server:
            asks = webhook.messages(paypal, drive.REQUESTS + WARM)
            drive.run("warm-up", server, itertools.islice(asks, WARM), clients=4)
            return drive.run(webhook.NAME, server, asks, clients=clients)


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
    head = (
        "| what | requests | p50 ms | p95 ms | goal | CPU ms each | floor p50 | floor CPU | times |"
    )
    return "\n".join(
        [head, "|---" * 9 + "|", *(line(row, floors.get(row.name)) for row in results)]
    )


def line(row: drive.Result, least: drive.Result | None) -> str:
    told = f"| {row.name} | {len(row.times_ms)} | {row.at(0.5):.1f} | {row.at(0.95):.1f}"
    told += f" | {goals.cell(row.name, row.times_ms)} | {cpu_ms(row):.1f} |"
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
            connection.execute("VACUUM ANALYZE")
        people = json.loads(target.read_text())
        with web(env) as server:
            results = everyday(server, people, clients)
        results.append(acknowledged(env, clients))
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
