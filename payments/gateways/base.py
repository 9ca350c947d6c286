"""What services ask of a payment provider, in our words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

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


class PaymentGateway(Protocol):
    """Every call raises `GatewayUnavailable`, `GatewayRejected(code)` or `GatewayMisconfigured`.

    `request_id` makes a call repeatable: the provider answers a known id with what it did then.
    It is stored before the call.
    """

    def create_order(
        self,
        *,
        request_id: str,
        reference: str,
        amount: Money,
        description: str,
        return_url: str,
        cancel_url: str,
    ) -> ProviderOrder: ...

    def order(self, provider_id: str) -> ProviderOrder: ...

    def capture(self, provider_id: str, *, request_id: str) -> ProviderOrder: ...

    def refund(
        self, capture_id: str, *, request_id: str, amount: Money, note: str, reference: str = ""
    ) -> ProviderRefund: ...

    def refund_state(self, refund_id: str) -> ProviderRefund: ...

    def capture_state(self, capture_id: str) -> ProviderCapture: ...

    def verify_webhook(self, *, headers: Mapping[str, str], body: bytes) -> bool: ...


class BillingGateway(Protocol):
    """Plans and subscriptions. Steps without a request id are refused by the provider where they
    were done already, so the caller reads the truth after a refusal."""

    def ensure_product(self, product_id: str, *, name: str) -> None: ...

    def find_plan(self, product_id: str, name: str) -> ProviderPlan | None: ...

    def create_plan(
        self, *, request_id: str, product_id: str, terms: PlanTerms
    ) -> ProviderPlan: ...

    def plan(self, plan_id: str) -> ProviderPlan: ...

    def offer_plan(self, plan_id: str, *, offered: bool) -> None: ...

    def create_subscription(
        self,
        *,
        request_id: str,
        reference: str,
        plan_id: str,
        starts_at: datetime | None,
        return_url: str,
        cancel_url: str,
    ) -> ProviderSubscription: ...

    def subscription(self, subscription_id: str) -> ProviderSubscription: ...

    def sales(
        self, subscription_id: str, *, since: datetime, until: datetime
    ) -> tuple[ProviderSale, ...]: ...

    def suspend_subscription(self, subscription_id: str, *, reason: str) -> None: ...

    def activate_subscription(self, subscription_id: str, *, reason: str) -> None: ...

    def cancel_subscription(self, subscription_id: str, *, reason: str) -> None: ...

    def revise_subscription(
        self, subscription_id: str, *, plan_id: str, return_url: str, cancel_url: str
    ) -> str: ...

    def capture_outstanding(
        self, subscription_id: str, *, request_id: str, amount: Money, note: str
    ) -> None: ...


class PayoutGateway(Protocol):
    """A batch's `reference` makes it repeatable for 30 days; after that only reading is safe."""

    def create_payout(
        self, *, reference: str, lines: Sequence[PayoutLine], subject: str, message: str = ""
    ) -> ProviderPayoutBatch: ...

    def payout(self, batch_id: str) -> ProviderPayoutBatch: ...

    def payout_item(self, item_id: str) -> ProviderPayoutItem: ...

    def cancel_payout_item(self, item_id: str) -> ProviderPayoutItem: ...


class DisputeGateway(Protocol):
    def disputes(self, *, since: datetime) -> list[str]: ...

    def dispute(self, dispute_id: str) -> ProviderDispute: ...
