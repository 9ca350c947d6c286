"""A worker as `test_deaths.py` starts it to kill it: `python -m tests.certificates.dying`.

Does what worker and beat do, over and over, until it is killed or there is nothing left to do.
"""

import sys
import time

import django
import redis

if __name__ == "__main__":
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


if __name__ == "__main__":
    work()
    sys.exit(0)
