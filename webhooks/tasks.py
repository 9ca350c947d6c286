"""Celery entry points and jobs of webhooks."""

from uuid import UUID

from tutorme.core.jobs import Run, job
from tutorme.core.queue import app
from webhooks.services import endpoints, replaying, sending


@app.task(name="webhooks.purge")
def purge() -> None:
    replaying.purge()
    endpoints.forget_old_secrets()


@job("webhooks.deliver", waits=sending.WAITS, on_failure=sending.give_up)
def deliver(run: Run, *, delivery_id: str, round_: int) -> None:
    sending.deliver(run, delivery_id=UUID(delivery_id), round_=round_)


@job("webhooks.replay")
def replay(run: Run, *, endpoint_id: str, since: str, until: str, missed_only: bool) -> None:
    replaying.replay(
        run, endpoint_id=endpoint_id, since=since, until=until, missed_only=missed_only
    )
