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


@dataclass(frozen=True)
class CreditEnding(Event):
    """What is left of a piece of credit ends within a week."""

    name: ClassVar[str] = "credit.warned"
    lot_id: UUID
    user_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class PackageEnding(Event):
    """Units that are not used will be lost in `days` days."""

    name: ClassVar[str] = "package.warned"
    package_id: UUID
    user_id: UUID
    days: int
    left: int


@dataclass(frozen=True)
class PayoutPaid(Event):
    name: ClassVar[str] = "payout.paid"
    item_id: UUID
    user_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class PayoutFailed(Event):
    """The money is back on the balance. `reason` is the provider's code."""

    name: ClassVar[str] = "payout.failed"
    item_id: UUID
    user_id: UUID
    amount_minor: int
    currency: str
    reason: str


@dataclass(frozen=True)
class PayoutAddressChanged(Event):
    """Told at once, so that a change somebody else made is noticed before it counts."""

    name: ClassVar[str] = "payout.redirected"
    user_id: UUID
    email: str


@dataclass(frozen=True)
class DocumentIssued(Event):
    """A receipt or credit note is printed and can be fetched."""

    name: ClassVar[str] = "document.issued"
    document_id: UUID
    order_id: UUID
    user_id: UUID
    number: str
