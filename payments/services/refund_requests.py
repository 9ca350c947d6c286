"""Giving back what one bought, by the terms of its seller: first shown, then asked for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from payments import sellers
from payments.errors import RefundNotAllowed
from payments.models import Order, Refund
from payments.services import packages, refunds, settlement, transitions
from payments.services.transitions import State
from tutorme.core.money import Money
from tutorme.core.transactions import outside_transaction


@dataclass(frozen=True)
class Preview:
    """What one would get back now, split as it would come."""

    amount: Money
    credit: Money
    money: Money
    until: datetime | None
    why: str


def preview(order: Order, *, as_credit: bool = False) -> Preview | None:
    """None where this cannot be given back by its buyer at all."""
    if order.state not in {State.CAPTURED, State.PARTIALLY_REFUNDED} or not order.total:
        return None
    terms = sellers.terms(order, timezone.now())
    if terms is None:
        return None
    left = refunds.left_of(order)
    amount = Money(max(0, min(terms.minor, left.minor)), order.currency)
    credit = refunds.credit_part(order, amount, as_credit=as_credit)
    return Preview(amount, credit, amount - credit, terms.until, terms.why)


@outside_transaction
def ask(*, order: Order, buyer: Any, reason: str, as_credit: bool = False) -> Refund:
    """What `preview` says, for sure: the terms are looked at again under the order's lock. Raises
    `RefundNotAllowed` where nothing is left to get. No second person is asked: the terms are."""
    with transaction.atomic():
        locked = transitions.locked(order.pk)
        is_package = locked.kind == settlement.PACKAGE
        if is_package:
            # A unit used between the count and the end would be used and paid back.
            packages.lock(locked)
        found = preview(locked, as_credit=as_credit)
        if found is None or not found.amount:
            raise RefundNotAllowed
        row = refunds.intend(
            locked,
            found.amount,
            note=reason,
            actor_id=buyer.pk,
            origin=Refund.Origin.BUYER,
            as_credit=as_credit,
        )
        if is_package:
            # The same of one used while the provider is asked.
            packages.close(locked, by_id=buyer.pk)
    return refunds.carry_out(row.pk)
