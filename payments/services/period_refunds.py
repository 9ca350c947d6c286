"""What went back of the payments of a subscription: applied under the subscription's lock, forward
only. Nothing here talks to a provider."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db.models import QuerySet, Sum

from payments.events import SubscriptionPartRefunded
from payments.gateways.base import ProviderRefund, ProviderSale
from payments.models import Dispute, Refund, Subscription, SubscriptionPeriod, SubscriptionRefund
from payments.services import documents, settlement
from payments.services.periods import GIVEN_BACK
from tutorme.core import outbox
from tutorme.core.inbox import NotYet
from tutorme.core.money import Money

Step = Refund.State
_MADE_THERE = "made at the provider"


def left_of(period: SubscriptionPeriod) -> Money:
    """What was paid and neither went back nor is on its way."""
    promised = period.refunds.exclude(state__in=(Step.FAILED, Step.REJECTED))
    money = _sum(promised.filter(as_credit=False))
    gone = max(money, period.refunded_minor) + _sum(promised.filter(as_credit=True))
    return Money(max(0, period.amount_minor - gone), period.currency)


def _sum(rows: QuerySet[SubscriptionRefund]) -> int:
    return int(rows.aggregate(total=Sum("amount_minor"))["total"] or 0)


def marked(row: Subscription, sales: Sequence[ProviderSale]) -> list[ProviderSale]:
    """The provider's list, with what we gave back as credit, which it knows nothing of."""
    done = SubscriptionRefund.objects.filter(period__subscription_id=row.pk, state=Step.COMPLETED)
    sums = done.order_by().values("period__sale_id").annotate(total=Sum("amount_minor"))
    back = {found["period__sale_id"]: found["total"] for found in sums}
    return [
        replace(sale, status=GIVEN_BACK)
        if sale.status != "REFUNDED" and back.get(sale.id, 0) >= sale.amount.minor
        else sale
        for sale in sales
    ]


def note(period: SubscriptionPeriod, sale: ProviderSale) -> None:
    """All of a payment that the provider calls refunded is in the books as such, whoever did it,
    and has its papers. Of a part it names no sum: that is told by the refund itself."""
    if sale.status != "REFUNDED":
        return
    lost = period.disputes.filter(state=Dispute.State.LOST)
    reversed_there = period.refunds.filter(is_reversal=True)
    by_bank = lost.exists() or reversed_there.exists()
    _complete_unheard(period, is_reversal=by_bank)
    settlement.record_period_refund(period, period.amount_minor, is_reversal=by_bank)


def _complete_unheard(period: SubscriptionPeriod, *, is_reversal: bool) -> None:
    """What of it no refund here accounts for: made at the provider, and its message never came.
    One that is being asked for may be it, and its own answer will tell."""
    known = period.refunds.filter(as_credit=False)
    known = known.filter(state__in=(Step.REQUESTED, Step.PENDING, Step.COMPLETED))
    unheard = period.amount_minor - _sum(known)
    if unheard > 0:
        row = SubscriptionRefund(
            period=period,
            amount_minor=unheard,
            note=_MADE_THERE,
            origin=Refund.Origin.PROVIDER,
            is_reversal=is_reversal,
        )
        complete(row)


def apply_truth(row: SubscriptionRefund, truth: ProviderRefund) -> None:
    """The caller holds the subscription's lock and read the row under it."""
    row.provider_refund_id = truth.id
    if truth.status == "COMPLETED" and row.state != Step.COMPLETED:
        complete(row)
    elif truth.status in {"FAILED", "CANCELLED"} and row.state != Step.COMPLETED:
        row.state, row.failure = Step.FAILED, truth.status
    elif truth.status == "PENDING" and row.state == Step.REQUESTED:
        row.state = Step.PENDING
    row.save()


def complete(row: SubscriptionRefund) -> None:
    """Posted in the transaction in which it becomes a fact."""
    if row.as_credit:
        settlement.record_period_credit(row)
    row.state = Step.COMPLETED
    row.save()
    if not row.as_credit:
        done = _sum(row.period.refunds.filter(as_credit=False, state=Step.COMPLETED))
        gone = min(done, row.period.amount_minor)
        settlement.record_period_refund(row.period, gone, is_reversal=row.is_reversal)
    documents.ask_for_period_credit_note(row)
    if row.amount_minor < row.period.amount_minor:
        _tell(row)


def _tell(row: SubscriptionRefund) -> None:
    """That all of it is gone, and what that closes, is told where the list is read."""
    event = SubscriptionPartRefunded(
        refund_id=row.pk,
        user_id=row.period.subscription.user_id,
        plan=row.period.version.plan.name,
        amount_minor=row.amount_minor,
        currency=row.period.currency,
    )
    outbox.record(event, key=f"{event.name}:{row.pk}")


def bring_in(period: SubscriptionPeriod, truth: ProviderRefund, *, is_reversal: bool) -> None:
    """A refund the provider tells of: ours, or one made there. The caller holds the lock."""
    row = period.refunds.filter(provider_refund_id=truth.id).first() or _ours(period, truth)
    unheard = _unheard(period) if row is None else None
    if unheard and unheard.amount != truth.amount:
        # A part of what the list told of, which has its paper: nothing new.
        return
    row = row or unheard
    if row is None:
        asked = period.refunds.filter(provider_refund_id=None, state=Step.REQUESTED)
        if asked.filter(as_credit=False).exists():
            # Our own call may be under way and this its refund: its answer will tell.
            raise NotYet("a refund of this payment is being asked for")
        left = period.amount_minor - period.refunded_minor
        row = SubscriptionRefund(
            period=period,
            amount_minor=min(truth.amount.minor, left) or truth.amount.minor,
            note=_MADE_THERE,
            origin=Refund.Origin.PROVIDER,
        )
    row.is_reversal = row.is_reversal or is_reversal
    apply_truth(row, truth)


def _unheard(period: SubscriptionPeriod) -> SubscriptionRefund | None:
    """The one the provider's list told of before any message."""
    unnamed = period.refunds.filter(provider_refund_id=None, state=Step.COMPLETED, as_credit=False)
    return unnamed.filter(origin=Refund.Origin.PROVIDER).first()


def _ours(period: SubscriptionPeriod, truth: ProviderRefund) -> SubscriptionRefund | None:
    try:
        return period.refunds.filter(pk=UUID(truth.reference), provider_refund_id=None).first()
    except ValueError:
        return None
