"""What was sold, in figures."""

from collections.abc import Iterator

from django.db.models import Count, Sum

from payments.models import LedgerAccount, Order
from tutorme.core.metrics import Figure, figures


@figures
def payments() -> Iterator[Figure]:
    told = "Orders by state; captured and what came after were paid."
    for row in Order.objects.order_by().values("state", "kind").annotate(count=Count("pk")):
        labels = {"state": row["state"], "kind": row["kind"]}
        yield Figure("tutorme_payments_processed", told, row["count"], **labels)


@figures
def books() -> Iterator[Figure]:
    told = "Balance of the books' headings, minor units; minus is where money came from."
    rows = LedgerAccount.objects.order_by().values("kind", "currency")
    for row in rows.annotate(total=Sum("balance_minor")):
        labels = {"account": row["kind"], "currency": row["currency"]}
        yield Figure("tutorme_ledger_balance_minor", told, row["total"], **labels)
