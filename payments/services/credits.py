"""Credit: bought, granted, given back; set aside while an order is open, spent when it is paid.

A person's balance is their ledger account; the lots beside it say which part ends when. Lots are
taken in the order they end.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from payments.errors import BalanceTooLow, SecondPersonNeeded
from payments.events import CreditEnding
from payments.models import CreditLot, CreditPack, CreditUse, LedgerAccount, Order
from payments.sellers import Terms
from payments.services import ledger
from payments.services.ledger import Kind, Line
from tutorme.core import audit, outbox
from tutorme.core.ids import uuid7
from tutorme.core.money import Money

Use = CreditUse.State
Source = CreditLot.Source
_RULE = _("Credit you have not spent goes back for what you paid for it.")


def spendable(owner_id: UUID, currency: str) -> Money:
    found = _live(owner_id, currency).aggregate(total=Sum("left_minor"))
    return Money(int(found["total"] or 0), currency)


def _live(owner_id: UUID, currency: str) -> Any:
    still = Q(expires_at=None) | Q(expires_at__gt=Now())
    lots = CreditLot.objects.filter(still, owner_id=owner_id, currency=currency, left_minor__gt=0)
    return lots.order_by(F("expires_at").asc(nulls_last=True), "pk")


def add(
    *,
    owner_id: UUID,
    amount: Money,
    source: CreditLot.Source,
    reference: str,
    expires_at: datetime | None = None,
    reason: str = "",
    granted_by_id: UUID | None = None,
) -> CreditLot:
    """The lot alone; the caller posts where the money came from."""
    return CreditLot.objects.create(
        owner_id=owner_id,
        currency=amount.currency,
        amount_minor=amount.minor,
        left_minor=amount.minor,
        source=source,
        reference=reference,
        reason=reason[:200],
        granted_by_id=granted_by_id,
        expires_at=expires_at,
    )


def grant(
    *, owner: Any, amount: Money, reason: str, actor: Any, key: str, days: int | None = None
) -> CreditLot:
    """An admin's gift, once by `key`; the house pays for it. Nobody gives to themselves."""
    if owner.pk == actor.pk:
        raise SecondPersonNeeded
    reference = f"grant:{hashlib.sha256(key.encode()).hexdigest()[:40]}"
    with transaction.atomic():
        known = CreditLot.objects.filter(reference=reference).first()
        if known:
            return known
        ends = Now() + timedelta(days=days) if days else None
        lot = add(
            owner_id=owner.pk,
            amount=amount,
            source=Source.GRANTED,
            reference=reference,
            expires_at=ends,  # type: ignore[arg-type]  # the database's clock decides
            reason=reason,
            granted_by_id=actor.pk,
        )
        audit.record(
            "credit.granted",
            target=lot,
            actor_id=actor.pk,
            after=amount.as_json(),
            reason=reason,
        )
        ledger.post(
            kind="credit_grant",
            reference=str(lot.pk),
            currency=amount.currency,
            lines=[Line(Kind.PROMOTIONS, -amount.minor), _credits(owner.pk, amount.minor)],
            memo=reason,
        )
    lot.refresh_from_db()
    return lot


def compensate(*, owner_id: UUID, amount: Money, reason: str, key: str) -> CreditLot:
    """The house's apology, once by `key`. The caller holds the transaction."""
    reference = f"sorry:{hashlib.sha256(key.encode()).hexdigest()[:40]}"
    known = CreditLot.objects.filter(reference=reference).first()
    if known:
        return known
    lot = add(
        owner_id=owner_id,
        amount=amount,
        source=Source.GRANTED,
        reference=reference,
        reason=reason,
    )
    audit.record("credit.granted", target=lot, after=amount.as_json(), reason=reason)
    ledger.post(
        kind="credit_grant",
        reference=str(lot.pk),
        currency=amount.currency,
        lines=[Line(Kind.PROMOTIONS, -amount.minor), _credits(owner_id, amount.minor)],
        memo=reason,
    )
    return lot


def _credits(owner_id: UUID, minor: int) -> Line:
    return Line(Kind.CREDITS, minor, owner_id)


def balances(owner_id: UUID) -> QuerySet[LedgerAccount]:
    """One for each currency in which there is credit."""
    mine = LedgerAccount.objects.filter(kind=Kind.CREDITS, owner_id=owner_id)
    return mine.exclude(balance_minor=0).order_by("currency")


def hand_over(*, giver_id: UUID, taker_id: UUID) -> None:
    """All there is, where two accounts become one and the lots have changed hands already. The
    caller holds the transaction."""
    for row in balances(giver_id):
        ledger.post(
            kind="credit_moved",
            reference=str(uuid7()),
            currency=row.currency,
            lines=[_credits(giver_id, -row.balance_minor), _credits(taker_id, row.balance_minor)],
            memo="two accounts became one",
        )


def hold(order: Order) -> None:
    """Sets the order's credit aside; `BalanceTooLow` where others spent it meanwhile."""
    if not order.credit_minor:
        return
    wanted = order.credit_minor
    for lot in _live(order.buyer_id, order.currency):
        taken = min(wanted, lot.left_minor)
        if taken and _take(lot.pk, taken):
            CreditUse.objects.create(order=order, lot=lot, amount_minor=taken)
            wanted -= taken
    if wanted:
        raise BalanceTooLow
    _post_hold(order, "credit_held", order.credit_minor)


def _take(lot_id: UUID, minor: int) -> bool:
    """Only while it is there: two who saw the same lot do not both get it."""
    lot = CreditLot.objects.filter(pk=lot_id, left_minor__gte=minor)
    return bool(lot.update(left_minor=F("left_minor") - minor))


def _post_hold(order: Order, kind: str, minor: int) -> None:
    times = order.postings.filter(kind=kind).count()
    ledger.post(
        kind=kind,
        reference=f"{order.pk}:{times}",
        currency=order.currency,
        order=order,
        lines=[_credits(order.buyer_id, -minor), Line(Kind.CREDIT_HOLD, minor, order.buyer_id)],
    )


def give_back(order: Order) -> None:
    """An order that ended unpaid: each part back to its lot. The caller holds the order's lock."""
    uses = list(order.credit_uses.filter(state=Use.HELD))
    for row in uses:
        CreditLot.objects.filter(pk=row.lot_id).update(
            left_minor=F("left_minor") + row.amount_minor
        )
    order.credit_uses.filter(state=Use.HELD).update(state=Use.RELEASED)
    if uses:
        _post_hold(order, "credit_released", -sum(row.amount_minor for row in uses))


def spend(order: Order) -> int:
    """The order is paid: what was set aside is gone. Returns what was still set aside: less than
    the order's credit where it had ended and its money came all the same."""
    held = order.credit_uses.filter(state=Use.HELD)
    total = int(held.aggregate(total=Sum("amount_minor"))["total"] or 0)
    held.update(state=Use.SPENT)
    return total


def bought(order: Order) -> list[Line]:
    """Fills a paid order of kind `credit`; returns the lines that say so. What the pack is worth
    above its price is the house's gift."""
    pack = CreditPack.objects.get(pk=order.target_id)
    ends = Now() + timedelta(days=pack.valid_days) if pack.valid_days else None
    add(
        owner_id=order.buyer_id,
        amount=pack.amount,
        source=Source.BOUGHT,
        reference=f"order:{order.pk}",
        expires_at=ends,  # type: ignore[arg-type]
        reason=order.description,
    )
    gift = pack.amount_minor - order.total.minor
    return [_credits(order.buyer_id, pack.amount_minor), Line(Kind.PROMOTIONS, -gift)]


def unbought(order: Order, minor: int) -> list[Line]:
    """Takes back what a refund of a credit order paid for. What was spent already the house
    bears: `terms` keeps our own refunds from getting there."""
    lot = CreditLot.objects.select_for_update().get(reference=f"order:{order.pk}")
    worth = lot.amount_minor * minor // order.total.minor
    taken = min(worth, lot.left_minor)
    CreditLot.objects.filter(pk=lot.pk).update(left_minor=F("left_minor") - taken)
    return [_credits(order.buyer_id, -taken), Line(Kind.PROMOTIONS, taken - minor)]


def terms(order: Order, now: datetime) -> Terms:
    """Credit that was not spent goes back for what was paid for it, within the site's days."""
    until = order.captured_at + settings.REFUND_WINDOW if order.captured_at else now
    lot = CreditLot.objects.get(reference=f"order:{order.pk}")
    worth = order.total.minor * lot.left_minor // lot.amount_minor
    left = min(worth, order.total.minor - order.refunded_minor)
    return Terms(left if now < until else 0, until, str(_RULE))


def returned(*, owner_id: UUID, amount: Money, reference: str, reason: str) -> Line:
    """A refund that comes back as credit, in a lot of its own."""
    add(
        owner_id=owner_id,
        amount=amount,
        source=Source.REFUNDED,
        reference=f"refund:{reference}",
        reason=reason,
    )
    return _credits(owner_id, amount.minor)


def expire_due(*, limit: int = 500) -> int:
    due = CreditLot.objects.filter(expires_at__lte=Now(), left_minor__gt=0).order_by("pk")
    return sum(_expire(lot_id) for lot_id in list(due.values_list("pk", flat=True)[:limit]))


def _expire(lot_id: UUID) -> bool:
    with transaction.atomic():
        lot = CreditLot.objects.select_for_update(of=("self",), no_key=True).get(pk=lot_id)
        if not lot.left_minor:
            return False
        times = lot.uses.filter(state=Use.RELEASED).count()
        left = lot.left_minor
        CreditLot.objects.filter(pk=lot_id).update(left_minor=0)
        # What was a gift goes back to where gifts come from; what was bought stays the house's.
        home = Kind.PROMOTIONS if lot.source == Source.GRANTED else Kind.PLATFORM_FEE
        ledger.post(
            kind="credit_expired",
            reference=f"{lot.pk}:{times}",
            currency=lot.currency,
            lines=[_credits(lot.owner_id, -left), Line(home, left)],
        )
    return True


def warn_of_endings(*, limit: int = 500) -> int:
    """Tells each owner once, a week before credit ends."""
    soon = Now() + settings.CREDIT_WARNING
    due = CreditLot.objects.filter(
        expires_at__lte=soon, expires_at__gt=Now(), left_minor__gt=0, warned_at=None
    ).order_by("pk")
    return sum(_warn(lot) for lot in list(due[:limit]))


def _warn(lot: CreditLot) -> bool:
    with transaction.atomic():
        won = CreditLot.objects.filter(pk=lot.pk, warned_at=None).update(warned_at=Now())
        if won:
            outbox.record(
                CreditEnding(
                    lot_id=lot.pk,
                    user_id=lot.owner_id,
                    amount_minor=lot.left_minor,
                    currency=lot.currency,
                ),
                key=f"credit.ending:{lot.pk}",
            )
    return bool(won)
