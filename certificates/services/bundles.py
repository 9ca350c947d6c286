"""Many certificates in one ZIP, made in the background and kept for a week."""

import zipfile
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from certificates.errors import NothingToBundle
from certificates.models import Certificate, Organization
from tutorme.core import audit, jobs
from tutorme.core.files import blobs
from tutorme.core.ids import uuid7
from tutorme.core.jobs import Run
from tutorme.core.models import Job

BUNDLE = "certificates.bundle"
KEPT_FOR = timedelta(days=7)
_CHUNK = 256 * 1024
_FOLDER = "certificate-bundles"


def choose(organization: Organization, *, course_id: UUID | None = None) -> Any:
    """What stands of an organisation's, or of one of its courses."""
    rows = Certificate.objects.filter(
        organization=organization, state=Certificate.State.ISSUED, file_removed_at__isnull=True
    )
    return rows.filter(learner__course_id=course_id) if course_id else rows


@transaction.atomic
def order(*, organization: Organization, course_id: UUID | None, actor_id: UUID) -> Job:
    total = choose(organization, course_id=course_id).count()
    if not total:
        raise NothingToBundle
    job = jobs.enqueue(
        BUNDLE,
        key=f"{BUNDLE}:{uuid7()}",
        args={
            "organization_id": str(organization.pk),
            "course_id": str(course_id) if course_id else None,
        },
        owner_id=actor_id,
        total=total,
    )
    audit.record(
        "certificate.bundled",
        target=organization,
        actor_id=actor_id,
        after={"certificates": total, "course": str(course_id) if course_id else None},
    )
    return job


def key_of(job_id: UUID | str) -> str:
    return f"{_FOLDER}/{job_id}.zip"


def write(run: Run, *, organization_id: UUID, course_id: UUID | None) -> None:
    """PDFs are compressed already: they are stored as they are, under names made of serials."""
    organization = Organization.objects.get(pk=organization_id)
    rows = choose(organization, course_id=course_id).order_by("serial")
    with TemporaryDirectory(prefix="bundle-") as scratch:
        path = Path(scratch) / "bundle.zip"
        missing, packed = _pack(run, path, rows)
        with path.open("rb") as file:
            blobs.write(key_of(run.job_id), iter(lambda: file.read(_CHUNK), b""))
    result = {"certificates": packed, "missing": missing, "size": blobs_size(run.job_id)}
    with run.finishing(result=result):
        pass


def _pack(run: Run, path: Path, rows: Any) -> tuple[list[str], int]:
    missing: list[str] = []
    packed = 0
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number, row in enumerate(rows.iterator(chunk_size=200)):
            if number % 100 == 0:
                run.progress(done=number)
            source = blobs.path_of(row.storage_key)
            if source.exists():
                archive.write(source, row.file_name)
                packed += 1
            else:
                missing.append(row.serial)
    return missing, packed


def blobs_size(job_id: UUID) -> int:
    return blobs.path_of(key_of(job_id)).stat().st_size


def sweep() -> int:
    """Removes those older than a week. How many."""
    until = (timezone.now() - KEPT_FOR).timestamp()
    folder = blobs.path_of(_FOLDER)
    old = [path for path in folder.glob("*.zip") if path.stat().st_mtime < until]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
