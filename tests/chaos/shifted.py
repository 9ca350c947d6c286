"""A program of ours on a machine whose clock is wrong: `python -m tests.chaos.shifted SECONDS …`

… worker            a Celery worker, until it is ended
… sweep NAME        one task called past the guard, undone again; prints how many rows moved
… ready             what the probe says
"""

import json
import sys
from datetime import UTC, datetime, timedelta

import django
import time_machine

if __name__ == "__main__":
    django.setup()

from django.db import connection, transaction

from tests.chaos.twice import snapshot
from tutorme.celery import app
from tutorme.core import health


def worker() -> None:
    words = "worker -Q default,mail,render,ai -c 1 --without-gossip --without-mingle"
    app.worker_main([*words.split(), "-n", "shifted@%h", "--loglevel", "ERROR"])


def sweep(name: str) -> None:
    with transaction.atomic():
        before = snapshot()
        app.tasks[name]()
        after = snapshot()
        transaction.set_rollback(True)
    moved = {table: sum((before[table] - after[table]).values()) for table in after}
    sys.stdout.write(json.dumps({name: count for name, count in moved.items() if count}))


def main(seconds: str, what: str, *more: str) -> None:
    there = datetime.now(UTC) + timedelta(seconds=int(seconds))
    connection.ensure_connection()
    with time_machine.travel(there, tick=True):
        match what:
            case "worker":
                worker()
            case "sweep":
                sweep(*more)
            case _:
                sys.stdout.write(json.dumps(health.readiness()))


if __name__ == "__main__":
    main(*sys.argv[1:])
