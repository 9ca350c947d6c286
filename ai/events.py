"""What the apps above may hear of the studio."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from tutorme.core.events import Event


@dataclass(frozen=True)
class DraftReady(Event):
    """Its outline, or all of it, waits for the author. `stage` is outline or lessons."""

    name: ClassVar[str] = "draft.prepared"
    draft_id: UUID
    author_id: UUID
    stage: str


@dataclass(frozen=True)
class DraftStopped(Event):
    """It failed; what was written is kept."""

    name: ClassVar[str] = "draft.stopped"
    draft_id: UUID
    author_id: UUID
