from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from tutorme.core.events import Event


@dataclass(frozen=True)
class PaymentCaptured(Event):
    """Money arrived, or nothing was to pay. Recorded once an order, for all time."""

    name: ClassVar[str] = "payment.captured"
    order_id: UUID
    kind: str
    target_id: UUID
    buyer_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class PaymentRefunded(Event):
    """`full` says that nothing of the payment is left."""

    name: ClassVar[str] = "payment.refunded"
    order_id: UUID
    kind: str
    target_id: UUID
    buyer_id: UUID
    amount_minor: int
    currency: str
    full: bool


@dataclass(frozen=True)
class PaymentFailed(Event):
    """A payment that was under way ended without money. `reason` is the provider's code."""

    name: ClassVar[str] = "payment.failed"
    order_id: UUID
    buyer_id: UUID
    reason: str
