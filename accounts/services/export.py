"""A person's copy of their data: everything the tables keep about them, as JSON and files."""

import json
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Model
from django.db.models.functions import Now
from django.utils import timezone

from accounts import uploads
from accounts.events import DataExported
from accounts.models import DataExport, User
from tutorme.core import audit, jobs, outbox, personal
from tutorme.core.files import storing
from tutorme.core.jobs import Run
from tutorme.core.models import Job, StoredFile
from tutorme.core.personal import Table

JOB = "accounts.export"


def begin(*, user: User) -> DataExport:
    """A new copy, or the one that is being made already."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
        making = DataExport.objects.filter(user=user).exclude(job__state__in=Job.FINAL)
        if found := making.select_related("job").first():
            return found
        count = DataExport.objects.filter(user=user).count()
        job = jobs.enqueue(
            JOB,
            key=f"export:{user.pk}:{count}:{timezone.now().isoformat()}",
            args={"user_id": str(user.pk)},
            owner_id=user.pk,
        )
        audit.record("user.export_requested", target=user, actor_id=user.pk)
        return DataExport.objects.create(user=user, job=job)


def make(run: Run, user_id: UUID) -> None:
    """Writes the archive beside the rows, then keeps it; an older one goes."""
    export = DataExport.objects.get(job_id=run.job_id)
    with TemporaryFile() as archive:
        size = _write(archive, user_id, run)
        upload = UploadedFile(archive, "my-data.zip", "application/zip", size)
        purpose = uploads.EXPORT
        file = storing.store(owner_id=user_id, purpose=purpose, upload=upload)
    until = timezone.now() + settings.EXPORT_KEPT_FOR
    with run.finishing(result={"export": str(export.pk)}):
        storing.keep(file.pk, owner_id=user_id, purpose=purpose)
        older = DataExport.objects.filter(user_id=user_id, file__isnull=False)
        for row in older.exclude(pk=export.pk):
            _drop(row)
        DataExport.objects.filter(pk=export.pk).update(file=file, expires_at=until)
        outbox.record(DataExported(export.pk, user_id))


def _write(archive: IO[bytes], user_id: UUID, run: Run) -> int:
    tables = [table for table in personal.tables() if table.is_exported]
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for done, (name, rows) in enumerate(_by_model(tables, user_id)):
            run.progress(step=name, done=done, total=len(tables))
            if rows:
                text = json.dumps(rows, ensure_ascii=False, indent=2, default=_plain)
                out.writestr(f"{name}.json", text)
        for attacher in personal.attachers():
            for attached in attacher(user_id):
                with (
                    attached.path.open("rb") as source,
                    out.open(f"files/{attached.name}", "w") as copy,
                ):
                    while chunk := source.read(256 * 1024):
                        copy.write(chunk)
    size = archive.tell()
    archive.seek(0)
    return size


def _by_model(tables: list[Table], user_id: UUID) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A table somebody appears in twice (as buyer and as payee) is one file, each row once."""
    for table in tables:
        name = table.model._meta.label_lower
        suffix = "" if sum(each.model is table.model for each in tables) == 1 else table.owner
        rows = [_row(row, table.hidden) for row in table.rows(user_id).iterator(chunk_size=500)]
        yield f"{name}{'.' if suffix else ''}{suffix}", rows


def _row(row: Model, hidden: frozenset[str]) -> dict[str, Any]:
    return {
        field.attname: field.value_from_object(row)
        for field in row._meta.concrete_fields
        if field.name not in hidden
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, set | frozenset | tuple):
        return sorted(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, UUID | Decimal):
        return str(value)
    return str(value)


def drop_expired() -> int:
    """Takes away copies whose time is over."""
    over = DataExport.objects.filter(file__isnull=False, expires_at__lt=Now())
    rows = list(over.order_by("expires_at")[:100])
    for row in rows:
        with transaction.atomic():
            _drop(row)
    return len(rows)


def _drop(row: DataExport) -> None:
    file_id = row.file_id
    DataExport.objects.filter(pk=row.pk).update(file=None)
    if file_id is not None:
        storing.discard(file_id)


def file_of(*, user: User, export_id: UUID) -> StoredFile | None:
    row = (
        DataExport.objects.filter(pk=export_id, user=user, expires_at__gt=Now())
        .select_related("file")
        .first()
    )
    return row.file if row else None
