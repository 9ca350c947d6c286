"""A worker that test_deaths.py has born to be killed (tests/nursery.py).

Does what worker and beat do, over and over, until it is killed or there is nothing left to do, and
keeps a list of what it has taken up.
"""

import os
import time
from pathlib import Path

import django
import redis
from django.apps import apps
from django.conf import settings

if not apps.ready:
    django.setup()

from tutorme.core import jobs, outbox
from tutorme.core.models import Job


def taken_up(folder: Path, pid: int) -> list[tuple[str, int]]:
    """Which jobs a worker took up, and which attempt at each it was."""
    file = _list(folder, pid)
    lines = file.read_text().splitlines() if file.exists() else []
    return [(job, int(attempt)) for job, attempt in map(str.split, lines)]


def keep_a_list(folder: Path) -> None:
    begin = jobs.Run.__init__

    def begun(self: jobs.Run, row: Job, kind: jobs.Kind) -> None:
        begin(self, row, kind)
        with _list(folder, os.getpid()).open("a") as file:
            file.write(f"{row.pk} {row.attempts}\n")

    jobs.Run.__init__ = begun  # type: ignore[method-assign]


def _list(folder: Path, pid: int) -> Path:
    return folder / f"taken-up-{pid}"


def work() -> None:
    idle = 0
    while idle < 100:
        try:
            done = outbox.deliver_due(limit=20) + jobs.run_due(limit=20)
        except redis.RedisError:
            done = 0
        idle = 0 if done else idle + 1
        if not done:
            time.sleep(0.1)


def main(arguments: list[str]) -> int:
    settings.MEDIA_ROOT = Path(arguments[0])
    keep_a_list(settings.MEDIA_ROOT)
    work()
    return 0
