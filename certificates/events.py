from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from tutorme.core.events import Event


@dataclass(frozen=True)
class CertificateIssued(Event):
    """Its PDF exists; once a certificate, for all time."""

    name: ClassVar[str] = "certificate.issued"
    certificate_id: UUID
    # None for an organisation's learner without an account.
    user_id: UUID | None
    course_title: str


@dataclass(frozen=True)
class DeliveryRequested(Event):
    """Somebody is to be sent a certificate, or word that it was revoked."""

    name: ClassVar[str] = "certificate.delivery_requested"
    delivery_id: UUID


@dataclass(frozen=True)
class MemberInvited(Event):
    """To an organisation's desk."""

    name: ClassVar[str] = "member.invited"
    member_id: UUID


@dataclass(frozen=True)
class LearnersImported(Event):
    name: ClassVar[str] = "learners.imported"
    import_id: UUID
