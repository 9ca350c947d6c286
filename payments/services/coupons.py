"""Coupons: what a code takes off, and each use counted once even when fifty want the last."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from payments.errors import CouponBelowMinimum, CouponUnknown, CouponUsedUp
from payments.models import Coupon, CouponUse, Order
from payments.sellers import Quote
from tutorme.core import audit
from tutorme.core.money import Money

Use = CouponUse.State


def tidy(code: str) -> str:
    return code.strip().upper()


def find(code: str, *, kind: str, target_id: UUID, quote: Quote, now: datetime) -> Coupon:
    """The coupon that fits this thing today; the same refusal for every way it does not, so that
    codes cannot be fished for."""
    coupon = Coupon.objects.filter(code=tidy(code), is_active=True).first()
    if coupon is None or not _fits(coupon, kind, target_id, quote, now):
        raise CouponUnknown
    if quote.price.minor < coupon.minimum_minor:
        minimum = Money(coupon.minimum_minor, quote.price.currency)
        raise CouponBelowMinimum(minimum=minimum.as_json())
    return coupon


def _fits(coupon: Coupon, kind: str, target_id: UUID, quote: Quote, now: datetime) -> bool:
    begun = coupon.starts_at is None or coupon.starts_at <= now
    on = coupon.ends_at is None or now < coupon.ends_at
    sellers_own = coupon.owner_id is None or coupon.owner_id == quote.payee_id
    of_kind = not coupon.kind or coupon.kind == kind
    this_one = coupon.target_id is None or coupon.target_id == target_id
    in_money = not coupon.currency or coupon.currency == quote.price.currency
    # Credit is money in another shape: a coupon on it would be money for less money.
    return begun and on and sellers_own and of_kind and this_one and in_money and kind != "credit"


def discount(coupon: Coupon, price: Money) -> Money:
    if coupon.per_mille is not None:
        return price.share(coupon.per_mille)
    return Money(min(coupon.amount_minor or 0, price.minor), price.currency)


def check_free(coupon: Coupon, buyer_id: UUID, *, besides: Order | None) -> None:
    """Raises `CouponUsedUp` where this buyer or everybody together had their number. A use that the
    order `besides` already holds does not count against it."""
    held = CouponUse.objects.filter(coupon=coupon).exclude(state=Use.RELEASED)
    mine = held.filter(order=besides).exists() if besides else False
    others = held.filter(buyer_id=buyer_id).exclude(order=besides).count()
    if others >= coupon.max_uses_each:
        raise CouponUsedUp
    if coupon.max_uses is not None and coupon.uses - mine >= coupon.max_uses:
        raise CouponUsedUp


def take(coupon: Coupon, order: Order) -> None:
    """One use for this order. The buyer's lock, which the caller holds, keeps the buyer's number;
    the number of all is kept by the one UPDATE."""
    free = Q(max_uses=None) | Q(uses__lt=F("max_uses"))
    if not Coupon.objects.filter(free, pk=coupon.pk, is_active=True).update(uses=F("uses") + 1):
        raise CouponUsedUp
    CouponUse.objects.create(coupon=coupon, order=order, buyer_id=order.buyer_id)


def use(order: Order) -> None:
    """The order is paid. One that was given back in between counts again, even past the limit of
    others: its buyer paid at that price."""
    CouponUse.objects.filter(order=order, state=Use.HELD).update(state=Use.USED)
    CouponUse.objects.filter(order=order, state=Use.RELEASED).update(state=Use.USED)


def give_back(order: Order) -> None:
    """The order ended unpaid. The caller holds the order's lock."""
    held = CouponUse.objects.filter(order=order, state=Use.HELD)
    coupon_id = held.values_list("coupon_id", flat=True).first()
    if coupon_id and held.update(state=Use.RELEASED):
        Coupon.objects.filter(pk=coupon_id, uses__gt=0).update(uses=F("uses") - 1)


def create(*, actor: Any, owner_id: UUID | None, terms: dict[str, Any]) -> Coupon:
    """A tutor's own, or the site's where `owner_id` is None; `coupon_code` clashes are the
    caller's form to tell."""
    with transaction.atomic():
        coupon = Coupon.objects.create(
            **{**terms, "code": tidy(terms["code"])}, owner_id=owner_id, created_by_id=actor.pk
        )
        audit.record(
            "coupon.created", target=coupon, actor_id=actor.pk, after={"code": coupon.code}
        )
    return coupon


def switch(*, coupon: Coupon, actor: Any, active: bool) -> Coupon:
    with transaction.atomic():
        if Coupon.objects.filter(pk=coupon.pk, is_active=not active).update(is_active=active):
            audit.record(
                "coupon.switched", target=coupon, actor_id=actor.pk, after={"active": active}
            )
    coupon.refresh_from_db()
    return coupon
