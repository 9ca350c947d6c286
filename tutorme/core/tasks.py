"""Celery entry points: each looks at a row, or sweeps for rows nobody looked at."""

from tutorme.core import idempotency, inbox, invariants, jobs, outbox
from tutorme.core.files import storing
from tutorme.core.queue import app


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


@app.task(name="core.sweep_files")
def sweep_files() -> None:
    storing.sweep()


@app.task(name="core.check_invariants")
def check_invariants() -> None:
    invariants.check_all()
