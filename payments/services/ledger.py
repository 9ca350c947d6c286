"""The books: posting, sealing. The rules (balanced, append-only, one currency) are the database's.

Lock order: accounts by id, last of all; so a posting comes at the end of what it belongs to.
"""

import hashlib
import json
import secrets
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q

from payments.errors import BalanceTooLow
from payments.models import (
    LedgerAccount,
    LedgerEntry,
    LedgerSeal,
    LedgerTransaction,
    LedgerUnsealed,
    Order,
)
from tutorme.core.money import Money
from tutorme.core.transactions import constraints

Kind = LedgerAccount.Kind
# Busy accounts of the house; a person's own are one row each.
SHARDS = 8
_SEALER = 0x6C65646765720001
GENESIS = "0" * 64


@dataclass(frozen=True)
class Line:
    """`minor` more (or less) on somebody's account; owner None is the house."""

    kind: LedgerAccount.Kind
    minor: int
    owner_id: UUID | None = None
    # Refuses to go below zero even where the account as such may.
    covered: bool = False


def post(
    *,
    kind: str,
    reference: str,
    currency: str,
    lines: Iterable[Line],
    order: Order | None = None,
    memo: str = "",
) -> bool:
    """Writes one transaction, once by (kind, reference); False where it already was, or where
    there is nothing to say. The caller holds the database transaction in which the thing happens.
    Raises `BalanceTooLow` where an account would owe what it must not."""
    amounts = _merged(lines)
    if not amounts:
        return False
    row = LedgerTransaction(
        kind=kind, reference=reference, currency=currency, order=order, memo=memo[:200]
    )
    LedgerTransaction.objects.bulk_create([row], ignore_conflicts=True)
    if not LedgerTransaction.objects.filter(pk=row.pk).exists():
        return False
    accounts = _accounts([line for line, _minor in amounts], currency)
    LedgerEntry.objects.bulk_create(
        LedgerEntry(transaction=row, account_id=accounts[_place(line)], amount_minor=minor)
        for line, minor in amounts
    )
    LedgerUnsealed.objects.create(transaction=row)
    _move_balances([(accounts[_place(line)], line, minor) for line, minor in amounts])
    return True


def _merged(lines: Iterable[Line]) -> list[tuple[Line, int]]:
    totals: dict[tuple[str, UUID | None], int] = defaultdict(int)
    first: dict[tuple[str, UUID | None], Line] = {}
    for line in lines:
        totals[_place(line)] += line.minor
        first.setdefault(_place(line), line)
    return [(first[place], minor) for place, minor in totals.items() if minor]


def _place(line: Line) -> tuple[str, UUID | None]:
    return str(line.kind), line.owner_id


def _accounts(lines: list[Line], currency: str) -> dict[tuple[str, UUID | None], int]:
    """The account of each line, opened where it is the first."""
    shard = secrets.randbelow(SHARDS)
    wanted = [
        LedgerAccount(
            kind=line.kind,
            owner_id=line.owner_id,
            currency=currency,
            shard=0 if line.owner_id else shard,
        )
        for line in lines
    ]
    found = _found(wanted)
    if len(found) < len(wanted):
        LedgerAccount.objects.bulk_create(
            sorted(wanted, key=lambda row: (row.kind, str(row.owner_id))), ignore_conflicts=True
        )
        found = _found(wanted)
    return found


def _found(wanted: list[LedgerAccount]) -> dict[tuple[str, UUID | None], int]:
    which = Q()
    for row in wanted:
        which |= Q(kind=row.kind, owner_id=row.owner_id, currency=row.currency, shard=row.shard)
    rows = LedgerAccount.objects.filter(which).values_list("kind", "owner_id", "pk")
    return {(kind, owner_id): pk for kind, owner_id, pk in rows}


def _move_balances(moves: list[tuple[int, Line, int]]) -> None:
    """In the order of ids, so that two postings never wait for each other in a ring."""
    with constraints({"ledger_account_covered": BalanceTooLow}):
        for account_id, line, minor in sorted(moves, key=lambda move: move[0]):
            account = LedgerAccount.objects.filter(pk=account_id)
            if line.covered and minor < 0:
                account = account.filter(balance_minor__gte=-minor)
            if not account.update(balance_minor=F("balance_minor") + minor):
                raise BalanceTooLow


def balance(kind: LedgerAccount.Kind, owner_id: UUID | None, currency: str) -> Money:
    rows = LedgerAccount.objects.filter(kind=kind, owner_id=owner_id, currency=currency)
    return Money(sum(rows.values_list("balance_minor", flat=True)), currency)


# The chain --------------------------------------------------------------------------------------


def seal(*, limit: int = 2000) -> int:
    """Links committed transactions to the chain, in one order, by one sealer at a time; returns how
    many. Another sealer at work: 0, and nothing is lost."""
    with transaction.atomic():
        if not _alone():
            return 0
        last = LedgerSeal.objects.order_by("-sequence").first()
        waiting = LedgerUnsealed.objects.order_by("pk").values_list("pk", flat=True)
        ids = list(waiting[:limit])
        links = _links(ids, last)
        LedgerSeal.objects.bulk_create(links)
        LedgerUnsealed.objects.filter(pk__in=ids).delete()
    return len(links)


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEALER])
        return bool(cursor.fetchone()[0])


def _links(ids: list[UUID], last: LedgerSeal | None) -> list[LedgerSeal]:
    sequence, previous = (last.sequence, last.digest) if last else (0, GENESIS)
    texts = contents(ids)
    links = []
    for pk in ids:
        sequence += 1
        link = digest(sequence, previous, texts[pk])
        links.append(
            LedgerSeal(sequence=sequence, transaction_id=pk, previous=previous, digest=link)
        )
        previous = link
    return links


def contents(ids: list[UUID]) -> dict[UUID, list[object]]:
    """What of each transaction the chain vouches for: all of it, with whose accounts it moved."""
    lines: dict[UUID, list[object]] = defaultdict(list)
    entries = LedgerEntry.objects.filter(transaction_id__in=ids).order_by("pk")
    for row in entries.values_list(
        "transaction_id", "pk", "account__kind", "account__owner_id", "account__shard",
        "amount_minor",
    ):  # fmt: skip
        lines[row[0]].append([row[1], row[2], str(row[3] or ""), row[4], row[5]])
    rows = LedgerTransaction.objects.filter(pk__in=ids)
    return {row.pk: [*_facts(row), lines[row.pk]] for row in rows}


def _facts(row: LedgerTransaction) -> list[object]:
    made_at = row.created_at.astimezone(UTC).isoformat(timespec="microseconds")
    order = str(row.order_id or "")
    return [str(row.pk), row.kind, row.reference, row.currency, order, row.memo, made_at]


def digest(sequence: int, previous: str, content: list[object]) -> str:
    text = json.dumps([sequence, previous, content], separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
