"""The Celery application. A message says "look at row N"; rows are the truth."""

import structlog
from celery import Celery
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)

app = Celery("tutorme")
app.config_from_object("django.conf:settings", namespace="CELERY")


def nudge(task: str, row_id: object, *, queue: str = "default") -> None:
    """Tells a worker to look at a row. A lost nudge costs seconds: the sweeps find the row."""
    try:
        app.send_task(task, args=[str(row_id)], queue=queue, retry=False)
    except (OperationalError, OSError) as error:
        log.warning("queue.unreachable", task=task, row=str(row_id), error=type(error).__name__)
