from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from tutorme.core.events import Event


@dataclass(frozen=True)
class UserRegistered(Event):
    name: ClassVar[str] = "user.registered"
    user_id: UUID


@dataclass(frozen=True)
class RegistrationRepeated(Event):
    """Somebody registered with an address that has an account: its owner is told, nobody else."""

    name: ClassVar[str] = "user.registration_repeated"
    user_id: UUID


@dataclass(frozen=True)
class TutorSubmitted(Event):
    """An application waits for the site."""

    name: ClassVar[str] = "tutor.submitted"
    review_id: UUID
    user_id: UUID


@dataclass(frozen=True)
class PaperAsked(Event):
    """The site would like to see a paper before it decides; `wanted` is for the tutor to read."""

    name: ClassVar[str] = "paper.asked"
    review_id: UUID
    user_id: UUID
    wanted: str
    notice_id: UUID


@dataclass(frozen=True)
class TutorReviewed(Event):
    """The site decided about an application, or about changes of who a tutor is."""

    name: ClassVar[str] = "tutor.reviewed"
    review_id: UUID
    user_id: UUID
    kind: str
    approved: bool


@dataclass(frozen=True)
class CodeRequested(Event):
    """A code is owed to an address, if somebody is there who may have it. `offered`: an admin
    had it sent, and nobody waits for it in a browser."""

    name: ClassVar[str] = "code.requested"
    code_id: UUID
    offered: bool = False


@dataclass(frozen=True)
class SecurityChanged(Event):
    """Something happened to how an account is entered. `change` is a key of `changes.CHANGES`;
    `old_email` is set where the account left that address."""

    name: ClassVar[str] = "user.security_changed"
    user_id: UUID
    change: str
    notice_id: UUID
    at: datetime
    device: str = ""
    address: str = ""
    old_email: str = ""


@dataclass(frozen=True)
class AccountsMerged(Event):
    """What the closed account had is the kept one's."""

    name: ClassVar[str] = "user.merged"
    closed_id: UUID
    kept_id: UUID
    actor_id: UUID


@dataclass(frozen=True)
class DataExported(Event):
    name: ClassVar[str] = "data.exported"
    export_id: UUID
    user_id: UUID


@dataclass(frozen=True)
class DeletionRequested(Event):
    name: ClassVar[str] = "deletion.requested"
    deletion_id: UUID
    user_id: UUID


@dataclass(frozen=True)
class DeletionCancelled(Event):
    name: ClassVar[str] = "deletion.cancelled"
    deletion_id: UUID
    user_id: UUID


@dataclass(frozen=True)
class DeletionDue(Event):
    """The days of grace are over: the last thing an account is told."""

    name: ClassVar[str] = "deletion.came_due"
    deletion_id: UUID
    user_id: UUID


@dataclass(frozen=True)
class AdminshipProposed(Event):
    """Another superuser decides whether this person becomes an admin."""

    name: ClassVar[str] = "admin.proposed"
    proposal_id: UUID
    user_id: UUID


@dataclass(frozen=True)
class UserInvited(Event):
    name: ClassVar[str] = "user.invited"
    invitation_id: UUID
    user_id: UUID
