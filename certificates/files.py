"""Where PDFs lie: under MEDIA_ROOT, named by their own hash, written whole or not at all."""

import hashlib
from dataclasses import dataclass

from tutorme.core.files import blobs


@dataclass(frozen=True)
class Stored:
    key: str
    sha256: str
    size: int


def store(pdf: bytes) -> Stored:
    """Durable once it returns; the same bytes again are the same file."""
    digest = hashlib.sha256(pdf).hexdigest()
    key = f"certificates/{digest[:2]}/{digest}.pdf"
    blobs.write(key, [pdf])
    return Stored(key, digest, len(pdf))
