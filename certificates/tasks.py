"""Jobs of certificates and learners, and what beat asks for."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings

from certificates import files, seals
from certificates.models import Certificate
from certificates.services import bundles, enrolling, imports, issuing, retention
from certificates.services.orders import order_of
from tutorme.core import jobs
from tutorme.core.errors import PressUnavailable, Unavailable
from tutorme.core.jobs import RetryJob, Run
from tutorme.core.printing import press
from tutorme.core.queue import app

_MINUTES = timedelta(minutes=3)


@jobs.job(issuing.RENDER, queue="render", lease=timedelta(seconds=60))
def render(run: Run, *, certificate_id: str) -> None:
    """Prints, seals, keeps the file under its hash, then issues: killed in between, it leaves at
    most a file that the next run writes again, byte for byte."""
    certificate = Certificate.objects.select_related("template").get(pk=certificate_id)
    try:
        printed = press().print_document(order_of(certificate))
    except (PressUnavailable, Unavailable) as missing:
        raise RetryJob(missing.detail) from missing
    stored = files.store(
        seals.seal(printed, at=certificate.created_at),
        printed=printed,
        engine=press().engine(),
        sealed_by=seals.sealed_by(),
    )
    with run.finishing(result={"certificate_id": certificate_id, "sha256": stored.sha256}):
        issuing.mark_printed(certificate_id=UUID(certificate_id), stored=stored)


@jobs.job(imports.CHECK, lease=_MINUTES, on_failure=imports.give_up)
def check_import(run: Run, *, import_id: str) -> None:
    imports.check(run, UUID(import_id))


@jobs.job(imports.COMMIT, lease=_MINUTES)
def commit_import(run: Run, *, import_id: str) -> None:
    imports.let_in(run, UUID(import_id))


@jobs.job(imports.UNDO, lease=_MINUTES)
def undo_import(run: Run, *, import_id: str) -> None:
    imports.take_back(run, UUID(import_id))


# Graphy may be away for a day: the wait doubles from five seconds up to an hour.
@jobs.job(enrolling.ENROLL, lease=_MINUTES, max_attempts=40, backoff=timedelta(seconds=5))
def enroll_learners(run: Run, *, learner_ids: list[str]) -> None:
    enrolling.enroll(run, learner_ids)


@jobs.job(enrolling.LOOK, lease=_MINUTES, max_attempts=12, backoff=timedelta(seconds=60))
def look_at_graphy(run: Run, *, learner_ids: list[str]) -> None:
    enrolling.look(run, learner_ids)


@jobs.job(bundles.BUNDLE, queue="render", lease=_MINUTES)
def bundle(run: Run, *, organization_id: str, course_id: str | None) -> None:
    bundles.write(
        run,
        organization_id=UUID(organization_id),
        course_id=UUID(course_id) if course_id else None,
    )


@app.task(name="certificates.reconcile_graphy")
def reconcile_graphy() -> None:
    enrolling.reconcile()


@app.task(name="certificates.tidy")
def tidy() -> None:
    """Files past their time, old bundles, staged rows nobody can use any more."""
    if settings.CERTIFICATE_RETENTION:
        retention.retire_files()
    bundles.sweep()
    imports.forget_old()
