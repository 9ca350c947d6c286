"""A worker that test_deaths.py has born to be killed (tests/nursery.py).

Does what worker and beat do, over and over, until it is killed or there is nothing left to do.
"""

import time
from pathlib import Path

import django
import redis
from django.apps import apps
from django.conf import settings

if not apps.ready:
    django.setup()

from tutorme.core import jobs, outbox


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
    work()
    return 0
