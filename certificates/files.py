"""Where PDFs lie: under MEDIA_ROOT, named by their own hash, written whole or not at all."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings


@dataclass(frozen=True)
class Stored:
    key: str
    sha256: str
    size: int


def path_of(key: str) -> Path:
    return Path(settings.MEDIA_ROOT) / key


def store(pdf: bytes) -> Stored:
    """Durable once it returns; the same bytes again are the same file."""
    digest = hashlib.sha256(pdf).hexdigest()
    key = f"certificates/{digest[:2]}/{digest}.pdf"
    path = path_of(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        part.write(pdf)
        part.flush()
        os.fsync(part.fileno())
    os.replace(part.name, path)
    _sync_directory(path.parent)
    return Stored(key, digest, len(pdf))


def _sync_directory(directory: Path) -> None:
    """A rename is kept through a power cut only once its directory is written."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
