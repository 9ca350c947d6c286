"""The books as a table: a line for each line of the chosen transactions."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from payments.models import LedgerEntry, LedgerTransaction
from tutorme.core import audit, spreadsheets
from tutorme.core.money import Money

_CHUNK = 2000


def begin(*, chosen: QuerySet[LedgerTransaction], actor: Any, asked: str) -> Iterator[str]:
    """A CSV line by line, the oldest transaction first, times in UTC. The trail keeps who took it
    and what they `asked` for: the query of the list it was taken from."""
    audit.record("ledger.exported", target=actor, actor_id=actor.pk, after={"asked": asked[:500]})
    head = (
        *(_("Transaction"), _("Time (UTC)"), _("Kind"), _("Reference"), _("Order"), _("Memo")),
        *(_("Account"), _("Owner"), _("Amount"), _("Currency"), _("Place in the chain")),
    )
    return spreadsheets.lines(head, _rows(chosen))


def _rows(chosen: QuerySet[LedgerTransaction]) -> Iterator[tuple[Any, ...]]:
    """Ids of transactions rise with time."""
    entries = LedgerEntry.objects.filter(transaction__in=chosen.order_by().values("pk"))
    rows = entries.select_related("transaction__seal", "account").order_by("transaction_id", "pk")
    for row in rows.iterator(chunk_size=_CHUNK):
        of = row.transaction
        seal = getattr(of, "seal", None)
        yield (
            *(of.pk, f"{of.created_at:%Y-%m-%d %H:%M:%S}", of.kind, of.reference),
            *(of.order_id or "", of.memo, row.account.kind, row.account.owner_id or ""),
            *(Decimal(Money(row.amount_minor, of.currency).amount), of.currency),
            seal.sequence if seal else "",
        )
