"""Ending a package one sold: its buyer loses nothing by it. Units that were used, or are taken for
a lesson to come, count at their part of what was paid; all the rest comes back.

Lock order: the order's row, the package's row, its refunds.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from payments.errors import PackageOver, PackageUnsettled
from payments.events import PackageEnded
from payments.models import Order, Package, PackageOffer, PackageUse, Refund
from payments.services import packages, refunds, settlement, transitions
from tutorme.core import audit, jobs, outbox
from tutorme.core.errors import DomainError, NotFound
from tutorme.core.money import Money
from tutorme.core.transactions import outside_transaction

CARRY_OUT = "payments.carry_out_refund"
# Stands on the bill and at the provider, who is not told the reason.
_NOTE = "the seller ended the package"
_OPEN = (Refund.State.PROPOSED, Refund.State.REQUESTED, Refund.State.PENDING)


@dataclass(frozen=True)
class Ending:
    """What ending it now would mean. `booked` of the `used` units are for what is still to come;
    `kept` is what the used ones count at. `refusal` where it cannot be ended."""

    used: int
    booked: int
    left: int
    kept: Money
    amount: Money
    credit: Money
    money: Money
    refusal: type[DomainError] | None


def preview(package: Package) -> Ending:
    order = package.order
    kept = Money(packages.paid_for(package, package.used), order.currency)
    amount = min(order.total - kept, refunds.left_of(order), key=lambda money: money.minor)
    credit = refunds.credit_part(order, amount)
    return Ending(
        used=package.used,
        booked=package.uses.filter(state=PackageUse.State.TAKEN).count(),
        left=package.left,
        kept=kept,
        amount=amount,
        credit=credit,
        money=amount - credit,
        refusal=_refusal(package),
    )


def _refusal(package: Package) -> type[DomainError] | None:
    """An open refund may fail or be turned down, and what it names would then be lost."""
    order = package.order
    if not package.is_live:
        return PackageOver
    in_dispute = order.state in {Order.State.DISPUTED, Order.State.REVERSED}
    if in_dispute or order.refunds.filter(state__in=_OPEN).exists():
        return PackageUnsettled
    return None


@dataclass(frozen=True)
class Ended:
    package: Package
    given_back: Money


@transaction.atomic
def end(*, package_id: UUID, seller: Any, reason: str) -> Ended:
    """For good. The refund is written down here and carried out by a job. Raises `NotFound` where
    it is not this seller's, `PackageOver` also to the second of two, `PackageUnsettled`."""
    mine = Package.objects.filter(pk=package_id, seller_id=seller.pk)
    order_id = mine.values_list("order_id", flat=True).first()
    if order_id is None:
        raise NotFound
    order = transitions.locked(order_id)
    package = packages.lock(order)
    package.order = order
    found = preview(package)
    if found.refusal:
        raise found.refusal
    packages.close(order, by_id=seller.pk, reason=reason)
    refund = _give_back(order, package, found, seller.pk)
    _trace(package, found, seller.pk)
    outbox.record(
        PackageEnded(
            package_id=package.pk,
            order_id=order.pk,
            buyer_id=package.buyer_id,
            seller_id=seller.pk,
            left=found.left,
            amount_minor=found.amount.minor,
            currency=order.currency,
            refund_id=refund.pk if refund else None,
        ),
        actor_id=seller.pk,
    )
    package.refresh_from_db()
    return Ended(package, found.amount)


def _give_back(order: Order, package: Package, found: Ending, seller_id: UUID) -> Refund | None:
    if not order.total:
        settlement.record_free_end(order, packages.free_parts(order), reference=str(package.pk))
    if not found.amount:
        return None
    row = refunds.intend(
        order, found.amount, note=_NOTE, actor_id=seller_id, origin=Refund.Origin.SELLER
    )
    jobs.enqueue(CARRY_OUT, key=f"{CARRY_OUT}:{row.pk}", args={"refund_id": str(row.pk)})
    return row


def _trace(package: Package, found: Ending, seller_id: UUID) -> None:
    """The trail never changes: it has the figures, and the row has the words."""
    after = {"state": Package.State.ENDED, "used": found.used, "left": found.left}
    audit.record(
        "package.ended",
        target=package,
        actor_id=seller_id,
        before={"state": package.state},
        after={**after, "given_back": found.amount.as_json()},
    )


def end_all(seller: Any) -> int:
    """Of somebody who leaves for good: nothing is offered any more, and what was sold ends. Returns
    how many did. Raises `PackageUnsettled` after all others where one has to wait."""
    PackageOffer.objects.filter(seller_id=seller.pk, is_offered=True).update(is_offered=False)
    live = Package.objects.filter(seller_id=seller.pk, state=Package.State.ACTIVE)
    found = [_ended(package_id, seller) for package_id in live.values_list("pk", flat=True)]
    if None in found:
        raise PackageUnsettled
    return found.count(True)


def _ended(package_id: UUID, seller: Any) -> bool | None:
    """False where it is over already, None where it has to wait."""
    try:
        end(package_id=package_id, seller=seller, reason="")
    except PackageOver:
        return False
    except PackageUnsettled:
        return None
    return True


@outside_transaction
def pay_unit_back(*, use_id: int, minor: int) -> Refund | None:
    """A unit that was given back when its package was over: `minor` of its price comes back, or
    what is left; once, a second run goes on with the first one's row. Raises `NotRefundable` while
    the order is disputed."""
    with transaction.atomic():
        use = PackageUse.objects.select_related("package", "earning").get(pk=use_id)
        row = _unit_refund(transitions.locked(use.package.order_id), use, minor)
    return refunds.carry_out(row.pk) if row else None


def _unit_refund(order: Order, use: PackageUse, minor: int) -> Refund | None:
    if not order.total:
        if use.earning:
            settlement.record_free_end(order, [use.earning.part], reference=f"use:{use.pk}")
        return None
    note = f"unit {use.reference} of a package that is over"
    begun = order.refunds.filter(note=note).exclude(state=Refund.State.FAILED).first()
    wanted = Money(min(minor, refunds.left_of(order).minor), order.currency)
    if begun is not None or not wanted:
        return begun
    return refunds.intend(order, wanted, note=note, actor_id=None, origin=Refund.Origin.SELLER)
