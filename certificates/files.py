"""Where PDFs lie: under MEDIA_ROOT, named by their own hash, written whole or not at all."""

import hashlib
from dataclasses import dataclass
from typing import Any

from tutorme.core.files import blobs


@dataclass(frozen=True)
class Stored:
    key: str
    sha256: str
    size: int
    # Of the pages as they were printed, before they were sealed; and what printed and sealed them.
    printed_sha256: str = ""
    engine: str = ""
    sealed_by: str = ""

    def columns(self) -> dict[str, Any]:
        """As a certificate's row keeps it."""
        return {
            "pdf_sha256": self.sha256,
            "pdf_size": self.size,
            "storage_key": self.key,
            "printed_sha256": self.printed_sha256,
            "engine": self.engine,
            "sealed_by": self.sealed_by,
        }


def store(
    pdf: bytes, *, printed: bytes | None = None, engine: str = "", sealed_by: str = ""
) -> Stored:
    """Durable once it returns; the same bytes again are the same file."""
    digest = hashlib.sha256(pdf).hexdigest()
    key = f"certificates/{digest[:2]}/{digest}.pdf"
    blobs.write(key, [pdf])
    before = hashlib.sha256(pdf if printed is None else printed).hexdigest()
    return Stored(key, digest, len(pdf), before, engine, sealed_by)
