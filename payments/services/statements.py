"""What a seller earned, from the ledger: balances, what is on its way, lines of a month, weeks.

Reads only. A line is what one transaction did to all of the seller's accounts together, so moves
from pending to available are none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncWeek
from django.utils import timezone

from payments.models import Earning, LedgerAccount, LedgerEntry, LedgerTransaction
from payments.services.ledger import Kind
from payments.services.settlement import FREE_END
from tutorme.core.money import Money

_MINE = (Kind.ESCROW, Kind.TUTOR_PENDING, Kind.TUTOR_AVAILABLE)
_EARNED = ("sale", "refund", FREE_END)
WEEKS = 12


@dataclass(frozen=True)
class Balances:
    currency: str
    escrow: Money
    pending: Money
    available: Money
    in_transit: Money


@dataclass(frozen=True)
class StatementLine:
    """gross − tax − commission = net; of other lines than sales only the net is known."""

    at: datetime
    kind: str
    what: str
    reference: str
    gross: Money | None
    commission: Money | None
    tax: Money | None
    net: Money


@dataclass(frozen=True)
class Statement:
    month: date
    currency: str
    opening: Money
    closing: Money
    lines: Sequence[StatementLine]

    @property
    def earned(self) -> Money:
        return self._of(_EARNED)

    @property
    def paid_out(self) -> Money:
        rest = [line.net.minor for line in self.lines if line.kind not in _EARNED]
        return -Money(sum(rest), self.currency)

    def _of(self, kinds: Sequence[str]) -> Money:
        return Money(
            sum(line.net.minor for line in self.lines if line.kind in kinds), self.currency
        )


def balances(user_id: UUID) -> list[Balances]:
    """One per currency the seller ever earned in."""
    wanted = (*_MINE, Kind.PAYOUT_TRANSIT)
    rows = LedgerAccount.objects.filter(owner_id=user_id, kind__in=wanted)
    held: dict[str, dict[str, int]] = {}
    for row in rows.order_by("currency").values("currency", "kind", "balance_minor"):
        held.setdefault(row["currency"], {})[row["kind"]] = row["balance_minor"]
    return [_balances(currency, found) for currency, found in held.items()]


def _balances(currency: str, found: dict[str, int]) -> Balances:
    def of(kind: Kind) -> Money:
        return Money(found.get(kind, 0), currency)

    return Balances(
        currency,
        of(Kind.ESCROW),
        of(Kind.TUTOR_PENDING),
        of(Kind.TUTOR_AVAILABLE),
        of(Kind.PAYOUT_TRANSIT),
    )


def on_its_way(user_id: UUID, currency: str) -> QuerySet[Earning]:
    """Shares that are not available yet, the next to become so first."""
    rows = Earning.objects.filter(payee_id=user_id, currency=currency)
    waiting = rows.exclude(state=Earning.State.AVAILABLE).select_related("order")
    return waiting.order_by("available_at", "pk")


def month_of(text: str) -> date:
    """`2026-11` as its first day; ValueError otherwise."""
    found = datetime.strptime(f"{text}-01", "%Y-%m-%d").date()  # noqa: DTZ007  a day has no zone
    if not 2000 <= found.year <= 2100:
        raise ValueError(text)
    return found


def next_month(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def months(user_id: UUID, zone: str) -> list[date]:
    """Months with anything in them, the latest first."""
    entries = _entries(user_id).order_by("transaction__created_at")
    first = entries.values_list("transaction__created_at", flat=True).first()
    if first is None:
        return []
    month = timezone.localtime(first, ZoneInfo(zone)).date().replace(day=1)
    last = timezone.localtime(None, ZoneInfo(zone)).date()
    found = []
    while month <= last:
        found.append(month)
        month = next_month(month)
    return found[::-1]


def _entries(user_id: UUID, currency: str | None = None) -> QuerySet[LedgerEntry]:
    rows = LedgerEntry.objects.filter(account__owner_id=user_id, account__kind__in=_MINE)
    return rows.filter(account__currency=currency) if currency else rows


def statement(user_id: UUID, currency: str, month: date, zone: str) -> Statement:
    """The month by the seller's own calendar."""
    start, end = _instant(month, zone), _instant(next_month(month), zone)
    entries = _entries(user_id, currency)
    before = entries.filter(transaction__created_at__lt=start).aggregate(s=Sum("amount_minor"))
    opening = Money(int(before["s"] or 0), currency)
    lines = _lines(
        entries.filter(transaction__created_at__gte=start, transaction__created_at__lt=end),
        currency,
    )
    closing = Money(opening.minor + sum(line.net.minor for line in lines), currency)
    return Statement(month, currency, opening, closing, lines)


def _instant(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(zone))


def latest(user_id: UUID, currency: str, *, limit: int = 10) -> list[StatementLine]:
    """The last lines, newest first."""
    recent = _lines(_entries(user_id, currency), currency, newest=limit)
    return recent[::-1]


def _lines(
    entries: QuerySet[LedgerEntry], currency: str, *, newest: int | None = None
) -> list[StatementLine]:
    sums = entries.values("transaction_id").annotate(net=Sum("amount_minor")).exclude(net=0)
    ordered = sums.order_by("-transaction__created_at", "-transaction_id")
    nets = {row["transaction_id"]: row["net"] for row in (ordered[:newest] if newest else ordered)}
    rows = LedgerTransaction.objects.filter(pk__in=nets).select_related("order")
    return [_line(row, Money(nets[row.pk], currency)) for row in rows.order_by("created_at", "pk")]


def _line(row: LedgerTransaction, net: Money) -> StatementLine:
    gross = commission = tax = None
    order = row.order
    if row.kind == "sale" and order is not None:
        gross = Money(order.total.minor + order.promoted_minor, net.currency)
        tax = order.tax
        commission = gross - tax - net
    return StatementLine(
        at=row.created_at,
        kind=row.kind,
        what=order.description if order else row.memo,
        reference=str(order.pk) if order else row.reference,
        gross=gross,
        commission=commission,
        tax=tax,
        net=net,
    )


def weeks(user_id: UUID, currency: str, zone: str) -> list[tuple[date, Money]]:
    """What was earned in each of the last weeks, this one last; weeks begin on Monday."""
    today = timezone.localtime(None, ZoneInfo(zone)).date()
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=WEEKS - 1)
    rows = _entries(user_id, currency).filter(
        transaction__kind__in=_EARNED, transaction__created_at__gte=_instant(first, zone)
    )
    week = TruncWeek("transaction__created_at", tzinfo=ZoneInfo(zone))
    sums = rows.annotate(week=week).values("week").annotate(net=Sum("amount_minor"))
    found: dict[Any, int] = {row["week"].date(): row["net"] for row in sums.order_by()}
    days = [first + timedelta(weeks=n) for n in range(WEEKS)]
    return [(day, Money(found.get(day, 0), currency)) for day in days]
