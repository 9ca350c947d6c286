"""A certificate's life: recorded with the completion, issued with its PDF, perhaps revoked."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from certificates import codes
from certificates.errors import (
    CertificateNotReady,
    CertificateRevoked,
    CourseNotCompleted,
    NothingToRetry,
)
from certificates.events import CertificateIssued
from certificates.files import Stored
from certificates.models import Certificate
from certificates.services import facts, templates
from courses.models import Enrollment
from tutorme.core import audit, jobs, outbox
from tutorme.core.errors import NotFound
from tutorme.core.ids import uuid7
from tutorme.core.models import Job

RENDER = "certificates.render"
State = Certificate.State


@transaction.atomic
def issue(enrollment_id: UUID) -> Certificate:
    """Records the one certificate of a completed enrolment and the job that prints it. Again, or
    from two workers at once: the same certificate."""
    enrollment = _completed(enrollment_id)
    existing = Certificate.objects.filter(enrollment_id=enrollment_id).first()
    if existing is not None:
        return existing
    row = Certificate(
        id=uuid7(),
        user_id=enrollment.user_id,
        enrollment=enrollment,
        template=templates.current(),
        serial=_next_serial(enrollment),
        code=codes.new_code(),
        public_base_url=settings.PUBLIC_BASE_URL,
        facts=facts.freeze(enrollment),
    )
    Certificate.objects.bulk_create([row], ignore_conflicts=True)
    kept = Certificate.objects.get(enrollment_id=enrollment_id)
    if kept.pk == row.pk:
        _enqueue(kept, key=f"{RENDER}:{kept.pk}")
    return kept


def _completed(enrollment_id: UUID) -> Enrollment:
    rows = Enrollment.objects.select_related("user", "course__instructor")
    enrollment = rows.filter(pk=enrollment_id).first()
    if enrollment is None:
        raise NotFound
    if enrollment.completed_at is None:
        raise CourseNotCompleted
    return enrollment


def _next_serial(enrollment: Enrollment) -> str:
    """Counts up over all years; a lost race leaves a gap, which a serial may have."""
    assert enrollment.completed_at is not None
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('certificates_serial')")
        (number,) = cursor.fetchone()
    return f"TM-{enrollment.completed_at:%Y}-{number:06d}"


def _enqueue(certificate: Certificate, *, key: str, retry_of: Job | None = None) -> None:
    job = jobs.enqueue(
        RENDER,
        key=key,
        args={"certificate_id": str(certificate.pk)},
        owner_id=certificate.user_id,
        retry_of=retry_of,
    )
    Certificate.objects.filter(pk=certificate.pk).update(job=job)
    certificate.job = job


def mark_printed(*, certificate_id: UUID, stored: Stored) -> None:
    """In the transaction that ends the print job: issues a pending certificate, and gives one that
    was issued before its file back."""
    pdf: dict[str, Any] = {
        "pdf_sha256": stored.sha256,
        "pdf_size": stored.size,
        "storage_key": stored.key,
    }
    pending = Certificate.objects.filter(pk=certificate_id, state=State.PENDING)
    if pending.update(state=State.ISSUED, issued_at=Now(), **pdf):
        _announce(Certificate.objects.get(pk=certificate_id))
    else:
        _replace_file(certificate_id, pdf)


def _announce(certificate: Certificate) -> None:
    outbox.record(
        CertificateIssued(certificate.pk, certificate.user_id, certificate.facts["course"]),
        key=f"certificate.issued:{certificate.pk}",
    )


def _replace_file(certificate_id: UUID, pdf: dict[str, Any]) -> None:
    row = Certificate.objects.select_for_update().get(pk=certificate_id)
    if row.pdf_sha256 == pdf["pdf_sha256"]:
        return
    before = {name: getattr(row, name) for name in pdf}
    Certificate.objects.filter(pk=certificate_id).update(**pdf)
    audit.record("certificate.file_replaced", target=row, before=before, after=dict(pdf))


@transaction.atomic
def revoke(*, certificate: Certificate, actor_id: UUID | None, reason: str) -> Certificate:
    """Final. The reason is shown to whoever checks the code."""
    issued = Certificate.objects.filter(pk=certificate.pk, state=State.ISSUED)
    if not issued.update(
        state=State.REVOKED, revoked_at=Now(), revoked_by=actor_id, revoked_reason=reason[:300]
    ):
        certificate.refresh_from_db()
        raise CertificateNotReady if certificate.state == State.PENDING else CertificateRevoked
    audit.record(
        "certificate.revoked",
        target=certificate,
        actor_id=actor_id,
        before={"state": State.ISSUED},
        after={"state": State.REVOKED},
        reason=reason,
    )
    certificate.refresh_from_db()
    return certificate


@transaction.atomic
def retry(*, certificate: Certificate, actor_id: UUID | None) -> Certificate:
    """Prints a certificate whose job failed once more, with the names as they are now: nothing was
    issued yet, so nothing was frozen."""
    row = _locked(certificate)
    if row.state != State.PENDING or not _has_ended(row):
        raise NothingToRetry
    row.facts = facts.freeze(_completed(row.enrollment_id))
    row.template = templates.current()
    row.save(update_fields=["facts", "template"])
    _enqueue(row, key=f"{RENDER}:{row.pk}:{uuid7()}", retry_of=row.job)
    audit.record("certificate.retried", target=row, actor_id=actor_id)
    return row


@transaction.atomic
def reprint(*, certificate: Certificate, actor_id: UUID | None) -> Certificate:
    """Makes the file of an issued certificate again from its frozen facts."""
    row = _locked(certificate)
    if row.state == State.PENDING or not _has_ended(row):
        raise NothingToRetry
    _enqueue(row, key=f"{RENDER}:{row.pk}:{uuid7()}")
    audit.record("certificate.reprinted", target=row, actor_id=actor_id)
    return row


def _locked(certificate: Certificate) -> Certificate:
    rows = Certificate.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("job").get(pk=certificate.pk)


def _has_ended(row: Certificate) -> bool:
    return row.job is None or row.job.is_final
