"""What services ask of a payment provider, in our words."""

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True)
class ProviderRefund:
    id: str
    status: str
    amount: Money


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
        self, capture_id: str, *, request_id: str, amount: Money, note: str
    ) -> ProviderRefund: ...

    def refund_state(self, refund_id: str) -> ProviderRefund: ...

    def verify_webhook(self, *, headers: Mapping[str, str], body: bytes) -> bool: ...
