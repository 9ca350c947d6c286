"""What a thing costs this buyer now, line by line: decided here alone, for the page before and the
order after."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from payments import sellers
from payments.errors import OwnThing
from payments.models import CommissionSchedule, Coupon, Order
from payments.sellers import Quote
from payments.services import commission, coupons, credits
from tutorme.core.money import Money
from tutorme.core.row_security import as_system


@dataclass(frozen=True)
class Bill:
    """price − discount = total = credit + to_pay; tax is contained in the total. `share` is the
    seller's, of a price only the seller's own coupons make smaller."""

    quote: Quote
    discount: Money
    credit: Money
    to_pay: Money
    tax: Money
    share: Money
    promoted: Money
    coupon: Coupon | None
    per_mille: int
    schedule: CommissionSchedule | None

    @property
    def price(self) -> Money:
        return self.quote.price

    @property
    def total(self) -> Money:
        return self.credit + self.to_pay

    def facts(self) -> dict[str, Any]:
        """The columns of an order at this price."""
        return {
            "amount_minor": self.to_pay.minor,
            "currency": self.price.currency,
            "discount_minor": self.discount.minor,
            "promoted_minor": self.promoted.minor,
            "credit_minor": self.credit.minor,
            "tax_minor": self.tax.minor,
            "commission_per_mille": self.per_mille,
            "commission_schedule": self.schedule,
            "share_minor": self.share.minor,
            "units": self.quote.units,
            "in_escrow": self.quote.in_escrow,
        }

    def is_of(self, order: Order) -> bool:
        """Whether an open order is still this bill; the seller's side may have moved."""
        mine = {name: getattr(order, name) for name in ("amount_minor", "currency")}
        mine |= {"discount_minor": order.discount_minor, "credit_minor": order.credit_minor}
        facts = self.facts()
        return all(facts[name] == value for name, value in mine.items())


@as_system("a price hangs on the seller's coupon and how often it was used")
def draw_up(
    *,
    buyer: Any,
    kind: str,
    target_id: UUID,
    coupon_code: str = "",
    with_credit: bool = False,
    besides: Order | None = None,
) -> Bill:
    """Raises what the seller raises, and what is wrong with the coupon. `besides` is the buyer's
    open order for the same thing: what it holds is free for its successor."""
    quote = sellers.quote(kind, target_id, buyer)
    if quote.payee_id == buyer.pk:
        raise OwnThing
    coupon = None
    discount = promoted = Money(0, quote.price.currency)
    if coupon_code.strip():
        now = timezone.now()
        coupon = coupons.find(coupon_code, kind=kind, target_id=target_id, quote=quote, now=now)
        coupons.check_free(coupon, buyer.pk, besides=besides)
        discount = coupons.discount(coupon, quote.price)
        promoted = promoted if coupon.owner_id else discount
    total = quote.price - discount
    credit = Money(0, total.currency)
    if with_credit and kind != "credit":
        credit = _credit(buyer, total, besides)
    tax = contained(total) if quote.taxed else Money(0, total.currency)
    schedule, per_mille = commission.rate_for(quote)
    base = total + promoted - tax
    share = base - base.share(per_mille)
    return Bill(
        quote=quote,
        discount=discount,
        credit=credit,
        to_pay=total - credit,
        tax=tax,
        share=share if quote.payee_id else Money(0, total.currency),
        promoted=promoted,
        coupon=coupon,
        per_mille=per_mille,
        schedule=schedule,
    )


def _credit(buyer: Any, total: Money, besides: Order | None) -> Money:
    there = credits.spendable(buyer.pk, total.currency)
    if besides and besides.currency == total.currency:
        there += besides.credit
    return min(there, total, key=lambda money: money.minor)


def contained(total: Money) -> Money:
    """Tax inside a gross amount, rounded half up."""
    rate = settings.TAX_PER_MILLE
    return Money((total.minor * rate * 2 + 1000 + rate) // (2 * (1000 + rate)), total.currency)
