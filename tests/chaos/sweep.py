"""After the storm: what was acknowledged is there, what was begun has ended, and every promise
holds."""

import json
import subprocess
import time
from collections.abc import Iterable

import psycopg

from tests.chaos.load import Answer
from tutorme.devstack.running import RunningStack

TABLES = {
    "note": "courses_lessonnote",
    "message": "realtime_message",
    "booking": "booking_booking",
    "order": "payments_order",
}
_UNFINISHED = """
SELECT (SELECT count(*) FROM core_outboxdelivery WHERE state = 'pending')
     , (SELECT count(*) FROM core_inboxmessage WHERE state = 'received')
     , (SELECT count(*) FROM core_job WHERE state IN ('queued', 'running') AND run_after < now())
"""
# What a worker could not hand back while the database was away: its lease ends now. Who still
# works has long been told by a time limit of their own: a provider's call has twenty seconds.
_ABANDONED = """
UPDATE core_job SET lease_until = now()
WHERE state = 'running' AND started_at < now() - interval '30 seconds'
"""
Line = psycopg.Connection[tuple[object, ...]]


def lost(line: Line, history: Iterable[Answer]) -> list[str]:
    """Acknowledged and not there."""
    missing = []
    for kind, table in TABLES.items():
        rows = {one.row for one in history if one.kind == kind and one.row}
        found = {str(row[0]) for row in line.execute(f"SELECT id FROM {table}").fetchall()}  # noqa: S608
        missing += [f"{kind} {row}" for row in sorted(rows - found)]
    return missing


def unfinished(line: Line) -> tuple[object, ...]:
    """How many wait: deliveries of the outbox, messages of providers, jobs that are due."""
    row = line.execute(_UNFINISHED).fetchone()
    assert row is not None
    return row


def without_their_course(line: Line, history: Iterable[Answer]) -> set[str]:
    """Orders that the payer approved, of which nobody got a place yet."""
    approved = {one.row for one in history if one.kind == "approval"}
    given = "SELECT order_id FROM courses_enrollment WHERE order_id IS NOT NULL"
    return approved - {str(row[0]) for row in line.execute(given).fetchall()}


def until_quiet(line: Line, history: Iterable[Answer] = (), *, within_s: float) -> float:
    """Seconds until nothing waits any more, and everybody has what they paid for. A busy machine
    may take long; where nothing moved for `within_s` it is stuck."""
    began = moved = time.monotonic()
    before: tuple[object, ...] = ()
    while any(waiting := (*unfinished(line), len(without_their_course(line, history)))):
        if waiting != before:
            before, moved = waiting, time.monotonic()
        assert time.monotonic() - moved < within_s, f"still waiting: {waiting}"
        line.execute(_ABANDONED)
        time.sleep(0.2)
    return time.monotonic() - began


def given_up(line: Line) -> list[str]:
    """What died or failed for good, with its reason."""
    deliveries = "SELECT handler, last_error FROM core_outboxdelivery WHERE state = 'dead'"
    jobs = "SELECT kind, error::text FROM core_job WHERE state = 'failed'"
    return [
        f"{what}: {why}"
        for query in (deliveries, jobs)
        for what, why in line.execute(query).fetchall()
    ]


def broken_promises(stack: RunningStack) -> dict[str, object]:
    """Of `manage.py invariants`: what does not hold, with the rows that break it."""
    try:
        found = json.loads(stack.manage("invariants", "--json"))
    except subprocess.CalledProcessError as error:
        found = json.loads(error.stdout)
    return {name: told for name, told in found.items() if told != "holds"}


def miscounted(stack: RunningStack) -> dict[str, int]:
    """Of `manage.py recompute --dry-run`: how much of what is kept beside its rows differs."""
    found = json.loads(stack.manage("recompute", "--dry-run", "--json"))
    return {row["name"]: row["rows"] for row in found["chores"] if row["rows"]}
