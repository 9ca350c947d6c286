"""When each of beat's tasks ran last, and how it went: kept in Redis by the worker that ran it, for
people to look at. Nothing is decided by it."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import redis
import structlog
from celery.signals import task_postrun, task_prerun
from django.conf import settings

from tutorme.core.limits import client

log = structlog.get_logger(__name__)

_KEPT = "clockwork:last"
_began: dict[str, float] = {}


def _scheduled() -> frozenset[str]:
    return frozenset(entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values())


@task_prerun.connect
def _begin(task_id: str = "", **_named: Any) -> None:
    _began[task_id] = time.monotonic()


@task_postrun.connect
def _end(task_id: str = "", task: Any = None, state: str = "", **_named: Any) -> None:
    began = _began.pop(task_id, None)
    if task is None or task.name not in _scheduled():
        return
    seconds = round(time.monotonic() - began, 3) if began is not None else 0.0
    note(task.name, state=state, seconds=seconds)


def note(task: str, *, state: str, seconds: float) -> None:
    told = json.dumps({"at": datetime.now(UTC).isoformat(), "state": state, "seconds": seconds})
    try:
        client(settings.REDIS_URL).hset(_KEPT, task, told)
    except redis.RedisError as error:
        log.warning("clockwork.redis_away", error=type(error).__name__)


def last_runs() -> dict[str, dict[str, Any]]:
    """By task: `at`, `state` and `seconds`. Empty without Redis."""
    try:
        kept: dict[bytes, bytes] = client(settings.REDIS_URL).hgetall(_KEPT)  # type: ignore[assignment]
    except redis.RedisError:
        return {}
    found = {}
    for name, told in kept.items():
        row = json.loads(told)
        found[name.decode()] = {**row, "at": datetime.fromisoformat(row["at"])}
    return found


def every(entry: dict[str, Any]) -> timedelta:
    given = entry["schedule"]
    return given if isinstance(given, timedelta) else timedelta(seconds=float(given))


def rows() -> list[dict[str, Any]]:
    """Every entry of the schedule with its last run; late is one that missed three turns."""
    last, now, found = last_runs(), datetime.now(UTC), []
    for name, entry in sorted(settings.CELERY_BEAT_SCHEDULE.items()):
        run, pause = last.get(entry["task"]), every(entry)
        late = run is not None and now - run["at"] > 3 * pause + timedelta(minutes=1)
        failed = run is not None and run["state"] == "FAILURE"
        row = {"name": name, "task": entry["task"], "every_s": int(pause.total_seconds())}
        found.append({**row, "last": run, "late": late, "failed": failed})
    return found
