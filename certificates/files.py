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


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def store(
    pdf: bytes, *, printed: bytes | None = None, engine: str = "", sealed_by: str = ""
) -> Stored:
    """Durable once it returns; the same bytes again are the same file."""
    sha256 = digest(pdf)
    key = f"certificates/{sha256[:2]}/{sha256}.pdf"
    blobs.write(key, [pdf])
    return Stored(
        key, sha256, len(pdf), digest(printed if printed is not None else pdf), engine, sealed_by
    )
