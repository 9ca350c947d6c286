"""Packages: so many units bought at once, used one by one, given back in part.

The app that delivers units calls `usable`, `use`, then `deliver` or `return_unit`, each with a
reference of its own (`booking:<uuid>`). Lock order: the order's row, the package's row. What a
seller ends, and what comes back for a unit of a package that is over: `package_endings.py`.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from payments.errors import PackageEmpty
from payments.events import PackageEnding
from payments.models import Earning, Order, Package, PackageOffer, PackageUse, Refund
from payments.sellers import Terms
from payments.services import earnings
from tutorme.core import jobs, outbox

State = Package.State
Use = PackageUse.State
PAY_BACK = "payments.pay_unit_back"
_OVER = _("A package that ended or was used up is not given back.")
_RULE = _("Units you used count at their single price; the rest of what you paid comes back.")


def offer(*, seller: Any, terms: dict[str, Any]) -> PackageOffer:
    return PackageOffer.objects.create(seller_id=seller.pk, **terms)


def withdraw(row: PackageOffer) -> None:
    """Nobody buys it any more; what was sold stays as it was sold."""
    PackageOffer.objects.filter(pk=row.pk).update(is_offered=False)


def open_for(order: Order) -> Package:
    """The bought package of a paid order."""
    offered = PackageOffer.objects.get(pk=order.target_id)
    return Package.objects.create(
        order=order,
        offer=offered,
        buyer_id=order.buyer_id,
        seller_id=offered.seller_id,
        unit_kind=offered.unit_kind,
        unit_target_id=offered.unit_target_id,
        units=offered.units,
        single_price_minor=offered.single_price_minor,
        expires_at=Now() + timedelta(days=offered.valid_days),
    )


def usable(
    *, buyer_id: UUID, seller_id: UUID, kind: str, target_id: UUID | None = None
) -> QuerySet[Package]:
    """Packages of this buyer that pay for one such thing now, the first to end first."""
    fits = Q(unit_target_id=None) | Q(unit_target_id=target_id)
    return Package.objects.filter(
        fits,
        buyer_id=buyer_id,
        seller_id=seller_id,
        unit_kind=kind,
        state=State.ACTIVE,
        used__lt=F("units"),
        expires_at__gt=Now(),
    ).order_by("expires_at", "pk")


@transaction.atomic
def use(*, package_id: UUID, reference: str) -> PackageUse:
    """Takes one unit for what `reference` names; again: the same unit. `PackageEmpty` where none
    is left, also to the one of two who came second to the last."""
    known = PackageUse.objects.filter(reference=reference, package_id=package_id).first()
    if known and known.state != Use.RETURNED:
        return known
    live = Package.objects.filter(
        pk=package_id, state=State.ACTIVE, used__lt=F("units"), expires_at__gt=Now()
    )
    if not live.update(used=F("used") + 1):
        raise PackageEmpty
    Package.objects.filter(pk=package_id, used=F("units")).update(state=State.USED_UP)
    earning = _free_earning(package_id)
    if known:
        PackageUse.objects.filter(pk=known.pk).update(state=Use.TAKEN, earning=earning)
        known.refresh_from_db()
        return known
    return PackageUse.objects.create(package_id=package_id, reference=reference, earning=earning)


def _free_earning(package_id: UUID) -> Earning | None:
    """The share of the next unit; the package's row is locked by now. A seller with no share has
    none."""
    taken = PackageUse.objects.exclude(state=Use.RETURNED).filter(package_id=package_id)
    return (
        Earning.objects.filter(order__package=package_id, state=Earning.State.ESCROW)
        .exclude(pk__in=taken.exclude(earning=None).values("earning"))
        .order_by("part")
        .first()
    )


@transaction.atomic
def deliver(reference: str) -> bool:
    """The unit was delivered: its share leaves escrow. Again: False."""
    won = PackageUse.objects.filter(reference=reference, state=Use.TAKEN).update(
        state=Use.DELIVERED
    )
    if won:
        row = PackageUse.objects.select_related("earning", "package").get(reference=reference)
        if row.earning:
            earnings.release(row.package.order_id, part=row.earning.part)
    return bool(won)


@transaction.atomic
def return_unit(reference: str) -> bool:
    """What it was taken for does not happen, or did not count (a complaint was decided after it was
    delivered): the unit can be used again, or its price comes back where the package is over by
    now. Again: False."""
    row = PackageUse.objects.select_related("package", "earning").filter(reference=reference)
    use = row.first()
    if use is None:
        return False
    Order.objects.select_for_update(of=("self",), no_key=True).get(pk=use.package.order_id)
    given = row.filter(state=Use.DELIVERED).update(state=Use.RETURNED)
    if not given and not row.filter(state=Use.TAKEN).update(state=Use.RETURNED):
        return False
    if given and use.earning:
        earnings.await_again(use.package.order_id, part=use.earning.part)
    Package.objects.filter(pk=use.package_id).update(used=F("used") - 1)
    _open_again(use)
    return True


def _open_again(row: PackageUse) -> None:
    """The package's row is locked by now, so that each unit finds its own number. One whose whole
    price went back is over."""
    same = Package.objects.filter(pk=row.package_id)
    live = same.filter(state__in=(State.ACTIVE, State.USED_UP), expires_at__gt=Now())
    if live.exclude(order__state=Order.State.REFUNDED).update(state=State.ACTIVE):
        return
    same.filter(state=State.USED_UP).update(state=State.EXPIRED)
    package = same.select_related("order").get()
    args = {"use_id": row.pk, "minor": worth(package)}
    jobs.enqueue(PAY_BACK, key=f"{PAY_BACK}:{row.pk}", args=args)


def worth(package: Package) -> int:
    """Minor units of the price that the last unit to be given back stands for: what it was counted
    at when its buyer ended the package, else its part of what was paid, so cut that all parts make
    the whole."""
    order = package.order
    asked = order.refunds.filter(origin=Refund.Origin.BUYER)
    if asked.exclude(state__in=(Refund.State.FAILED, Refund.State.REJECTED)).exists():
        return package.single_price_minor
    return paid_for(package, package.used + 1) - paid_for(package, package.used)


def paid_for(package: Package, units: int) -> int:
    """Minor units of the price that so many of its units stand for; a fraction is the buyer's."""
    return package.order.total.minor * units // package.units


def part_of(reference: str) -> tuple[UUID, int] | None:
    """The order and the part of its share that a delivered unit released."""
    row = PackageUse.objects.filter(reference=reference, state=Use.DELIVERED)
    found = row.values_list("package__order_id", "earning__part").first()
    return (found[0], found[1]) if found and found[1] is not None else None


def terms(order: Order, now: datetime) -> Terms:
    """The buyer ends it: used units at their single price, the rest back, never below nothing."""
    package = Package.objects.get(order=order)
    if package.state != State.ACTIVE or package.expires_at <= now:
        return Terms(0, None, str(_OVER))
    used = package.used * package.single_price_minor
    left = max(0, order.total.minor - order.refunded_minor - used)
    return Terms(left, package.expires_at, str(_RULE))


def lock(order: Order) -> Package:
    """The caller holds the order's lock. No unit is taken or given back until it is let go."""
    return Package.objects.select_for_update(of=("self",), no_key=True).get(order=order)


def close(order: Order, *, by_id: UUID | None, reason: str = "") -> None:
    """No unit is taken any more. The caller holds the order's lock."""
    active = Package.objects.filter(order=order, state=State.ACTIVE)
    active.update(state=State.ENDED, ended_by=by_id, ended_at=Now(), end_reason=reason)


def end_for(order: Order, *, by_id: UUID | None = None) -> None:
    """A refund ends a package. What escrow still holds was earned with the units that were used.
    The caller holds the order's lock."""
    close(order, by_id=by_id)
    _release_unused(order)


def go_on(order_id: UUID) -> None:
    """A refund that would have ended it failed, and no other was made or is under way. The caller
    holds the order's lock."""
    undone = Package.objects.filter(order_id=order_id, state=State.ENDED, used__lt=F("units"))
    moving = (Refund.State.REQUESTED, Refund.State.PENDING, Refund.State.COMPLETED)
    if not Refund.objects.filter(order_id=order_id, state__in=moving).exists():
        undone.update(state=State.ACTIVE, ended_by=None, ended_at=None, end_reason="")


def awaited(order_id: UUID) -> set[UUID]:
    """Earnings of units that are taken and not delivered yet."""
    taken = PackageUse.objects.filter(package__order_id=order_id, state=Use.TAKEN)
    return set(taken.exclude(earning=None).values_list("earning_id", flat=True))


def free_parts(order: Order) -> list[int]:
    """Parts of the share in escrow whose unit is not taken."""
    kept = awaited(order.pk)
    parts = Earning.objects.filter(order=order, state=Earning.State.ESCROW)
    return [part for pk, part in parts.order_by("part").values_list("pk", "part") if pk not in kept]


def _release_unused(order: Order) -> None:
    for part in free_parts(order):
        earnings.release(order.pk, part=part)


def expire_due(*, limit: int = 500) -> int:
    """Units not used in time are the seller's: that was the price of keeping hours free."""
    due = Package.objects.filter(state=State.ACTIVE, expires_at__lte=Now()).order_by("expires_at")
    return sum(_expire(*row) for row in list(due.values_list("pk", "order_id")[:limit]))


@transaction.atomic
def _expire(package_id: UUID, order_id: UUID) -> bool:
    order = Order.objects.select_for_update(of=("self",), no_key=True).get(pk=order_id)
    due = Package.objects.filter(pk=package_id, state=State.ACTIVE, expires_at__lte=Now())
    won = due.update(state=State.EXPIRED)
    if won:
        _release_unused(order)
    return bool(won)


def warn_of_endings(*, days: Sequence[int] = (14, 3), limit: int = 500) -> int:
    """Tells the buyer two weeks and three days before the end, each once."""
    return sum(_warn_at(day, limit) for day in sorted(days))


def _warn_at(days: int, limit: int) -> int:
    soon = Now() + timedelta(days=days)
    due = Package.objects.filter(
        Q(warned_days=None) | Q(warned_days__gt=days),
        state=State.ACTIVE,
        used__lt=F("units"),
        expires_at__lte=soon,
        expires_at__gt=Now(),
    ).order_by("expires_at")
    return sum(_warn(row, days) for row in list(due[:limit]))


@transaction.atomic
def _warn(row: Package, days: int) -> bool:
    unwarned = Q(warned_days=None) | Q(warned_days__gt=days)
    won = Package.objects.filter(unwarned, pk=row.pk).update(warned_days=days)
    if won:
        outbox.record(
            PackageEnding(package_id=row.pk, user_id=row.buyer_id, days=days, left=row.left),
            key=f"package.ending:{row.pk}:{days}",
        )
    return bool(won)
