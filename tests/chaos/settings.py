"""What `make run` runs with, but for how long nobody looks: what a lost message left behind is
found in seconds, so that a scenario need not sit out the pauses of a quiet machine."""

from datetime import timedelta

from tutorme.settings.base import *  # noqa: F403  (an overlay is its base plus differences)
from tutorme.settings.schedule import CELERY_BEAT_SCHEDULE

JOB_TOLD_AGAIN = timedelta(seconds=5)
_SOON = {"sweep-outbox": 2.0, "sweep-jobs": 2.0, "sweep-inbox": 3.0, "payments-reconcile": 3.0}
for _name, _every in _SOON.items():
    CELERY_BEAT_SCHEDULE[_name]["schedule"] = _every
