from dataclasses import dataclass
from datetime import datetime
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
class PaymentApproved(Event):
    """The payer agreed at the provider; the money is not here yet."""

    name: ClassVar[str] = "payment.approved"
    order_id: UUID
    kind: str
    target_id: UUID


@dataclass(frozen=True)
class PaymentRefunded(Event):
    """`full` says that nothing of the payment is left; `is_reversal`, that the provider or a bank
    took it back."""

    name: ClassVar[str] = "payment.refunded"
    order_id: UUID
    kind: str
    target_id: UUID
    buyer_id: UUID
    amount_minor: int
    currency: str
    full: bool
    # Absent in events written before refunds were named.
    refund_id: UUID | None = None
    is_reversal: bool = False


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
class PackageEnded(Event):
    """Its seller ended it with `left` units unused; `amount_minor` of what was paid goes back,
    by that refund where it is anything."""

    name: ClassVar[str] = "package.ended"
    package_id: UUID
    order_id: UUID
    buyer_id: UUID
    seller_id: UUID
    left: int
    amount_minor: int
    currency: str
    refund_id: UUID | None = None


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
class PayoutRejected(Event):
    """A person turned it down; the money is back on the balance. `reason` is theirs, for the payee
    to read."""

    name: ClassVar[str] = "payout.rejected"
    item_id: UUID
    user_id: UUID
    amount_minor: int
    currency: str
    reason: str


@dataclass(frozen=True)
class PayoutProposed(Event):
    """A batch waits for the word of somebody who neither asked for it nor is paid by it."""

    name: ClassVar[str] = "payout.proposed"
    batch_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class RefundProposed(Event):
    """Above the site's limit: another person decides than who asked for it."""

    name: ClassVar[str] = "refund.proposed"
    refund_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class SubscriptionRefundProposed(Event):
    """As `RefundProposed`, of one payment of a subscription."""

    name: ClassVar[str] = "subscription_refund.proposed"
    refund_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class PayoutAddressChanged(Event):
    """Told at once, so that a change somebody else made is noticed before it counts."""

    name: ClassVar[str] = "payout.redirected"
    user_id: UUID
    email: str


@dataclass(frozen=True)
class PaymentDisputed(Event):
    """The payer complained at the provider: the money may go back."""

    name: ClassVar[str] = "payment.disputed"
    dispute_id: UUID
    order_id: UUID
    kind: str
    target_id: UUID
    buyer_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class SubscriptionPaymentDisputed(Event):
    """The payer complained at the provider about one payment of a subscription."""

    name: ClassVar[str] = "subscription.payment_disputed"
    dispute_id: UUID
    period_id: UUID
    user_id: UUID
    plan: str
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class DisputeResolved(Event):
    """`won` where the money stays. What is taken back after a loss follows as a refund."""

    name: ClassVar[str] = "payment.dispute_resolved"
    dispute_id: UUID
    order_id: UUID
    won: bool
    outcome: str


@dataclass(frozen=True)
class SubscriptionActivated(Event):
    """It runs: for the first time, or again after a pause or a failed payment."""

    name: ClassVar[str] = "subscription.activated"
    subscription_id: UUID
    user_id: UUID
    plan: str


@dataclass(frozen=True)
class SubscriptionPaid(Event):
    """One payment of a subscription arrived; recorded once a payment, for all time."""

    name: ClassVar[str] = "subscription.paid"
    subscription_id: UUID
    user_id: UUID
    period_id: UUID
    sale_id: str
    amount_minor: int
    fee_minor: int
    currency: str


@dataclass(frozen=True)
class SubscriptionRefunded(Event):
    """The payment of one period went back: the period is revoked."""

    name: ClassVar[str] = "subscription.refunded"
    subscription_id: UUID
    user_id: UUID
    period_id: UUID
    sale_id: str
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class SubscriptionPartRefunded(Event):
    """A part of a payment came back, in money or as credit: what it bought stays."""

    name: ClassVar[str] = "subscription.part_refunded"
    refund_id: UUID
    user_id: UUID
    plan: str
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class SubscriptionPaymentFailed(Event):
    """`failures` in a row; the provider tries again at `next_try_at`, or never."""

    name: ClassVar[str] = "subscription.payment_failed"
    subscription_id: UUID
    user_id: UUID
    failures: int
    next_try_at: datetime | None
    access_until: datetime | None


@dataclass(frozen=True)
class SubscriptionSuspended(Event):
    """`paused` where its owner asked for it; otherwise its payments failed."""

    name: ClassVar[str] = "subscription.suspended"
    subscription_id: UUID
    user_id: UUID
    paused: bool


@dataclass(frozen=True)
class SubscriptionChanged(Event):
    """Its payer agreed to another plan, which begins with the next payment."""

    name: ClassVar[str] = "subscription.changed"
    subscription_id: UUID
    user_id: UUID
    plan: str


@dataclass(frozen=True)
class SubscriptionCancelled(Event):
    """No further payment; what was paid for lasts until `access_until`."""

    name: ClassVar[str] = "subscription.cancelled"
    subscription_id: UUID
    user_id: UUID
    access_until: datetime | None


@dataclass(frozen=True)
class SubscriptionExpired(Event):
    name: ClassVar[str] = "subscription.expired"
    subscription_id: UUID
    user_id: UUID
