"""Jobs and sweeps of what people are told."""

from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings

from realtime.services import channels, digests, mail, notifications, presence, relay
from tutorme.core import jobs
from tutorme.core.gateways import GatewayError
from tutorme.core.jobs import Run
from tutorme.core.queue import app

log = structlog.get_logger(__name__)

# After the quick retries, one an hour for a day.
_QUICK = (settings.EMAIL_RETRY_DELAY,) * settings.MAX_EMAIL_RETRY_ATTEMPTS
_A_DAY = (timedelta(hours=1),) * 24


@jobs.job(
    mail.JOB,
    queue="mail",
    waits=_QUICK + _A_DAY,
    on_failure=mail.give_up,
)
def send_mail(run: Run, *, mail_id: str) -> None:
    state = mail.deliver(UUID(mail_id))
    with run.finishing(result={"state": state}):
        pass


@app.task(name="realtime.sweep_presence")
def sweep_presence() -> None:
    presence.sweep()


@app.task(name="realtime.purge")
def purge() -> None:
    channels.purge(older_than=settings.LIVE_EVENTS_KEPT_FOR)
    notifications.purge(older_than=settings.NOTIFICATIONS_KEPT_FOR)
    mail.purge(older_than=settings.MAILS_KEPT_FOR)
    digests.purge(older_than=settings.MAILS_KEPT_FOR)


@app.task(name="realtime.send_waiting")
def send_waiting() -> None:
    mail.release_held()
    digests.send_due()


@app.task(name="realtime.push")
def push(_channel: str = "") -> None:
    """Also by beat: what a lost nudge or a failed call left behind."""
    try:
        relay.send_owed()
    except GatewayError as error:
        log.warning("push.failed", error=str(error)[:200])
