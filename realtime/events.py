"""What realtime itself is the cause of; it hears it like everything else."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from tutorme.core.events import Event


@dataclass(frozen=True)
class DigestDue(Event):
    """`at`: when its lines were taken."""

    name: ClassVar[str] = "digest.came_due"
    user_id: UUID
    at: datetime


@dataclass(frozen=True)
class MessageWaiting(Event):
    """Somebody wrote, and whoever it is for was not told yet that something waits."""

    name: ClassVar[str] = "message.waiting"
    message_id: UUID
    recipient_id: UUID


@dataclass(frozen=True)
class MessageReported(Event):
    name: ClassVar[str] = "message.reported"
    report_id: UUID
