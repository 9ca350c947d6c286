"""What a payment provider tells, in our words."""

from dataclasses import dataclass
from datetime import datetime

from tutorme.core.money import Money


@dataclass(frozen=True)
class ProviderCapture:
    """Money that moved or is about to. `status` is the provider's own word."""

    id: str
    status: str
    amount: Money
    fee: Money | None = None
    reference: str = ""


@dataclass(frozen=True)
class ProviderOrder:
    id: str
    status: str
    reference: str
    amount: Money
    approve_url: str = ""
    payer_id: str = ""
    captures: tuple[ProviderCapture, ...] = ()
    refunds: tuple["ProviderRefund", ...] = ()


@dataclass(frozen=True)
class ProviderRefund:
    """`reference` is ours; empty for one that was made at the provider."""

    id: str
    status: str
    amount: Money
    reference: str = ""


@dataclass(frozen=True)
class PlanTerms:
    """What a subscriber agrees to: `price` every `count` units (`WEEK`, `MONTH` or `YEAR`)."""

    name: str
    description: str
    unit: str
    count: int
    price: Money


@dataclass(frozen=True)
class ProviderPlan:
    id: str
    status: str
    name: str


@dataclass(frozen=True)
class ProviderSubscription:
    """`failures` counts the payments refused in a row; `outstanding` is what is owed."""

    id: str
    status: str
    plan_id: str
    reference: str
    approve_url: str = ""
    starts_at: datetime | None = None
    next_billing_at: datetime | None = None
    failures: int = 0
    last_failure_at: datetime | None = None
    next_try_at: datetime | None = None
    outstanding: Money | None = None


@dataclass(frozen=True)
class ProviderSale:
    """One payment of a subscription."""

    id: str
    status: str
    amount: Money
    fee: Money | None
    paid_at: datetime


@dataclass(frozen=True)
class PayoutLine:
    """`reference` (63 characters at most) is ours and comes back with the item; `receiver` is the
    e-mail address of a PayPal account."""

    reference: str
    receiver: str
    amount: Money
    note: str = ""


@dataclass(frozen=True)
class ProviderPayoutItem:
    """`status`: SUCCESS FAILED PENDING UNCLAIMED RETURNED ONHOLD BLOCKED REFUNDED REVERSED, or
    empty before PayPal looked at it. `failure` is PayPal's code."""

    id: str
    batch_id: str
    reference: str
    status: str
    receiver: str
    amount: Money
    fee: Money | None = None
    transaction_id: str = ""
    failure: str = ""


@dataclass(frozen=True)
class ProviderPayoutBatch:
    """`status`: PENDING PROCESSING SUCCESS DENIED CANCELED. Right after creation there are no
    items: read the batch again."""

    id: str
    status: str
    reference: str
    fees: Money | None = None
    items: tuple[ProviderPayoutItem, ...] = ()


@dataclass(frozen=True)
class ProviderDispute:
    """`status` RESOLVED has an `outcome`; `transaction_ids` are captures or sales of ours."""

    id: str
    status: str
    reason: str
    stage: str
    outcome: str
    amount: Money | None
    respond_by: datetime | None
    transaction_ids: tuple[str, ...]


@dataclass(frozen=True)
class ProviderWebhook:
    """`kinds` may be the asterisk alone: everything."""

    id: str
    url: str
    kinds: frozenset[str]
