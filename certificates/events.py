from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from tutorme.core.events import Event


@dataclass(frozen=True)
class CertificateIssued(Event):
    """Its PDF exists; once a certificate, for all time."""

    name: ClassVar[str] = "certificate.issued"
    certificate_id: UUID
    user_id: UUID
    course_title: str
