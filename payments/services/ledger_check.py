"""Proof of the books: what the rows say against what the rules say. It changes none of them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from itertools import chain, islice
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Now

from payments.models import (
    PAID_STATES,
    CreditLot,
    Earning,
    LedgerAccount,
    LedgerEntry,
    LedgerSeal,
    LedgerTransaction,
    LedgerUnsealed,
    Order,
    PayoutItem,
    Refund,
    SubscriptionPeriod,
    SubscriptionRefund,
)
from payments.services import documents, ledger
from payments.services.ledger import Kind
from tutorme.core import jobs
from tutorme.core.ids import uuid7
from tutorme.core.models import Job

JOB = "payments.check_ledger"
_CHUNK = 2000
_MOST_NAMED = 20
_LATE = timedelta(minutes=5)


@dataclass
class Report:
    transactions: int = 0
    sealed: int = 0
    head: str = ""
    problems: list[str] = field(default_factory=list)
    balances: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        return {"ok": self.ok, **asdict(self)}


def check(*, expected_head: str = "") -> Report:
    """Everything: zero-sum, chain, cached balances, lots and earnings against their accounts, every
    fact posted once. `expected_head` is the head of an earlier check, kept elsewhere: a chain cut
    off behind it is noticed."""
    report = Report(transactions=LedgerTransaction.objects.count())
    for found in _books():
        report.problems += list(islice(found, _MOST_NAMED))
    report.problems += documents.gaps()
    _chain(report, expected_head)
    _balances(report)
    return report


def begin(*, owner_id: UUID) -> Job:
    """Proves them in the background; one that waits or runs is answered with itself."""
    with transaction.atomic():
        running = _checks().filter(state__in=("queued", "running")).first()
        return running or jobs.enqueue(JOB, key=f"check-ledger:{uuid7()}", owner_id=owner_id)


def last() -> Job | None:
    return _checks().first()


def _checks() -> QuerySet[Job]:
    return Job.objects.filter(kind=JOB).order_by("-created_at")


def wrong_in_the_books() -> Iterator[str]:
    """The sums of `check`, without walking the chain."""
    return chain.from_iterable(_books())


def _books() -> tuple[Iterator[str], ...]:
    return _unbalanced(), _caches(), _lots(), _earnings(), _facts(), _unsealed()


def _unbalanced() -> Iterator[str]:
    sums = LedgerTransaction.objects.annotate(
        total=Coalesce(Sum("entries__amount_minor"), 0), lines=Count("entries")
    )
    for row in sums.filter(~Q(total=0) | Q(lines__lt=2)):
        yield f"transaction {row.pk} ({row}) sums to {row.total} over {row.lines} lines"
    mixed = LedgerEntry.objects.exclude(account__currency=F("transaction__currency"))
    for pk in mixed.values_list("transaction_id", flat=True):
        yield f"transaction {pk} mixes currencies"


def _caches() -> Iterator[str]:
    sums = LedgerAccount.objects.annotate(total=Coalesce(Sum("entries__amount_minor"), 0)).exclude(
        total=F("balance_minor")
    )
    for row in sums:
        yield f"account {row.pk} ({row}) says {row.balance_minor}, its entries {row.total}"


def _lots() -> Iterator[str]:
    left = CreditLot.objects.values("owner", "currency").annotate(total=Sum("left_minor"))
    yield from _against([Kind.CREDITS], {(r["owner"], r["currency"]): r["total"] for r in left})


def _earnings() -> Iterator[str]:
    shares = Earning.objects.exclude(state=Earning.State.AVAILABLE)
    sums = shares.values("payee", "currency").annotate(
        total=Sum(F("amount_minor") - F("reversed_minor"))
    )
    wanted = {(row["payee"], row["currency"]): row["total"] for row in sums}
    yield from _against([Kind.ESCROW, Kind.TUTOR_PENDING], wanted)
    open_items = PayoutItem.objects.filter(finished_at=None)
    promised = open_items.values("payee", "batch__currency").annotate(total=Sum("amount_minor"))
    moving = {(row["payee"], row["batch__currency"]): row["total"] for row in promised}
    yield from _against([Kind.PAYOUT_TRANSIT], moving)


def _against(kinds: list[Kind], wanted: dict[tuple[Any, str], int]) -> Iterator[str]:
    accounts = LedgerAccount.objects.filter(kind__in=kinds).values("owner", "currency")
    sums = accounts.annotate(total=Sum("balance_minor"))
    held = {(row["owner"], row["currency"]): row["total"] for row in sums}
    for place in wanted.keys() | held.keys():
        if held.get(place, 0) != (wanted.get(place) or 0):
            yield f"{kinds[0]} of {place[0]}: {held.get(place, 0)}, not {wanted.get(place, 0)}"


def unposted_orders() -> QuerySet[Order]:
    """Paid, and not in the books."""
    sale = LedgerTransaction.objects.filter(kind="sale", order=OuterRef("pk"))
    paid = Order.objects.filter(state__in=PAID_STATES)
    return paid.filter(
        ~Exists(sale), Q(amount_minor__gt=0) | Q(credit_minor__gt=0) | Q(promoted_minor__gt=0)
    )


def _facts() -> Iterator[str]:
    periods = SubscriptionPeriod.objects.values_list("sale_id", flat=True)
    rows = LedgerTransaction.objects.filter(kind="subscription")
    for sale in set(periods) ^ set(rows.values_list("reference", flat=True)):
        yield f"the subscription's payment {sale} is a fact or in the books, not both"
    yield from _given_back()
    for order in unposted_orders():
        yield f"order {order.pk} was paid and is not in the books"
    refunds = Refund.objects.filter(state=Refund.State.COMPLETED)
    references = {str(pk) for pk in refunds.values_list("pk", flat=True)}
    posted = LedgerTransaction.objects.filter(kind="refund").values_list("reference", flat=True)
    for pk in references ^ set(posted):
        yield f"refund {pk} is a fact or in the books, not both"
    sales = LedgerTransaction.objects.filter(kind="sale").exclude(order__state__in=PAID_STATES)
    for row in sales:
        yield f"sale {row.reference} is in the books and its order was not paid"
    sums = Refund.objects.filter(state=Refund.State.COMPLETED, order=OuterRef("pk"))
    totals = sums.order_by().values("order").annotate(total=Sum("amount_minor")).values("total")
    drifted = Order.objects.annotate(went_back=Coalesce(totals[:1], 0)).exclude(
        went_back=F("refunded_minor")
    )
    for order in drifted:
        yield f"order {order.pk} says {order.refunded_minor} went back, not what its refunds say"


def _given_back() -> Iterator[str]:
    """What went back of each payment of a subscription."""
    posted: Counter[str] = Counter()
    rows = LedgerEntry.objects.filter(
        transaction__kind="subscription_refund",
        account__kind__in=(Kind.REFUNDS, Kind.CHARGEBACK),
    )
    for reference, minor in rows.values_list("transaction__reference", "amount_minor"):
        posted[reference.partition(":")[0]] += minor
    gone = SubscriptionPeriod.objects.filter(refunded_minor__gt=0)
    facts = dict(gone.values_list("sale_id", "refunded_minor"))
    for sale in posted.keys() | facts.keys():
        if posted[sale] != facts.get(sale, 0):
            yield f"of payment {sale} {facts.get(sale, 0)} went back, not {posted[sale]}"
    done = SubscriptionRefund.objects.filter(as_credit=True, state=Refund.State.COMPLETED)
    references = {str(pk) for pk in done.values_list("pk", flat=True)}
    credited = LedgerTransaction.objects.filter(kind="subscription_credit")
    for pk in references ^ set(credited.values_list("reference", flat=True)):
        yield f"credit for refund {pk} is a fact or in the books, not both"


def _unsealed() -> Iterator[str]:
    outside = LedgerTransaction.objects.filter(seal=None, unsealed=None)
    for row in outside:
        yield f"transaction {row.pk} ({row}) is outside the chain"
    late = LedgerUnsealed.objects.filter(transaction__created_at__lt=Now() - _LATE).count()
    if late:
        yield f"{late} transactions wait for their seal: is the sweep running?"


def _chain(report: Report, expected_head: str) -> None:
    previous, sequence, found = ledger.GENESIS, 0, not expected_head
    for links in _chunks():
        texts = ledger.contents([link.transaction_id for link in links])
        for link in links:
            sequence += 1
            content = texts[link.transaction_id]
            told = ledger.digest(sequence, previous, content)
            if (link.sequence, link.previous, link.digest) != (sequence, previous, told):
                report.problems.append(f"the chain breaks at {link.sequence} ({content[1]})")
                return
            previous = link.digest
            found = found or f"{sequence}:{previous}" == expected_head
    report.sealed, report.head = sequence, f"{sequence}:{previous}"
    if not found:
        report.problems.append(f"the head {expected_head} is not in the chain")


def _chunks() -> Iterator[list[LedgerSeal]]:
    links = LedgerSeal.objects.order_by("sequence")
    bounds = links.aggregate(first=Min("sequence"), last=Max("sequence"))
    start = bounds["first"]
    while start is not None and start <= bounds["last"]:
        yield list(links.filter(sequence__gte=start, sequence__lt=start + _CHUNK))
        start += _CHUNK


def _balances(report: Report) -> None:
    sums = LedgerAccount.objects.values("currency", "kind").annotate(total=Sum("balance_minor"))
    for row in sums.order_by("currency", "kind"):
        report.balances.setdefault(row["currency"], {})[row["kind"]] = row["total"]
