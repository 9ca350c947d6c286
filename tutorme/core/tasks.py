"""Celery entry points: each looks at a row, or sweeps for rows nobody looked at."""

from datetime import timedelta
from uuid import UUID

from tutorme.core import (
    audit_chain,
    bulk,
    clockwork,
    idempotency,
    inbox,
    invariants,
    jobs,
    outbox,
    report_exports,
)
from tutorme.core.files import storing
from tutorme.core.jobs import Run, job
from tutorme.core.queue import app

# Listens to every task from here on.
assert clockwork


@app.task(name="core.deliver")
def deliver(event_id: str) -> None:
    outbox.deliver(event_id)


@app.task(name="core.run_job")
def run_job(job_id: str) -> None:
    jobs.run(job_id)


@app.task(name="core.process_inbox")
def process_inbox(message_id: str) -> None:
    inbox.process(message_id)


@app.task(name="core.sweep_outbox")
def sweep_outbox() -> None:
    outbox.deliver_due()


@app.task(name="core.sweep_jobs")
def sweep_jobs() -> None:
    jobs.nudge_due()


@app.task(name="core.sweep_inbox")
def sweep_inbox() -> None:
    inbox.process_due()


@app.task(name="core.purge")
def purge() -> None:
    idempotency.purge()
    outbox.purge()
    report_exports.drop_expired()


@app.task(name="core.sweep_files")
def sweep_files() -> None:
    storing.sweep()


@app.task(name="core.check_invariants")
def check_invariants() -> None:
    invariants.check_all()


@app.task(name="core.seal_audit")
def seal_audit() -> None:
    audit_chain.seal()


@job(report_exports.JOB, lease=timedelta(minutes=5))
def export_report(run: Run, *, export_id: str) -> None:
    report_exports.make(run, UUID(export_id))


@job(bulk.JOB, lease=timedelta(minutes=2), max_attempts=20)
def act_on_many(run: Run, *, act: str, model: str, given: dict[str, object]) -> None:
    bulk.carry_on(run, act, model, given)
