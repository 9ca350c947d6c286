"""What PayPal would remember: tokens, orders, captures, refunds, and answered request ids."""

import secrets
import string
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

_KEPT = 5000
_ALPHABET = string.ascii_uppercase + string.digits


def new_id(length: int = 17) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Refund:
    value: Decimal
    note: str = ""
    custom_id: str = ""
    id: str = field(default_factory=new_id)
    status: str = "COMPLETED"
    created_at: str = field(default_factory=now)


@dataclass
class Capture:
    status: str
    value: Decimal
    id: str = field(default_factory=new_id)
    created_at: str = field(default_factory=now)
    refunds: list[Refund] = field(default_factory=list)

    @property
    def refunded(self) -> Decimal:
        return sum((refund.value for refund in self.refunds), Decimal(0))

    @property
    def left(self) -> Decimal:
        return self.value - self.refunded


@dataclass
class Order:
    unit: dict[str, Any]
    status: str
    return_url: str = ""
    cancel_url: str = ""
    # How the payer's bank will behave at capture: approve, declined or pending.
    funding: str = "approve"
    id: str = field(default_factory=new_id)
    created_at: str = field(default_factory=now)
    captures: list[Capture] = field(default_factory=list)

    @property
    def is_undecided(self) -> bool:
        """The payer may choose: for the first time, or again after the bank declined."""
        return self.status == "PAYER_ACTION_REQUIRED" or (
            self.status == "APPROVED" and self.funding == "declined"
        )

    @property
    def currency(self) -> str:
        return str(self.unit["amount"]["currency_code"])

    @property
    def value(self) -> str:
        return str(self.unit["amount"]["value"])

    @property
    def description(self) -> str:
        return str(self.unit.get("description", ""))


class Bounded(OrderedDict[str, Any]):
    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        while len(self) > _KEPT:
            self.popitem(last=False)


@dataclass(frozen=True)
class Answered:
    """What a PayPal-Request-Id did. `latest(base)` is the present state of it."""

    body: bytes
    latest: Callable[[str], dict[str, Any]]


class Memory:
    """Guarded by `lock`; one request changes state at a time, as one row lock would."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        # Token: the monotonic second at which it ends.
        self.tokens: Bounded = Bounded()
        self.orders: Bounded = Bounded()
        self.answered: Bounded = Bounded()
        self.invoices: Bounded = Bounded()
        self.payouts: Bounded = Bounded()
        self.products: Bounded = Bounded()
        self.plans: Bounded = Bounded()
        self.subscriptions: Bounded = Bounded()
        self.disputes: Bounded = Bounded()

    def forget(self) -> None:
        """An empty PayPal; tokens stay good."""
        for kept in vars(self).values():
            if isinstance(kept, Bounded) and kept is not self.tokens:
                kept.clear()

    def is_valid(self, token: str) -> bool:
        return bool(self.tokens.get(token, 0) > time.monotonic())

    def capture_of(self, capture_id: str) -> tuple[Order, Capture] | None:
        for order in self.orders.values():
            for capture in order.captures:
                if capture.id == capture_id:
                    return order, capture
        return None

    def refund_of(self, refund_id: str) -> tuple[Order, Capture, Refund] | None:
        for order in self.orders.values():
            for capture in order.captures:
                for refund in capture.refunds:
                    if refund.id == refund_id:
                        return order, capture, refund
        return None


memory = Memory()
