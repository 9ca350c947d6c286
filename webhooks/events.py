"""What the apps above may hear of webhooks."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from tutorme.core.events import Event


@dataclass(frozen=True)
class EndpointDisabled(Event):
    """Nothing is sent to it any more: it failed for days, or said that it is gone."""

    name: ClassVar[str] = "webhook.disabled"
    endpoint_id: UUID
    reason: str
