"""What a worker says of each of beat's tasks, by Celery's own signals: from a worker that really
runs, and from the tracer every worker uses."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

import pytest
from celery.contrib.testing.worker import start_worker
from django.conf import settings

from tests.waiting import until
from tutorme.core import clock, clockwork, limits, tasks
from tutorme.core.queue import app

SWEEP = "core.sweep_outbox"


@pytest.fixture
def pretended_drift() -> Iterator[list[tuple[float, float]]]:
    """The measurement of a minute ago, to be overwritten."""
    kept = list(clock._last)
    yield clock._last
    clock._last[:] = kept


@contextmanager
def worker() -> Iterator[Any]:
    """One thread of this process, on the suite's Redis."""
    how: dict[str, Any] = {"pool": "solo", "perform_ping_check": False, "loglevel": "ERROR"}
    with start_worker(app, **how) as running:  # type: ignore[arg-type]
        yield running


@pytest.mark.django_db(transaction=True)
def test_a_worker_notes_what_it_ran() -> None:
    began = datetime.now(UTC)
    with worker():
        app.send_task(SWEEP, queue=settings.CELERY_TASK_DEFAULT_QUEUE)
        until(lambda: SWEEP in clockwork.last_runs())
    noted = clockwork.last_runs()[SWEEP]
    assert noted["state"] == "SUCCESS"
    assert began <= noted["at"] <= datetime.now(UTC)
    assert noted["seconds"] >= 0


@pytest.mark.django_db
class TestTheTracer:
    def test_what_failed_is_noted_as_failed(self) -> None:
        @app.task(name=SWEEP + ".broken")
        def broken() -> None:
            raise ValueError("on purpose")

        scheduled = {**settings.CELERY_BEAT_SCHEDULE}
        scheduled["broken"] = {"task": broken.name, "schedule": 30.0}
        try:
            settings.CELERY_BEAT_SCHEDULE.update(scheduled)
            broken.apply()
            (row,) = [row for row in clockwork.rows() if row["task"] == broken.name]
            assert (row["failed"], row["last"]["state"]) == (True, "FAILURE")
        finally:
            del settings.CELERY_BEAT_SCHEDULE["broken"]
            del app.tasks[broken.name]

    def test_tasks_of_single_rows_are_not_noted(self) -> None:
        tasks.process_inbox.apply(args=("0198aaaa-0000-7000-8000-000000000000",))
        assert clockwork.last_runs() == {}
        tasks.sweep_jobs.apply()
        assert set(clockwork.last_runs()) == {"core.sweep_jobs"}

    def test_a_machine_whose_clock_is_wrong_does_not_count_as_having_run(
        self, pretended_drift
    ) -> None:
        pretended_drift[:] = [(monotonic(), 600.0)]
        tasks.sweep_jobs.apply()
        assert clockwork.last_runs().get("core.sweep_jobs", {}).get("state") != "SUCCESS"
        pretended_drift[:] = [(monotonic(), 0.0)]
        tasks.sweep_jobs.apply()
        assert clockwork.last_runs()["core.sweep_jobs"]["state"] == "SUCCESS"

    def test_three_missed_turns_are_late(self) -> None:
        tasks.sweep_jobs.apply()
        (row,) = [row for row in clockwork.rows() if row["task"] == "core.sweep_jobs"]
        assert not row["late"]
        long_ago = datetime.now(UTC) - timedelta(seconds=3 * row["every_s"] + 61)
        told = {"at": long_ago.isoformat(), "state": "SUCCESS", "seconds": 0.1}
        limits.client(settings.REDIS_URL).hset(
            "clockwork:last", "core.sweep_jobs", json.dumps(told)
        )
        (row,) = [row for row in clockwork.rows() if row["task"] == "core.sweep_jobs"]
        assert row["late"]
