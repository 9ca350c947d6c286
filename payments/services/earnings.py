"""A seller's share on its way: escrow until delivered, pending while it can still be disputed,
then available. What upper apps call: `release`, `hold`, `lift`.

Lock order: the order's row, its earnings, ledger accounts.
"""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest, Now

from payments.models import Earning, Order
from payments.services import ledger
from payments.services.ledger import Kind, Line
from tutorme.core import audit

State = Earning.State
_ACCOUNT = {
    State.ESCROW: Kind.ESCROW,
    State.PENDING: Kind.TUTOR_PENDING,
    State.AVAILABLE: Kind.TUTOR_AVAILABLE,
}
# A refund takes what was not delivered first.
_FIRST_BACK = {State.ESCROW: 0, State.PENDING: 1, State.AVAILABLE: 2}


def open_for(order: Order) -> list[Line]:
    """The rows of a paid order's share, and the lines that fill their accounts."""
    if order.payee_id is None or not order.share_minor:
        return []
    state = State.ESCROW if order.in_escrow else State.PENDING
    ready = None if order.in_escrow else Now() + settings.REFUND_WINDOW
    each, extra = divmod(order.share_minor, order.units)
    Earning.objects.bulk_create(
        Earning(
            order=order,
            part=part,
            payee_id=order.payee_id,
            currency=order.currency,
            amount_minor=each + (part <= extra),
            state=state,
            available_at=ready,
        )
        for part in range(1, order.units + 1)
    )
    return [Line(_ACCOUNT[state], order.share_minor, order.payee_id)]


def _locked(order_id: UUID) -> list[Earning]:
    """All earnings of an order, under its lock."""
    Order.objects.select_for_update(of=("self",), no_key=True).get(pk=order_id)
    return list(Earning.objects.filter(order_id=order_id).order_by("part"))


@transaction.atomic
def release(order_id: UUID, *, part: int | None = None, after: timedelta | None = None) -> int:
    """Delivered: all of the order, or one part, leaves escrow and becomes available when the time
    for disputes (`after`, else the site's) has passed. Returns how many moved; again: 0."""
    wait = settings.DISPUTE_WINDOW if after is None else after
    rows = [
        row for row in _locked(order_id) if row.state == State.ESCROW and part in {None, row.part}
    ]
    for row in rows:
        _move(row, State.PENDING, "earning_released")
        Earning.objects.filter(pk=row.pk).update(available_at=Now() + wait)
    return len(rows)


@transaction.atomic
def await_again(order_id: UUID, *, part: int) -> int:
    """What was released for this part does not count after all: it waits in escrow again, for the
    next delivery or a refund. Returns how many moved. What was paid out already leaves the
    seller's balance below zero."""
    released = (State.PENDING, State.AVAILABLE)
    rows = [row for row in _locked(order_id) if row.part == part and row.state in released]
    for row in rows:
        _move(row, State.ESCROW, "earning_returned")
        Earning.objects.filter(pk=row.pk).update(available_at=None)
    return len(rows)


@transaction.atomic
def hold(order_id: UUID, *, reason: str, part: int | None = None) -> int:
    """A dispute: nothing of this order, or of this part of it, is paid out until `lift`. What was
    available already is pending again, which may leave the seller's balance below zero."""
    wanted = [row for row in _locked(order_id) if part in {None, row.part}]
    rows = [row for row in wanted if row.held_at is None]
    for row in rows:
        if row.state == State.AVAILABLE:
            _move(row, State.PENDING, "earning_frozen")
        Earning.objects.filter(pk=row.pk).update(held_at=Now(), held_for=reason[:100])
    return len(rows)


@transaction.atomic
def hold_by_hand(*, order_id: UUID, actor: Any, reason: str) -> int:
    """As `hold`, by a person, whose reason the trail keeps."""
    count = hold(order_id, reason=reason)
    if count:
        _trace("earnings.held", order_id, actor, reason)
    return count


@transaction.atomic
def lift_by_hand(*, order_id: UUID, actor: Any, reason: str) -> int:
    """As `lift`, by a person, whose reason the trail keeps."""
    count = lift(order_id)
    if count:
        _trace("earnings.let_go", order_id, actor, reason)
    return count


def _trace(action: str, order_id: UUID, actor: Any, reason: str) -> None:
    order = Order.objects.get(pk=order_id)
    audit.record(action, target=order, actor_id=actor.pk, reason=reason)


@transaction.atomic
def lift(order_id: UUID, *, part: int | None = None) -> int:
    """The dispute ended: earnings go on from where they were; what is overdue is next in line."""
    _locked(order_id)
    held = Earning.objects.filter(order_id=order_id).exclude(held_at=None)
    held = held if part is None else held.filter(part=part)
    return held.update(
        held_at=None, held_for="", available_at=Greatest(Coalesce(F("available_at"), Now()), Now())
    )


def _move(row: Earning, to: Earning.State, kind: str) -> None:
    """From account to account; the caller holds the order's lock."""
    source = _ACCOUNT[State(row.state)]
    Earning.objects.filter(pk=row.pk).update(state=to, moves=F("moves") + 1)
    ledger.post(
        kind=kind,
        reference=f"{row.pk}:{row.moves}",
        currency=row.currency,
        order=row.order,
        lines=[
            Line(source, -row.left_minor, row.payee_id),
            Line(_ACCOUNT[to], row.left_minor, row.payee_id),
        ],
    )


def mature(*, limit: int = 500) -> int:
    """The sweep: pending earnings whose time has come become available. Safe beside itself."""
    due = Earning.objects.filter(
        state=State.PENDING, held_at=None, available_at__lte=Now()
    ).order_by("available_at")
    rows = list(due.values_list("pk", "order_id")[:limit])
    return sum(_mature_one(earning_id, order_id) for earning_id, order_id in rows)


@transaction.atomic
def _mature_one(earning_id: UUID, order_id: UUID) -> bool:
    _locked(order_id)
    row = Earning.objects.filter(
        pk=earning_id, state=State.PENDING, held_at=None, available_at__lte=Now()
    ).first()
    if row is None:
        return False
    _move(row, State.AVAILABLE, "earning_available")
    return True


def reverse(order: Order, minor: int, *, awaited: Collection[UUID] = ()) -> list[Line]:
    """Takes this much of the seller's share back, what was not delivered first, and of that what
    nobody waits for (`awaited`, ids); returns the lines. The caller holds the order's lock."""

    def turn(row: Earning) -> tuple[int, bool, int]:
        return _FIRST_BACK[State(row.state)], row.pk in awaited, -row.part

    lines = []
    for row in sorted(order.earnings.all(), key=turn):
        taken = min(minor, row.left_minor)
        if taken:
            Earning.objects.filter(pk=row.pk).update(reversed_minor=F("reversed_minor") + taken)
            lines.append(Line(_ACCOUNT[State(row.state)], -taken, row.payee_id))
            minor -= taken
    assert not minor, "a share is never larger than its parts"
    return lines
