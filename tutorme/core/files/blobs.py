"""Bytes under MEDIA_ROOT: written whole or not at all, durable once written."""

import errno
import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile

import structlog
from django.conf import settings

from tutorme.core.errors import StorageFull

log = structlog.get_logger(__name__)
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def path_of(key: str) -> Path:
    return Path(settings.MEDIA_ROOT) / key


def write(key: str, chunks: Iterable[bytes]) -> None:
    """Raises `StorageFull` where the disk or somebody's share of it is."""
    try:
        _write(path_of(key), chunks)
    except OSError as error:
        if error.errno not in _FULL:
            raise
        log.exception("files.storage_full")
        raise StorageFull from error


def _write(path: Path, chunks: Iterable[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        try:
            for chunk in chunks:
                part.write(chunk)
            part.flush()
            os.fsync(part.fileno())
            os.replace(part.name, path)
        finally:
            Path(part.name).unlink(missing_ok=True)
    _sync_directory(path.parent)


def remove(key: str) -> None:
    path_of(key).unlink(missing_ok=True)


def _sync_directory(directory: Path) -> None:
    """A rename is kept through a power cut only once its directory is written."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
