"""A certificate's beginning: recorded with the completion, issued with its PDF. How it ends stands
in `taking_back`."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.models import User
from certificates import codes
from certificates.errors import CourseNotCompleted, NothingToRetry
from certificates.events import CertificateIssued
from certificates.files import Stored
from certificates.models import Certificate, Learner
from certificates.services import deliveries, facts, taking_back, templates
from courses.models import Enrollment
from tutorme.core import audit, jobs, outbox
from tutorme.core.errors import NotFound
from tutorme.core.ids import uuid7
from tutorme.core.models import Job

RENDER = "certificates.render"
State = Certificate.State


@transaction.atomic
def issue(enrollment_id: UUID) -> Certificate:
    """Records the one certificate of a completed enrolment in the version that was completed, and
    the job that prints it. Again, or from two workers at once: the same certificate."""
    enrollment = _completed(enrollment_id)
    assert enrollment.completed_at is not None
    version = enrollment.completed_version or 1
    return _once_for(enrollment, version, enrollment.completed_at)


@transaction.atomic
def issue_renewed(enrollment_id: UUID, *, version: int, at: datetime) -> Certificate:
    """The same for a later version, learned until `at`. The earlier certificate stays in force."""
    return _once_for(_completed(enrollment_id), version, at)


def _once_for(enrollment: Enrollment, version: int, at: datetime) -> Certificate:
    of_it = Certificate.objects.filter(enrollment=enrollment, course_version=version)
    existing = of_it.order_by("-edition").first()
    day = facts.day_of(enrollment, at)
    return existing or _record(_of_enrollment(enrollment, version, day), edition=1)


@transaction.atomic
def issue_learner(learner_id: UUID) -> Certificate:
    """The same for an organisation's learner."""
    learner = _finished(learner_id)
    of_it = Certificate.objects.filter(learner=learner, course_version=learner.completed_version)  # type: ignore[misc]
    existing = of_it.order_by("-edition").first()
    return existing or _record(_of_learner(learner), edition=1)


def _of_enrollment(enrollment: Enrollment, version: int, completed_on: date) -> Certificate:
    return Certificate(
        user_id=enrollment.user_id,
        enrollment=enrollment,
        course_version=version,
        template=templates.current(),
        serial=_next_serial(completed_on),
        facts=facts.freeze(enrollment, completed_on),
    )


def _of_learner(learner: Learner) -> Certificate:
    return Certificate(
        user_id=_account_of(learner.email),
        learner=learner,
        organization_id=learner.organization_id,
        course_version=learner.completed_version or 1,
        template=learner.course.template or templates.current(),
        serial=_next_serial(learner.completed_at),
        facts=facts.freeze_learner(learner),
    )


def _account_of(email: str) -> UUID | None:
    """Whoever has proved to have the address finds the certificate among theirs."""
    proved = User.objects.filter(email__iexact=email, is_active=True)
    return proved.filter(email_verified_at__isnull=False).values_list("pk", flat=True).first()  # type: ignore[no-any-return]


def _record(
    row: Certificate, *, edition: int, supersedes: Certificate | None = None
) -> Certificate:
    row.id = uuid7()
    row.edition = edition
    row.supersedes = supersedes
    row.code = codes.new_code()
    row.public_base_url = settings.PUBLIC_BASE_URL
    Certificate.objects.bulk_create([row], ignore_conflicts=True)
    kept = Certificate.objects.get(  # type: ignore[misc]
        enrollment_id=row.enrollment_id,
        learner_id=row.learner_id,
        course_version=row.course_version,
        edition=edition,
    )
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


def _finished(learner_id: UUID) -> Learner:
    rows = Learner.objects.select_related("course__template", "organization")
    learner = rows.filter(pk=learner_id).first()
    if learner is None:
        raise NotFound
    if learner.completed_at is None:
        raise CourseNotCompleted
    return learner


def _next_serial(completed_at: Any) -> str:
    """Counts up over all years; a lost race leaves a gap, which a serial may have."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('certificates_serial')")
        (number,) = cursor.fetchone()
    return f"TM-{completed_at:%Y}-{number:06d}"


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
    """In the transaction that ends the print job: issues a pending certificate, takes the edition
    before it out of force, and gives one that was issued before its file back."""
    pdf = stored.columns()
    row = Certificate.objects.select_related("organization").get(pk=certificate_id)
    if row.state == State.PENDING:
        taking_back.supersede(row)
    pending = Certificate.objects.filter(pk=certificate_id, state=State.PENDING)
    if pending.update(state=State.ISSUED, issued_at=Now(), **pdf):
        row.refresh_from_db()
        said = {"serial": row.serial, "edition": row.edition, "pdf_sha256": row.pdf_sha256}
        audit.record("certificate.issued", target=row, after=said)
        _announce(row)
    else:
        _replace_file(certificate_id, pdf)


def _announce(certificate: Certificate) -> None:
    event = CertificateIssued(certificate.pk, certificate.user_id, certificate.facts["course"])
    outbox.record(event, key=f"certificate.issued:{certificate.pk}")
    deliveries.send_issued(certificate)


def _replace_file(certificate_id: UUID, pdf: dict[str, Any]) -> None:
    row = Certificate.objects.select_for_update().get(pk=certificate_id)
    if row.pdf_sha256 == pdf["pdf_sha256"] and row.file_removed_at is None:
        return
    before = {name: getattr(row, name) for name in pdf}
    Certificate.objects.filter(pk=certificate_id).update(**pdf, file_removed_at=None)
    audit.record("certificate.file_replaced", target=row, before=before, after=dict(pdf))


@transaction.atomic
def retry(*, certificate: Certificate, actor_id: UUID | None) -> Certificate:
    """Prints a certificate whose job failed once more, with the names as they are now: nothing was
    issued yet, so nothing was frozen."""
    row = _locked(certificate)
    if row.state != State.PENDING or not _has_ended(row):
        raise NothingToRetry
    fresh = _anew(row)
    row.facts, row.template = fresh.facts, fresh.template
    row.save(update_fields=["facts", "template"])
    _enqueue(row, key=f"{RENDER}:{row.pk}:{uuid7()}", retry_of=row.job)
    audit.record("certificate.retried", target=row, actor_id=actor_id)
    return row


def _anew(row: Certificate) -> Certificate:
    """As it would be recorded today, with another serial; what was completed, and on which day,
    stays."""
    if row.enrollment_id is not None:
        day = date.fromisoformat(row.facts["completed_on"])
        return _of_enrollment(_completed(row.enrollment_id), row.course_version, day)
    assert row.learner_id is not None
    return _of_learner(_finished(row.learner_id))


@transaction.atomic
def reissue(*, certificate: Certificate, actor_id: UUID | None, reason: str) -> Certificate:
    """The next edition, with today's names and design and a serial and code of its own. The one
    before stays in force until the new one is printed. While that is being made: the same one."""
    row = _locked(certificate)
    newest = _editions_of(row).order_by("-edition").first() or row
    if newest.state == State.PENDING:
        return newest
    fresh = _anew(newest)
    fresh.course_version = newest.course_version
    kept = _record(fresh, edition=newest.edition + 1, supersedes=newest)
    audit.record(
        "certificate.reissued",
        target=kept,
        actor_id=actor_id,
        before={"serial": newest.serial},
        after={"serial": kept.serial, "edition": kept.edition},
        reason=reason,
    )
    return kept


def _editions_of(row: Certificate) -> Any:
    return Certificate.objects.filter(  # type: ignore[misc]
        enrollment_id=row.enrollment_id,
        learner_id=row.learner_id,
        course_version=row.course_version,
    )


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
