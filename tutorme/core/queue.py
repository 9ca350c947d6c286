"""The Celery application. A message says "look at row N"; rows are the truth."""

import time
from typing import Any

import structlog
from celery import Celery, Task
from celery.exceptions import Ignore
from django.db import DatabaseError
from kombu.exceptions import OperationalError

from tutorme.core import clock

log = structlog.get_logger(__name__)

# After a broker that did not answer: seconds in which nobody waits for it again.
_REST_S = 5.0
_resting_until = [0.0]
# What serves people waits no longer than this for a broker; workers wait for their next message.
_QUICK = {"socket_timeout": 1.0, "socket_connect_timeout": 1.0}


class Punctual(Task):  # type: ignore[type-arg]
    """A worker whose clock is wrong leaves the work to others: the sweeps find the row again."""

    def before_start(self, task_id: str, args: Any, kwargs: Any) -> None:
        if _clock_is_wrong():
            log.error("queue.clock_is_wrong", task=self.name, ahead_s=round(clock.drift_s()))
            raise Ignore


def _clock_is_wrong() -> bool:
    try:
        return clock.is_wrong()
    except DatabaseError:
        # Away: the task itself will say so.
        return False


app = Celery("tutorme", task_cls=Punctual)
app.config_from_object("django.conf:settings", namespace="CELERY")


def wait_briefly() -> None:
    """For processes that serve people, from now on."""
    app.conf.broker_transport_options = {**app.conf.broker_transport_options, **_QUICK}


def nudge(task: str, row_id: object, *, queue: str = "default") -> None:
    """Tells a worker to look at a row. A lost nudge costs seconds: the sweeps find the row."""
    if time.monotonic() < _resting_until[0]:
        return
    try:
        app.send_task(task, args=[str(row_id)], queue=queue, retry=False)
    except (OperationalError, OSError) as error:
        _resting_until[0] = time.monotonic() + _REST_S
        log.warning("queue.unreachable", task=task, row=str(row_id), error=type(error).__name__)
