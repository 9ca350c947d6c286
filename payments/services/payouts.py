"""Payouts, from somebody's balance to an approved batch. `sending` takes it to the provider.

Money leaves the balance when the item is written, in one UPDATE that refuses to overdraw; so two
payouts never promise the same money. It comes back once where an item ends without being paid.
"""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from payments.errors import (
    BalanceTooLow,
    BelowPayoutMinimum,
    NotWaiting,
    PayoutMethodMissing,
    SecondPersonNeeded,
)
from payments.events import PayoutAddressChanged, PayoutProposed, PayoutRejected
from payments.models import (
    LedgerAccount,
    PayoutApproval,
    PayoutBatch,
    PayoutItem,
    PayoutMethod,
)
from payments.services import ledger
from payments.services.ledger import Kind, Line
from tutorme.core import audit, jobs, outbox
from tutorme.core.money import Money

State = PayoutBatch.State
SEND = "payments.send_payout"


# The address --------------------------------------------------------------------------------------


def set_method(*, user: Any, email: str) -> PayoutMethod:
    """Who calls has made sure that it is the user. A first address can be used at once, a changed
    one after the cool-down; the user is told either way."""
    address = email.strip().lower()
    with transaction.atomic():
        row = PayoutMethod.objects.select_for_update().filter(user_id=user.pk).first()
        if row and row.email == address:
            return row
        wait = settings.PAYOUT_COOL_DOWN if row else timedelta(0)
        facts = {"email": address, "usable_from": Now() + wait, "changed_at": Now()}
        made, _new = PayoutMethod.objects.update_or_create(user_id=user.pk, defaults=facts)
        audit.record(
            "payout_method.changed",
            target=made,
            actor_id=user.pk,
            before={"email": row.email} if row else None,
            after={"email": address},
        )
        outbox.record(PayoutAddressChanged(user_id=user.pk, email=address))
    made.refresh_from_db()
    return made


def method_of(user_id: UUID) -> PayoutMethod:
    """The address that may be used now; `PayoutMethodMissing` where there is none."""
    row = PayoutMethod.objects.filter(user_id=user_id, usable_from__lte=Now()).first()
    if row is None:
        raise PayoutMethodMissing
    return row


def minimum(currency: str) -> Money:
    return Money(settings.PAYOUT_MINIMUM_MINOR, currency)


# Asking for one -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Owed:
    payee_id: UUID
    email: str
    amount: Money


def owed(*, currency: str | None = None, payee_id: UUID | None = None) -> list[Owed]:
    """Whom a payout could reach today, and with how much: a usable address, an active account, the
    minimum reached, and what was taken back taken off already."""
    ready = Q(
        owner__payout_method__usable_from__lte=Now(),
        owner__is_active=True,
        balance_minor__gte=settings.PAYOUT_MINIMUM_MINOR,
    )
    rows = LedgerAccount.objects.filter(ready, kind=Kind.TUTOR_AVAILABLE)
    if currency:
        rows = rows.filter(currency=currency)
    if payee_id:
        rows = rows.filter(owner_id=payee_id)
    found = rows.order_by("currency", "owner_id").values_list(
        "owner_id", "owner__payout_method__email", "balance_minor", "currency"
    )
    return [Owed(who, email, Money(minor, unit)) for who, email, minor, unit in found if who]


def request(*, user: Any, currency: str) -> PayoutBatch:
    """A seller asks for all that is available; a person approves it. Raises `BelowPayoutMinimum`,
    `PayoutMethodMissing`, or `BalanceTooLow` where it was paid out meanwhile."""
    method = method_of(user.pk)
    balance = ledger.balance(Kind.TUTOR_AVAILABLE, user.pk, currency)
    if balance < minimum(currency):
        raise BelowPayoutMinimum(minimum=minimum(currency).as_json())
    owing = [Owed(user.pk, method.email, balance)]
    return _draft(currency, owing, requested_by_id=user.pk, note="asked for by the payee")


def collect(
    *, actor: Any | None, note: str = "", payees: set[UUID] | None = None
) -> list[PayoutBatch]:
    """One draft per currency of all who are owed, or of these. `actor` None is the schedule. Safe
    beside itself: whose balance somebody else drafts at this moment is left to them."""
    found = [row for row in owed() if payees is None or row.payee_id in payees]
    asked_by = actor.pk if actor else None
    drafts = []
    for unit in sorted({row.amount.currency for row in found}):
        rows = [row for row in found if row.amount.currency == unit]
        with contextlib.suppress(BalanceTooLow):
            drafts.append(_draft(unit, rows, requested_by_id=asked_by, note=note))
    return drafts


@transaction.atomic
def _draft(
    currency: str, rows: Iterable[Owed], *, requested_by_id: UUID | None, note: str
) -> PayoutBatch:
    rows = list(rows)
    batch = PayoutBatch.objects.create(
        currency=currency,
        total_minor=sum(row.amount.minor for row in rows),
        requested_by_id=requested_by_id,
        note=note[:200],
    )
    # In one order, so that two collections wait for one another and do not deadlock.
    for row in sorted(rows, key=lambda one: str(one.payee_id)):
        item = PayoutItem.objects.create(
            batch=batch, payee_id=row.payee_id, amount_minor=row.amount.minor, email=row.email
        )
        ledger.post(
            kind="payout",
            reference=str(item.pk),
            currency=currency,
            lines=[
                Line(Kind.TUTOR_AVAILABLE, -item.amount_minor, row.payee_id, covered=True),
                Line(Kind.PAYOUT_TRANSIT, item.amount_minor, row.payee_id),
            ],
        )
    audit.record(
        "payout.requested",
        target=batch,
        actor_id=requested_by_id,
        after={**batch.total.as_json(), "payees": len(rows)},
    )
    outbox.record(
        PayoutProposed(batch.pk, batch.total_minor, currency),
        actor_id=requested_by_id,
        key=f"{PayoutProposed.name}:{batch.pk}",
    )
    return batch


# Deciding -----------------------------------------------------------------------------------------


def approvals_needed(batch: PayoutBatch) -> int:
    return 2 if batch.total_minor > settings.PAYOUT_TWO_PERSON_MINOR else 1


@transaction.atomic
def approve(*, batch_id: UUID, actor: Any) -> PayoutBatch:
    """One person's yes; the last one needed makes the batch `approved`. Never the requester's,
    never a payee's, nobody's twice."""
    batch = _waiting(batch_id)
    _not_concerned(batch, actor)
    if batch.approvals.filter(approved_by_id=actor.pk).exists():
        raise SecondPersonNeeded
    PayoutApproval.objects.create(batch=batch, approved_by_id=actor.pk)
    audit.record("payout.approved", target=batch, actor_id=actor.pk, after=batch.total.as_json())
    if batch.approvals.count() >= approvals_needed(batch):
        batch.state = State.APPROVED
        batch.save(update_fields=["state"])
        jobs.enqueue(SEND, key=f"payout:{batch.pk}", args={"batch_id": str(batch.pk)})
    return batch


@transaction.atomic
def reject(*, batch_id: UUID, actor: Any, reason: str) -> PayoutBatch:
    """The money goes back to the balances it came from, and each payee is told why. A payee may
    take back what they asked for themselves; otherwise as `approve`."""
    batch = _waiting(batch_id)
    if batch.requested_by_id != actor.pk:
        _not_concerned(batch, actor)
    for item in batch.items.order_by("payee_id"):
        give_back(item, PayoutItem.State.REJECTED, reason)
        if item.payee_id != actor.pk:
            _tell(item, batch, actor, reason)
    batch.state, batch.note = State.REJECTED, reason[:200]
    batch.save(update_fields=["state", "note"])
    PayoutBatch.objects.filter(pk=batch.pk).update(finished_at=Now())
    audit.record("payout.rejected", target=batch, actor_id=actor.pk, reason=reason)
    return batch


def _tell(item: PayoutItem, batch: PayoutBatch, actor: Any, reason: str) -> None:
    rejected = PayoutRejected(
        item_id=item.pk,
        user_id=item.payee_id,
        amount_minor=item.amount_minor,
        currency=batch.currency,
        reason=reason[:200],
    )
    outbox.record(rejected, actor_id=actor.pk, key=f"{PayoutRejected.name}:{item.pk}")


def _waiting(batch_id: UUID) -> PayoutBatch:
    batch = PayoutBatch.objects.select_for_update(of=("self",), no_key=True).get(pk=batch_id)
    if batch.state != State.DRAFT:
        raise NotWaiting
    return batch


def _not_concerned(batch: PayoutBatch, actor: Any) -> None:
    if batch.requested_by_id == actor.pk or batch.items.filter(payee_id=actor.pk).exists():
        raise SecondPersonNeeded


def give_back(item: PayoutItem, to: PayoutItem.State, reason: str) -> None:
    """An item ended without being paid: the money is available again, once. The caller holds the
    batch's lock."""
    item.state, item.failure = to, reason[:100]
    item.save(update_fields=["state", "failure"])
    PayoutItem.objects.filter(pk=item.pk).update(finished_at=Now())
    ledger.post(
        kind="payout_returned",
        reference=str(item.pk),
        currency=item.batch.currency,
        lines=[
            Line(Kind.PAYOUT_TRANSIT, -item.amount_minor, item.payee_id),
            Line(Kind.TUTOR_AVAILABLE, item.amount_minor, item.payee_id),
        ],
    )
