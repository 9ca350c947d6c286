"""Workers are killed while they print and send, and the broker forgets everything: nothing is lost
and nothing happens twice."""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db.models.functions import Now

from certificates.models import Certificate, Learner
from certificates.services import issuing
from realtime.models import MailDelivery
from tests.certificates import desks
from tests.certificates.dying import taken_up
from tests.nursery import Child, nursery
from tests.sandbox_server import Sandbox
from tutorme.core import limits
from tutorme.core.files.blobs import path_of
from tutorme.core.models import Job, OutboxDelivery

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
# `CERTIFICATE_DEATHS=1000` for the whole of it; the everyday suite has a tenth.
RENDERS = int(os.environ.get("CERTIFICATE_DEATHS", "100"))
KILLS, FLUSHES, WORKERS = 20, 3, 2
MOST_SECONDS = 300 + 6 * RENDERS


@pytest.fixture
def worker(sandbox: Sandbox, media: Path) -> Iterator[Callable[[], Child]]:
    env = {
        "REDIS_URL": settings.REDIS_URL,
        "SANDBOX_URL": sandbox.url,
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(sandbox.smtp_port),
        "SMTP_TLS": "0",
        "LOG_LEVEL": "CRITICAL",
    }
    with nursery("tests.certificates.dying", **env) as born:
        yield lambda: born(media)


def lease_ends(dead: Child, media: Path) -> None:
    """Of what the dead had in their hands, at once instead of after a minute, and nobody else's,
    however slow they are: a job that loses its lease five times gives up, as it should."""
    for pk, attempt in taken_up(media, dead.pid)[-1:]:
        held = Job.objects.filter(pk=pk, attempts=attempt, state="running")
        held.update(lease_until=Now())


def waits_end() -> None:
    """Where everybody has gone home, because what is left is not due yet."""
    Job.objects.filter(state="queued").update(run_after=Now())
    OutboxDelivery.objects.filter(state="pending").update(run_after=Now())


def unfinished() -> int:
    waiting = Job.objects.filter(state__in=["queued", "running"]).count()
    return waiting + OutboxDelivery.objects.filter(state="pending").count()


def printed() -> int:
    return Certificate.objects.filter(state=Certificate.State.ISSUED).count()


def test_nothing_is_lost_and_nothing_is_doubled(sandbox, media, worker) -> None:
    organization, course = desks.organization("North"), desks.external_course()
    for number in range(RENDERS):
        desks.completed(organization, course, f"Learner {number}")
    for pk in Learner.objects.values_list("pk", flat=True):
        issuing.issue_learner(pk)
    workers = [worker() for _ in range(WORKERS)]
    killed = flushed = 0
    until = time.monotonic() + MOST_SECONDS
    chance = random.Random(9)
    arrived: dict[str, str] = {}
    try:
        while unfinished() or killed < KILLS:
            assert time.monotonic() < until, f"{unfinished()} left after {killed} kills"
            time.sleep(chance.uniform(0, 0.5))
            if killed < KILLS and printed() > killed * RENDERS // (KILLS + 2):
                # The first is the older one, and so in the middle of its work.
                workers[0].kill()
                workers[0].wait()
                lease_ends(workers[0], media)
                killed += 1
                arrived |= in_the_box(sandbox)
                if killed % (KILLS // FLUSHES) == 0:
                    limits.client(settings.REDIS_URL).flushdb()
                    flushed += 1
                workers = [*workers[1:], worker()]
            elif all(one.poll() is not None for one in workers):
                waits_end()
                workers[0] = worker()
    finally:
        for one in workers:
            one.kill()
            one.wait()
    _nothing_lost(media)
    _mails_once({**arrived, **in_the_box(sandbox)})
    assert (killed, flushed) == (KILLS, FLUSHES)


def _nothing_lost(media: Path) -> None:
    given_up = Job.objects.filter(state="failed").values_list("kind", "attempts", "error")
    assert not list(given_up)
    rows = list(Certificate.objects.all())
    assert Counter(row.state for row in rows) == {"issued": RENDERS}
    assert all(path_of(row.storage_key).stat().st_size == row.pdf_size for row in rows)
    # A file that was written twice is the same file: no more of them than certificates.
    assert len(list((media / "certificates").rglob("*.pdf"))) == RENDERS


def in_the_box(sandbox: Sandbox) -> dict[str, str]:
    """Message ids of the mails that are there, by the mail: the box keeps so many bytes, which is
    fewer than a thousand certificates have."""
    return {mail["id"]: mail["message_id"] for mail in sandbox.mails()}


def _mails_once(mails: dict[str, str]) -> None:
    """What a killed worker was handing over may have arrived or not: such a mail is counted as
    unknown and never sent by itself again."""
    owed = MailDelivery.objects.filter(kind__startswith="certificate-for-")
    states = Counter(owed.values_list("state", flat=True))
    assert sum(states.values()) == 2 * RENDERS
    assert set(states) <= {"sent", "unknown"}
    assert states["unknown"] <= KILLS
    arrived = Counter(mails.values())
    assert max(arrived.values()) == 1
    sent = set(owed.filter(state="sent").values_list("message_id", flat=True))
    assert sent <= set(arrived)
