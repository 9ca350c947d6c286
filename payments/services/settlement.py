"""What a payment, its end without money, and a refund mean for the books: each in the transaction
of the fact, posted once."""

from collections.abc import Callable

from django.db.models import Sum

from payments.models import (
    LedgerEntry,
    LedgerTransaction,
    Order,
    Refund,
    SubscriptionPeriod,
    SubscriptionRefund,
)
from payments.services import coupons, credits, documents, earnings, ledger, packages, pricing
from payments.services.ledger import Kind, Line

CREDIT, PACKAGE = "credit", "package"
FREE_END = "free_end"


def record_sale(order: Order) -> None:
    """A captured order, or one there was nothing to pay for. The caller holds its lock."""
    coupons.use(order)
    held = credits.spend(order)
    cash = [Line(Kind.STUDENT_CASH, -order.amount_minor)]
    credit = [
        Line(Kind.CREDIT_HOLD, -held, order.buyer_id),
        # It had ended, its credit was free again, and then its money came: the house stands in.
        Line(Kind.PROMOTIONS, held - order.credit_minor),
    ]
    gained = credits.bought(order) if order.kind == CREDIT else _shared_out(order)
    ledger.post(
        kind="sale",
        reference=str(order.pk),
        currency=order.currency,
        order=order,
        memo=order.description,
        lines=[*cash, *credit, *gained, *_fee(order)],
    )
    if order.kind == PACKAGE:
        packages.open_for(order)
    documents.ask_for_receipt(order)


def _shared_out(order: Order) -> list[Line]:
    """The price among the seller, the tax office and the house; a site coupon is the house's."""
    kept = order.total.minor + order.promoted_minor - order.tax_minor - order.share_minor
    if order.payee_id is None:
        kept += order.share_minor
    return [
        Line(Kind.PROMOTIONS, -order.promoted_minor),
        Line(Kind.TAX, order.tax_minor),
        *earnings.open_for(order),
        Line(Kind.PLATFORM_FEE, kept),
    ]


def _fee(order: Order) -> list[Line]:
    """The provider's fee is the house's to bear."""
    fee = order.fee_minor or 0
    return [Line(Kind.PLATFORM_FEE, -fee), Line(Kind.PROCESSOR_FEE, fee)]


def let_go(order: Order) -> None:
    """It ended without money: coupon and credit are free again. The caller holds its lock."""
    coupons.give_back(order)
    credits.give_back(order)


def record_refund(order: Order, refund: Refund) -> None:
    """Called before `refunded_minor` rises, under the order's lock. Shares go back in proportion to
    all that was refunded so far, so that the last refund leaves nothing by rounding."""
    before = order.refunded_minor
    after = before + refund.amount_minor

    def part(whole: int) -> int:
        total = order.total.minor
        return whole * after // total - whole * before // total

    money = refund.amount_minor - refund.credit_minor
    account = Kind.CHARGEBACK if refund.is_reversal else Kind.REFUNDS
    back = [Line(account, money)]
    if refund.credit_minor:
        credit = credits.returned(
            owner_id=order.buyer_id,
            amount=refund.credit,
            reference=str(refund.pk),
            reason=order.description,
        )
        back.append(credit)
    if order.kind == CREDIT:
        taken = credits.unbought(order, refund.amount_minor)
    else:
        taken = _taken_back(order, refund.amount_minor, part)
    ledger.post(
        kind="refund",
        reference=str(refund.pk),
        currency=order.currency,
        order=order,
        memo=refund.note,
        lines=[*back, *taken],
    )
    if order.kind == PACKAGE:
        packages.end_for(order, by_id=refund.requested_by_id)
    documents.ask_for_credit_note(refund)


def _taken_back(order: Order, minor: int, part: Callable[[int], int]) -> list[Line]:
    tax, share, promoted = (
        part(order.tax_minor),
        part(order.share_minor) if order.payee_id else 0,
        part(order.promoted_minor),
    )
    awaited = packages.awaited(order.pk) if order.kind == PACKAGE else set()
    return [
        Line(Kind.TAX, -tax),
        *earnings.reverse(order, share, awaited=awaited),
        Line(Kind.PROMOTIONS, promoted),
        Line(Kind.PLATFORM_FEE, -(minor - tax - share + promoted)),
    ]


def record_free_end(order: Order, parts: list[int], *, reference: str) -> None:
    """These parts of a package for which its buyer paid nothing do not take place: their share
    goes back to the house, whose coupon paid; once by `reference`. The caller holds the order's
    lock."""
    if LedgerTransaction.objects.filter(kind=FREE_END, reference=reference).exists():
        return

    def part(whole: int) -> int:
        cuts = [whole * number // order.units for number in range(order.units + 1)]
        return sum(cuts[number] - cuts[number - 1] for number in parts)

    ledger.post(
        kind=FREE_END,
        reference=reference,
        currency=order.currency,
        order=order,
        lines=_taken_back(order, 0, part),
    )
    packages.end_for(order)


def record_period(period: SubscriptionPeriod) -> None:
    """A payment of a subscription: all of it the house's, less tax and the provider's fee."""
    amount, tax = period.amount, pricing.contained(period.amount)
    is_new = ledger.post(
        kind="subscription",
        reference=period.sale_id,
        currency=period.currency,
        lines=[
            Line(Kind.STUDENT_CASH, -amount.minor),
            Line(Kind.TAX, tax.minor),
            Line(Kind.PLATFORM_FEE, (amount - tax).minor),
        ],
    )
    if is_new:
        documents.ask_for_period_receipt(period)
    fee = period.fee_minor
    ledger.post(
        kind="subscription_fee",
        reference=period.sale_id,
        currency=period.currency,
        lines=[Line(Kind.PLATFORM_FEE, -fee), Line(Kind.PROCESSOR_FEE, fee)],
    )


def record_period_refund(
    period: SubscriptionPeriod, gone: int, *, is_reversal: bool = False
) -> None:
    """`gone` minor units of it are back with the payer by now; the provider keeps its fee. Posts
    what is new. The caller holds the subscription's lock."""
    before = period.refunded_minor
    if gone <= before:
        return
    account = Kind.CHARGEBACK if is_reversal else Kind.REFUNDS
    line = Line(account, gone - before)
    _post_back(period, "subscription_refund", f"{period.sale_id}:{gone}", line)
    period.refunded_minor = gone
    SubscriptionPeriod.objects.filter(pk=period.pk).update(refunded_minor=gone)


def record_period_credit(refund: SubscriptionRefund) -> None:
    """A part of it comes back as credit. Called before the refund is completed, under the
    subscription's lock."""
    period = refund.period
    lot = credits.returned(
        owner_id=period.subscription.user_id,
        amount=refund.amount,
        reference=str(refund.pk),
        reason=period.version.plan.name,
    )
    _post_back(period, "subscription_credit", str(refund.pk), lot)


def _post_back(period: SubscriptionPeriod, kind: str, reference: str, to_payer: Line) -> None:
    """Tax of all that went back so far, so that the last part leaves nothing by rounding."""
    before = period.refunded_minor + credited_of(period)
    whole = _tax_posted(period)
    upto = [min(gone, period.amount_minor) for gone in (before, before + to_payer.minor)]
    tax = whole * upto[1] // period.amount_minor - whole * upto[0] // period.amount_minor
    ledger.post(
        kind=kind,
        reference=reference,
        currency=period.currency,
        lines=[
            to_payer,
            Line(Kind.TAX, -tax),
            Line(Kind.PLATFORM_FEE, tax - to_payer.minor),
        ],
    )


def _tax_posted(period: SubscriptionPeriod) -> int:
    """As it was when the payment came: the rate may have changed since."""
    lines = LedgerEntry.objects.filter(
        transaction__kind="subscription",
        transaction__reference=period.sale_id,
        account__kind=Kind.TAX,
    )
    return int(lines.aggregate(total=Sum("amount_minor"))["total"] or 0)


def credited_of(period: SubscriptionPeriod) -> int:
    """Minor units of it that came back as credit."""
    done = period.refunds.filter(as_credit=True, state=Refund.State.COMPLETED)
    return int(done.aggregate(total=Sum("amount_minor"))["total"] or 0)
