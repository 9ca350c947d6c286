from dataclasses import dataclass
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
