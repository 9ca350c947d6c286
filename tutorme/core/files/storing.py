"""Uploads come in here and nowhere else."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import PurePath
from typing import IO
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.db.models import Sum
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.text import get_valid_filename

from tutorme.core.errors import UploadQuotaReached, UploadRefused, UploadTooLarge
from tutorme.core.files import blobs, pictures, purposes
from tutorme.core.files.purposes import Purpose
from tutorme.core.files.sniffing import KINDS, Kind, kind_of
from tutorme.core.ids import uuid7
from tutorme.core.models import StoredFile

_CHUNK = 256 * 1024
UNUSED_FOR = timedelta(hours=24)
# Any constant: tells this lock from the application's other advisory locks.
_QUOTA_LOCK = 7_301


@dataclass(frozen=True)
class _Incoming:
    """What will be written: the upload itself, or the picture developed from it."""

    file: IO[bytes]
    kind: Kind
    size: int
    width: int | None = None
    height: int | None = None


def store(*, owner_id: UUID, purpose: Purpose, upload: "UploadedFile[bytes]") -> StoredFile:
    """Writes the bytes, then the row; a death in between leaves bytes that the sweep removes.

    Raises `UploadTooLarge`, `UploadRefused` (not a kind this purpose takes, or damaged) and
    `UploadQuotaReached`.
    """
    incoming = _accepted(upload, purpose)
    row = StoredFile(
        id=uuid7(),
        owner_id=owner_id,
        purpose=purpose.name,
        name=safe_name(upload.name or "", incoming.kind),
        content_type=incoming.kind.content_type,
        size=incoming.size,
        sha256=_digest(incoming.file),
        width=incoming.width,
        height=incoming.height,
    )
    blobs.write(row.key, _chunks(incoming.file))
    try:
        _enter(row, purpose)
    except UploadQuotaReached:
        blobs.remove(row.key)
        raise
    return row


@transaction.atomic
def _enter(row: StoredFile, purpose: Purpose) -> None:
    """One upload of an owner at a time, so that many at once cannot pass the quota together."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_QUOTA_LOCK, str(row.owner_id)]
        )
    held = StoredFile.objects.filter(owner_id=row.owner_id, purpose=purpose.name)
    used = held.aggregate(sum=Sum("size"))["sum"] or 0
    if used + row.size > purpose.quota:
        raise UploadQuotaReached(used=used, quota=purpose.quota)
    row.save(force_insert=True)


def keep(file_id: UUID, *, owner_id: UUID, purpose: Purpose) -> StoredFile:
    """The owner's file for use in a row that points at it. Inside the caller's transaction."""
    own = StoredFile.objects.filter(pk=file_id, owner_id=owner_id, purpose=purpose.name)
    row = own.select_for_update(no_key=True).first()
    if row is None:
        raise UploadRefused("There is no such upload of yours.", reason="unknown-file")
    if row.kept_at is None:
        StoredFile.objects.filter(pk=file_id).update(kept_at=Now())
    return row


@transaction.atomic
def discard(file_id: UUID) -> None:
    """Removes the row, then the bytes. The caller has let go of it first: what is still pointed at
    is protected."""
    row = StoredFile.objects.filter(pk=file_id).first()
    if row is not None:
        _delete(row)


def _delete(row: StoredFile) -> None:
    """The bytes go once the row is gone for good."""
    key = row.key
    row.delete()
    transaction.on_commit(lambda: blobs.remove(key))


def sweep() -> int:
    """Removes uploads nobody kept, and bytes no row speaks of. Returns how many rows went."""
    stale = StoredFile.objects.unused().filter(created_at__lt=timezone.now() - UNUSED_FOR)
    gone = 0
    for file_id in list(stale.values_list("pk", flat=True)[:1000]):
        gone += _remove_unused(file_id)
    _remove_orphans()
    return gone


@transaction.atomic
def _remove_unused(file_id: UUID) -> int:
    """Under the row's lock, so that whoever keeps it at this moment wins or is refused."""
    row = StoredFile.objects.unused().select_for_update().filter(pk=file_id).first()
    if row is None:
        return 0
    _delete(row)
    return 1


def _remove_orphans() -> None:
    oldest = (timezone.now() - UNUSED_FOR).timestamp()
    for path in blobs.path_of("files").glob("*/*"):
        if path.stat().st_mtime < oldest and not _has_row(path.name):
            path.unlink(missing_ok=True)


def _has_row(name: str) -> bool:
    try:
        return StoredFile.objects.filter(pk=UUID(name)).exists()
    except ValueError:
        return False


def _accepted(upload: "UploadedFile[bytes]", purpose: Purpose) -> _Incoming:
    size = upload.size or 0
    if size > purpose.most_bytes:
        raise UploadTooLarge(most_bytes=purpose.most_bytes)
    if not size or upload.file is None:
        raise UploadRefused("The file is empty.", reason="empty")
    suffix = PurePath(upload.name or "").suffix
    kind = kind_of(upload.file, suffix, purpose.kinds)
    if kind is None:
        kinds = ", ".join(sorted(purpose.kinds))
        raise UploadRefused(f"The file is none of: {kinds}.", reason="wrong-kind")
    if purpose.picture is None:
        return _Incoming(upload.file, kind, size)
    picture = pictures.develop(upload.file, purpose.picture)
    return _Incoming(
        picture.file, KINDS["webp"], picture.size, width=picture.width, height=picture.height
    )


def safe_name(name: str, kind: Kind) -> str:
    """A name to show and to save under; its suffix is the kind's, whatever it was called."""
    # A browser on Windows may send a whole path.
    stem = PurePath(name.replace("\\", "/")).stem
    shown = "".join(letter for letter in stem if letter.isprintable())[:100].strip()
    return (get_valid_filename(shown) if shown.strip(". ") else "file") + kind.suffix


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while chunk := file.read(_CHUNK):
        yield chunk


def _digest(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(file):
        digest.update(chunk)
    return digest.hexdigest()


def named(purpose: str) -> Purpose:
    found = purposes.named(purpose)
    if found is None:
        raise UploadRefused("Nothing is uploaded for that.", reason="unknown-purpose")
    return found
