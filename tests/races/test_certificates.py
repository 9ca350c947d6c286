"""Exactly one certificate, whatever runs at once and whatever is killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.models import User
from certificates.models import Certificate
from certificates.services import facts, issuing, templates
from courses.events import EnrollmentCompleted
from courses.models import Enrollment
from tests.certificates.conftest import completed
from tests.races.parallel import together
from tutorme.core import jobs, outbox
from tutorme.core.models import Job, OutboxEvent

pytestmark = pytest.mark.django_db(transaction=True)

WORKER = "import django; django.setup(); from tutorme.core import jobs; jobs.run({job!r})"


@pytest.fixture
def enrollment(sam: User, tess: User) -> Enrollment:
    return completed(sam, tess)


def announcements() -> int:
    return OutboxEvent.objects.filter(name="certificate.issued").count()


def test_parallel_completions_issue_once(enrollment: Enrollment) -> None:
    results = together([lambda: issuing.issue(enrollment.pk)] * 8)
    assert len({getattr(result, "pk", result) for result in results}) == 1
    assert Certificate.objects.count() == 1
    assert Job.objects.filter(kind=issuing.RENDER).count() == 1


@contextmanager
def without_the_constraint() -> Iterator[None]:
    named = {"certificate_edition_of_enrollment", "certificate_one_of_enrollment"}
    held = [each for each in Certificate._meta.constraints if each.name in named]
    with connection.schema_editor() as editor:
        for constraint in held:
            editor.remove_constraint(Certificate, constraint)
    yield
    Certificate.objects.all().delete()
    with connection.schema_editor() as editor:
        for constraint in held:
            editor.add_constraint(Certificate, constraint)


def test_control_looking_first_is_not_enough(enrollment: Enrollment) -> None:
    """The same race where nothing but the look before the write stands in its way."""
    template = templates.current()
    looked = threading.Barrier(6)

    def look_then_write(number: int) -> None:
        if not Certificate.objects.filter(enrollment=enrollment).exists():
            looked.wait(timeout=60)
            Certificate.objects.create(
                user_id=enrollment.user_id,
                enrollment=enrollment,
                template=template,
                serial=f"TM-0000-{number}",
                code=str(number),
                public_base_url="http://x.test",
                facts=facts.freeze(enrollment, date(2026, 11, 20)),
            )

    with without_the_constraint():
        together([partial(look_then_write, number) for number in range(6)])
        assert Certificate.objects.count() == 6


def test_one_event_delivered_by_many_workers(enrollment: Enrollment) -> None:
    with transaction.atomic():
        event = EnrollmentCompleted(enrollment.pk, enrollment.user_id, enrollment.course_id, 1)
        row = outbox.record(event)
    assert row is not None
    together([lambda: outbox.deliver(row.pk)] * 6)
    assert Certificate.objects.count() == 1


@contextmanager
def worker(job: Job, media: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real process that runs one job against the test's database."""
    database = connection.settings_dict
    where = quote(database["HOST"] or "", safe="")
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgres://{database['USER']}:{database['PASSWORD']}@{where}"
        f":{database['PORT'] or ''}/{database['NAME']}",
        "MEDIA_ROOT": str(media),
        "DJANGO_SETTINGS_MODULE": "tutorme.settings.test",
    }
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER.format(job=str(job.pk))],
        cwd=settings.BASE_DIR,
        env=environment,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def unissued(certificate: Certificate) -> Iterator[None]:
    """Whoever would issue it waits until this is over, however slow the one who looks is."""
    with transaction.atomic():
        Certificate.objects.select_for_update().get(pk=certificate.pk)
        yield


def eventually(look: object, *, within_s: float = 90) -> None:
    deadline = time.monotonic() + within_s
    while not look():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def presses_of(parent: int) -> list[int]:
    """Press processes started by a worker, from the kernel's own table."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if b"tutorme.core.press.child" in command and command.endswith(f"\0{parent}\0".encode()):
            found.append(int(entry.name))
    return found


def lease_expires(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))


def assert_issued_once(certificate: Certificate, media: Path) -> None:
    certificate.refresh_from_db()
    assert certificate.state == Certificate.State.ISSUED
    assert announcements() == 1
    assert (media / certificate.storage_key).stat().st_size == certificate.pdf_size
    assert len(list(media.rglob("*.pdf"))) == 1


@pytest.mark.processes
def test_a_worker_killed_while_printing(enrollment: Enrollment, media: Path, drain) -> None:
    certificate = issuing.issue(enrollment.pk)
    job = Job.objects.get(kind=issuing.RENDER)
    with unissued(certificate), worker(job, media) as process:
        eventually(lambda: presses_of(process.pid))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    eventually(lambda: not presses_of(process.pid))
    job.refresh_from_db()
    certificate.refresh_from_db()
    assert (job.state, certificate.state) == (Job.State.RUNNING, Certificate.State.PENDING)
    assert not jobs.run(job.pk), "nobody else may run it while the lease lasts"
    lease_expires(job)
    drain()
    assert_issued_once(certificate, media)


@pytest.mark.processes
def test_a_worker_killed_between_file_and_rows(enrollment: Enrollment, media: Path, drain) -> None:
    certificate = issuing.issue(enrollment.pk)
    job = Job.objects.get(kind=issuing.RENDER)
    with unissued(certificate), worker(job, media) as process:
        eventually(lambda: list(media.rglob("*.pdf")))
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    certificate.refresh_from_db()
    assert certificate.state == Certificate.State.PENDING
    lease_expires(job)
    drain()
    assert_issued_once(certificate, media)
    drain()
    assert announcements() == 1
