"""kill -9 between the text and its answer: the one moment a mail cannot be repeated."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from django.db.models.functions import Now

from realtime.announcements import Told
from realtime.models import MailDelivery
from realtime.services import mail
from tests.realtime.servers import ROOT, on_test_database
from tests.sandbox_server import free_port
from tutorme.core import jobs
from tutorme.core.models import Job

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


class Silent:
    """Takes the whole text and never answers."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.has_text = threading.Event()

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802  its hook's name
        self.taken.append(envelope.content)
        self.has_text.set()
        await asyncio.sleep(3600)
        return "250 never said"


@pytest.fixture
def silent() -> Iterator[tuple[Silent, int]]:
    handler, port = Silent(), free_port()
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    yield handler, port
    server.stop(no_assert=True)


def test_a_killed_sender_leaves_the_mail_unknown_and_nobody_sends_it_again(
    sam, silent, sandbox
) -> None:
    handler, port = silent
    mail.owe("welcome", Told(sam.pk, "welcome:test", {}))
    row = MailDelivery.objects.get()
    environment = on_test_database(SMTP_HOST="127.0.0.1", SMTP_PORT=str(port), SMTP_TLS="false")
    command = [sys.executable, "-m", "tests.realtime.late_mail", str(row.pk)]
    sender = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        assert handler.has_text.wait(timeout=60)
    finally:
        sender.kill()
        sender.wait()
    row.refresh_from_db()
    assert row.state == MailDelivery.State.SENDING

    # What the sweep finds once the dead worker's lease is over.
    Job.objects.update(
        state="running", attempts=1, lease_until=Now() - timedelta(seconds=1), started_at=Now()
    )
    jobs.run_due()
    row.refresh_from_db()
    assert row.state == MailDelivery.State.UNKNOWN
    assert Job.objects.get().result == {"state": "unknown"}
    assert len(handler.taken) == 1
    assert sandbox.mails() == []
