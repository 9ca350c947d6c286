"""Everything the clock starts and every message a worker gets, a second and a third time: nothing
may differ from once. Prints what differs, by table.

`python -m tests.chaos.twice` looks at all of it; with `control` something is done that does count
twice, which must be seen.
"""

import json
import random
import sys
from collections import Counter
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from django.conf import settings
from django.db import connection

from tests.conftest import until_quiet
from tutorme.celery import app
from tutorme.core import jobs
from tutorme.core.models import InboxMessage, Job, OutboxEvent

MESSAGES = 60
# Says when somebody last looked, which is what looking again changes.
LOOKED_AT = {
    "core_invariantcheck": {"checked_at"},
    "core_outboxdelivery": {"nudged_at"},
    "core_job": {"nudged_at"},
    "payments_order": {"next_check_at"},
    "booking_meeting": {"checked_at"},
    "courses_ratingprior": {"computed_at"},
    "booking_schedule": {"free_rolled_on"},
}
# Counts every attempt of somebody to come in, not what came of it; sessions are the browsers'.
NOT_LOOKED_AT = {"core_limitwindow", "django_session"}


def tables() -> list[str]:
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
    return [name for name in names if name not in NOT_LOOKED_AT]


def snapshot() -> dict[str, Counter[str]]:
    return {name: Counter(rows(name)) for name in tables()}


def rows(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT to_jsonb(t) FROM {connection.ops.quote_name(table)} AS t")  # noqa: S608
        found: list[dict[str, Any]] = [
            json.loads(row[0]) if isinstance(row[0], str) else row[0] for row in cursor.fetchall()
        ]
    left_out = LOOKED_AT.get(table, set())
    return [
        json.dumps({k: v for k, v in row.items() if k not in left_out}, sort_keys=True)
        for row in found
    ]


def scheduled() -> None:
    names = sorted({entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()})
    for name in names:
        app.tasks[name]()
    until_quiet(jobs.run_due)


def messages(seed: int) -> None:
    """The last of each kind, three times over, in any order."""
    kinds = {
        "core.deliver": OutboxEvent.objects.order_by("-pk").values_list("pk", flat=True),
        "core.run_job": Job.objects.order_by("-pk").values_list("pk", flat=True),
        "core.process_inbox": InboxMessage.objects.order_by("-pk").values_list("pk", flat=True),
    }
    sent = [(name, str(pk)) for name, ids in kinds.items() for pk in ids[:MESSAGES]] * 3
    random.Random(seed).shuffle(sent)
    for name, pk in sent:
        app.tasks[name](pk)
    until_quiet(jobs.run_due)


def spoil() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE courses_lessonnote SET body = body || '!'")


def differences(before: dict[str, Counter[str]], after: dict[str, Counter[str]]) -> dict[str, Any]:
    return {
        name: [
            list((before[name] - after[name]).keys())[:2],
            list(after[name] - before[name])[:2],
        ]
        for name in after
        if before[name] != after[name]
    }


def main(arguments: list[str]) -> dict[str, Any]:
    if arguments == ["control"]:
        once = snapshot()
        spoil()
        return differences(once, snapshot())
    scheduled()
    once = snapshot()
    scheduled()
    messages(seed=11)
    scheduled()
    return differences(once, snapshot())


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1:])))
