"""Money in figures, all of it from the ledger, so that reports and books cannot disagree."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from payments.models import LedgerEntry
from payments.services.ledger import Kind
from tutorme.core.reports import Asked, Line, Report, Unit, amounts, part, rows_by_step

_AT = "transaction__created_at"
_SELLERS = (Kind.ESCROW, Kind.TUTOR_PENDING, Kind.TUTOR_AVAILABLE)
# What is on its way is theirs still.
_THEIRS = (*_SELLERS, Kind.PAYOUT_TRANSIT)
_PAYOUTS = ("payout", "payout_paid", "payout_returned", "payout_came_back")


@part("earnings", Report.TEACHING, _("Earnings"), order=10)
def earnings(asked: Asked) -> Iterator[Line]:
    """What moves between a seller's own accounts adds up to nothing in each transaction."""
    mine = LedgerEntry.objects.filter(account__owner_id=asked.teacher, account__kind__in=_THEIRS)
    rows = _by_step(mine, asked, "transaction__kind")
    sales = [row for row in rows if row["transaction__kind"] == "sale"]
    out = [row for row in rows if row["transaction__kind"] in _PAYOUTS]
    rest = [row for row in rows if row not in sales and row not in out]
    yield from amounts("earnings.sales", _("Your share of sales"), sales)
    yield from amounts("earnings.returned", _("Given back or corrected"), rest)
    yield from amounts("earnings.paid_out", _("Paid out to you"), _turned(out))


@part("money", Report.BUSINESS, _("Money"), order=10)
def money(asked: Asked) -> Iterator[Line]:
    rows = _by_step(LedgerEntry.objects.all(), asked, "account__kind")

    def of(*kinds: Kind) -> list[dict[str, Any]]:
        return [row for row in rows if row["account__kind"] in kinds]

    yield from amounts("money.in", _("Came in"), _turned(of(Kind.STUDENT_CASH)))
    back = of(Kind.REFUNDS, Kind.CHARGEBACK)
    yield from amounts("money.back", _("Went back to buyers"), back, less_is_better=True)
    yield from amounts("money.out", _("Paid out to tutors"), of(Kind.PAID_OUT))
    yield from amounts("money.fee", _("Kept by the site"), of(Kind.PLATFORM_FEE))
    fees = of(Kind.PROCESSOR_FEE)
    yield from amounts("money.processor", _("Kept by the provider"), fees, less_is_better=True)
    given = _turned(of(Kind.PROMOTIONS))
    yield from amounts("money.promotions", _("Given by the site as credit"), given)
    yield from amounts("money.tax", _("Tax set aside"), of(Kind.TAX))
    yield from _held(asked)


def _held(asked: Asked) -> Iterator[Line]:
    """Balances when the period ends (now, while it runs)."""
    until = LedgerEntry.objects.filter((f"{_AT}__lt", asked.period.end))
    for key, label, kinds in (
        ("money.held", _("Held for tutors at the end"), _THEIRS),
        ("money.credit", _("Credit of students at the end"), (Kind.CREDITS, Kind.CREDIT_HOLD)),
    ):
        sums = until.filter(account__kind__in=kinds).order_by().values("account__currency")
        for row in sums.annotate(minor=Sum("amount_minor")).order_by("account__currency"):
            if row["minor"]:
                currency = row["account__currency"]
                yield Line(key, label, Unit.MONEY, row["minor"], currency=currency)


def _by_step(rows: QuerySet[LedgerEntry], asked: Asked, by: str) -> list[dict[str, Any]]:
    summed = rows_by_step(
        rows, _AT, asked.period, by, "account__currency", minor=Sum("amount_minor")
    )
    return [{**row, "currency": row["account__currency"]} for row in summed]


def _turned(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What left an account, as what came to the other."""
    return [{**row, "minor": -row["minor"]} for row in rows]
