"""Plans and subscriptions as PayPal would remember them, and the clock that bills them.

Time passes for one subscription at a time, by moving all that happened to it into the past: what
was due next month is then due now, and everybody else's clock stays right.
"""

import calendar
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.paypal.state import Refund, memory, new_id

RETRY_AFTER = timedelta(days=5)


def moment() -> datetime:
    return datetime.now(UTC)


def later(start: datetime, unit: str, count: int) -> datetime:
    if unit in {"DAY", "WEEK"}:
        return start + timedelta(days=count * (7 if unit == "WEEK" else 1))
    months = start.month - 1 + count * (12 if unit == "YEAR" else 1)
    year, month = start.year + months // 12, months % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return start.replace(year=year, month=month, day=min(start.day, last))


@dataclass
class Plan:
    asked: dict[str, Any]
    status: str = "ACTIVE"
    id: str = field(default_factory=lambda: f"P-{new_id(24)}")
    created_at: datetime = field(default_factory=moment)

    @property
    def cycle(self) -> dict[str, Any]:
        cycle: dict[str, Any] = self.asked["billing_cycles"][0]
        return cycle

    @property
    def price(self) -> Decimal:
        return Decimal(self.cycle["pricing_scheme"]["fixed_price"]["value"])

    @property
    def currency(self) -> str:
        return str(self.cycle["pricing_scheme"]["fixed_price"]["currency_code"])

    @property
    def threshold(self) -> int:
        return int(self.asked["payment_preferences"].get("payment_failure_threshold", 0))

    def after(self, start: datetime) -> datetime:
        every = self.cycle["frequency"]
        return later(start, every["interval_unit"], int(every.get("interval_count", 1)))


@dataclass
class Sale:
    value: Decimal
    currency: str
    paid_at: datetime
    status: str = "COMPLETED"
    id: str = field(default_factory=new_id)
    refunds: list[Refund] = field(default_factory=list)

    @property
    def left(self) -> Decimal:
        return self.value - sum((one.value for one in self.refunds), Decimal(0))

    def give_back(self, value: Decimal, note: str = "", custom_id: str = "") -> Refund:
        made = Refund(value, note, custom_id)
        self.refunds.append(made)
        self.status = "PARTIALLY_REFUNDED" if self.left else "REFUNDED"
        return made


@dataclass
class Subscription:
    plan_id: str
    start_at: datetime
    custom_id: str = ""
    return_url: str = ""
    cancel_url: str = ""
    status: str = "APPROVAL_PENDING"
    # How the payer's bank behaves when it is asked.
    bank: str = "pays"
    id: str = field(default_factory=lambda: f"I-{new_id(12)}")
    created_at: datetime = field(default_factory=moment)
    due_at: datetime | None = None
    retry_at: datetime | None = None
    failures: int = 0
    failed_at: datetime | None = None
    outstanding: Decimal = Decimal(0)
    sales: list[Sale] = field(default_factory=list)
    # A change the payer was asked about, and where to send them back from it.
    asked_plan_id: str = ""
    # One they agreed to: it begins with the next cycle.
    next_plan_id: str = ""

    @property
    def plan(self) -> Plan:
        plan: Plan = memory.plans[self.plan_id]
        return plan

    @property
    def next_at(self) -> datetime | None:
        """When the bank is asked next."""
        return (self.retry_at or self.due_at) if self.status == "ACTIVE" else None

    def shift(self, by: timedelta) -> None:
        self.start_at -= by
        self.created_at -= by
        for name in ("due_at", "retry_at", "failed_at"):
            at = getattr(self, name)
            setattr(self, name, at and at - by)
        for sale in self.sales:
            sale.paid_at -= by


Told = Callable[[str, Subscription, Sale | None], None]


def begin(row: Subscription, tell: Told) -> None:
    """The payer agreed."""
    row.status = "ACTIVE"
    row.start_at = max(row.start_at, moment())
    row.due_at = row.start_at
    tell("BILLING.SUBSCRIPTION.ACTIVATED", row, None)
    bill_what_is_due(row, tell)


def bill_what_is_due(row: Subscription, tell: Told) -> None:
    while row.next_at is not None and row.next_at <= moment():
        _bill(row, row.next_at, tell)


def _bill(row: Subscription, at: datetime, tell: Told) -> None:
    assert row.due_at is not None
    if row.retry_at is None and row.next_plan_id:
        row.plan_id, row.next_plan_id = row.next_plan_id, ""
    plan = row.plan
    if row.bank == "pays":
        sale = Sale(plan.price, plan.currency, at)
        row.sales.append(sale)
        row.due_at, row.retry_at = plan.after(row.due_at), None
        row.failures, row.outstanding = 0, Decimal(0)
        tell("PAYMENT.SALE.COMPLETED", row, sale)
        return
    row.failures, row.failed_at, row.outstanding = row.failures + 1, at, plan.price
    row.retry_at = at + RETRY_AFTER
    if 0 < plan.threshold <= row.failures:
        row.status, row.retry_at = "SUSPENDED", None
    tell("BILLING.SUBSCRIPTION.PAYMENT.FAILED", row, None)
    if row.status == "SUSPENDED":
        tell("BILLING.SUBSCRIPTION.SUSPENDED", row, None)


def pay_owed(row: Subscription, tell: Told) -> Sale:
    """The merchant asked for the outstanding balance and the bank pays: that cycle is paid."""
    sale = Sale(row.outstanding, row.plan.currency, moment())
    row.sales.append(sale)
    row.outstanding, row.failures, row.retry_at = Decimal(0), 0, None
    if row.due_at is not None:
        row.due_at = row.plan.after(row.due_at)
    tell("PAYMENT.SALE.COMPLETED", row, sale)
    return sale


def resume(row: Subscription, tell: Told) -> None:
    row.status = "ACTIVE"
    if row.due_at is not None:
        row.due_at = max(row.due_at, moment())
    tell("BILLING.SUBSCRIPTION.RE-ACTIVATED", row, None)
    bill_what_is_due(row, tell)


def sale_of(sale_id: str) -> tuple[Subscription, Sale] | None:
    for row in memory.subscriptions.values():
        for sale in row.sales:
            if sale.id == sale_id:
                return row, sale
    return None


def refund_of(refund_id: str) -> tuple[Subscription, Sale, Refund] | None:
    for row in memory.subscriptions.values():
        for sale in row.sales:
            for made in sale.refunds:
                if made.id == refund_id:
                    return row, sale, made
    return None
