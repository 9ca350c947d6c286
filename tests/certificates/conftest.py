from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import transaction
from django.test import override_settings

from accounts.models import User
from certificates import files
from certificates.models import Certificate
from certificates.services import issuing
from courses.models import Course, Enrollment
from tests import cast
from tutorme.core import jobs

FINISHED_AT = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)


def completed(user: User, instructor: User, **course_facts: object) -> Enrollment:
    number = Course.objects.count() + 1
    facts = {"title": "Linear Algebra from the Ground Up", "total_minutes": 840}
    course = Course.objects.create(
        slug=f"course-{number}",
        instructor=instructor,
        summary="Vectors first.",
        category="maths",
        difficulty=Course.Difficulty.BEGINNER,
        state=Course.State.PUBLISHED,
        version=1,
        **{**facts, **course_facts},
    )
    return Enrollment.objects.create(
        user=user,
        course=course,
        state=Enrollment.State.COMPLETED,
        percent=100,
        completed_at=FINISHED_AT,
        completed_version=1,
    )


@pytest.fixture
def enrollment(sam: User, tess: User) -> Enrollment:
    return completed(sam, tess)


@pytest.fixture
def pending(enrollment: Enrollment, media: Path) -> Certificate:
    return issuing.issue(enrollment.pk)


@pytest.fixture
def printed(pending: Certificate, drain: Callable[[], None]) -> Certificate:
    """Issued by its job and the real press."""
    drain()
    pending.refresh_from_db()
    assert pending.state == Certificate.State.ISSUED, pending.job and pending.job.error
    return pending


@pytest.fixture(scope="module")
def printed_once(
    django_db_setup: None, django_db_blocker, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Certificate, Path]:
    folder = tmp_path_factory.mktemp("media")
    with override_settings(MEDIA_ROOT=folder), django_db_blocker.unblock(), transaction.atomic():
        sam = cast.person("Sam", time_zone="Africa/Lagos")
        certificate = issuing.issue(completed(sam, cast.tutor("Tess")).pk)
        jobs.run_due()
        certificate.refresh_from_db()
        transaction.set_rollback(True)
    assert certificate.state == Certificate.State.ISSUED
    return certificate, folder


@pytest.fixture
def sheet(printed_once: tuple[Certificate, Path], settings) -> Certificate:
    """Printed by its job and the real press once for the module, to be looked at: its file is
    there, its rows are not."""
    certificate, settings.MEDIA_ROOT = printed_once
    return certificate


@pytest.fixture
def issued(pending: Certificate) -> Certificate:
    """Issued as its job does it, with a file that did not need the press's second."""
    assert pending.job_id is not None
    claimed = jobs._claim(pending.job_id)
    assert claimed is not None
    stored = files.store(b"%PDF-1.7 a file of the tests")
    with jobs.Run(claimed, jobs.kinds()[issuing.RENDER]).finishing():
        issuing.mark_printed(certificate_id=pending.pk, stored=stored)
    pending.refresh_from_db()
    return pending
