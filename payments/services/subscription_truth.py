"""Bringing a subscription up to what the provider says, under its row lock. Nothing here talks to a
provider. Lock order: the user's row, the subscription's row."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from payments.events import (
    SubscriptionActivated,
    SubscriptionCancelled,
    SubscriptionChanged,
    SubscriptionExpired,
    SubscriptionPaid,
    SubscriptionPaymentFailed,
    SubscriptionRefunded,
    SubscriptionSuspended,
)
from payments.gateways.base import ProviderSale, ProviderSubscription
from payments.models import (
    PlanVersion,
    Subscription,
    SubscriptionPeriod,
    SubscriptionTransition,
)
from payments.services import cycle_credit, period_refunds, periods, settlement
from payments.services.periods import Bought
from tutorme.core import audit, outbox

State, Wish = Subscription.State, Subscription.Wish
_GRANTED, _REVOKED = SubscriptionPeriod.State.GRANTED, SubscriptionPeriod.State.REVOKED
# How long a plan stays open after the paid time while the next payment is being tried.
GRACE = timedelta(days=3)
_ENDS = frozenset({State.CANCELLED, State.EXPIRED})
_RUNS = frozenset({State.ACTIVE, State.PAST_DUE, State.SUSPENDED})
STEPS: dict[Subscription.State, frozenset[Subscription.State]] = {
    State.APPROVAL_PENDING: _ENDS | _RUNS | {State.APPROVED},
    State.APPROVED: _ENDS | _RUNS,
    State.ACTIVE: _ENDS | _RUNS,
    State.PAST_DUE: _ENDS | _RUNS,
    State.SUSPENDED: _ENDS | _RUNS,
    State.CANCELLED: frozenset(),
    # One given up here may have been agreed to all the same.
    State.EXPIRED: _RUNS | {State.CANCELLED},
}
_WORDS = {
    "APPROVAL_PENDING": State.APPROVAL_PENDING,
    "APPROVED": State.APPROVED,
    "ACTIVE": State.ACTIVE,
    "SUSPENDED": State.SUSPENDED,
    "CANCELLED": State.CANCELLED,
    "EXPIRED": State.EXPIRED,
}


def locked(subscription_id: UUID) -> Subscription:
    """The caller holds the transaction."""
    rows = Subscription.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("version__plan", "next_version__plan").get(pk=subscription_id)


def move(row: Subscription, to: Subscription.State, reason: str = "") -> bool:
    """The caller holds the row lock. False where that is no step from here."""
    if row.state == to or to not in STEPS[State(row.state)]:
        return False
    SubscriptionTransition.objects.create(
        subscription=row, from_state=row.state, to_state=to, reason=reason[:300]
    )
    row.state = to
    row.save(update_fields=["state"])
    return True


def apply(row: Subscription, truth: ProviderSubscription, sales: Sequence[ProviderSale]) -> None:
    """What the provider says now. Idempotent, and the same however often it was heard before."""
    named = PlanVersion.objects.filter(provider_plan_id=truth.plan_id).first()
    if truth.reference not in {"", str(row.pk)}:
        review(row, f"reference is {truth.reference!r}")
    elif named is None:
        review(row, f"plan {truth.plan_id} is not one of ours")
    elif truth.status not in _WORDS:
        review(row, f"state {truth.status!r} is not known here")
    else:
        _apply(row, truth, sales, named)


def _apply(
    row: Subscription,
    truth: ProviderSubscription,
    sales: Sequence[ProviderSale],
    named: PlanVersion,
) -> None:
    row.starts_at = truth.starts_at or row.starts_at
    sales = period_refunds.marked(row, sales)
    versions = _versions_of(row, named, sales)
    bought = periods.reckon(sales, versions, row.starts_at or row.created_at)
    _keep_periods(row, bought)
    row.paid_through = max((one.ends_at for one in bought if one.is_good), default=None)
    _choose_version(row, named, bought)
    _note_billing(row, truth)
    _step(row, _WORDS[truth.status])
    _open_until(row)
    _tell_of_failure(row, len(bought))
    review(row, _unpriced(sales, versions))
    row.save()


def review(row: Subscription, problem: str) -> None:
    """For a person, until it adds up. What was paid before stays; what does not add up opens
    nothing. The caller holds the row lock."""
    if row.review == problem[:300]:
        return
    audit.record(
        "subscription.review", target=row, before={"was": row.review}, after={"problem": problem}
    )
    row.review = problem[:300]
    row.save(update_fields=["review"])


def _versions_of(
    row: Subscription, named: PlanVersion, sales: Sequence[ProviderSale]
) -> list[PlanVersion | None]:
    """The price each payment paid; None where it is none that was agreed to."""
    kept = row.periods.select_related("version__plan")
    known = {period.sale_id: period.version for period in kept}
    return [known.get(sale.id) or _priced(sale, named, row.version) for sale in sales]


def _unpriced(sales: Sequence[ProviderSale], versions: Sequence[PlanVersion | None]) -> str:
    for sale, version in zip(sales, versions, strict=True):
        if version is None:
            paid = f"{sale.amount.amount} {sale.amount.currency}"
            return f"payment {sale.id} is of {paid}, which is no price of this plan"
    return ""


def _priced(sale: ProviderSale, *versions: PlanVersion) -> PlanVersion | None:
    """Money is only believed when its amount and currency are a price that was agreed to."""
    return next((version for version in versions if version.price == sale.amount), None)


def _keep_periods(row: Subscription, bought: list[Bought]) -> None:
    known = {period.sale_id: period for period in row.periods.all()}
    for one in bought:
        period = known.get(one.sale.id)
        facts = {
            "paid_at": one.sale.paid_at,
            "starts_at": one.starts_at,
            "ends_at": one.ends_at,
            "state": _GRANTED if one.is_good else _REVOKED,
        }
        if period is None:
            period = SubscriptionPeriod.objects.create(
                subscription=row,
                version=one.version,
                sale_id=one.sale.id,
                amount_minor=one.sale.amount.minor,
                fee_minor=one.sale.fee.minor if one.sale.fee else 0,
                currency=one.sale.amount.currency,
                **facts,
            )
            if one.is_good:
                cycle_credit.give(period)
        elif any(getattr(period, name) != value for name, value in facts.items()):
            SubscriptionPeriod.objects.filter(pk=period.pk).update(**facts)
        _tell_of_payment(row, period, is_good=one.is_good)
        period_refunds.note(period, one.sale)


def _tell_of_payment(row: Subscription, period: SubscriptionPeriod, *, is_good: bool) -> None:
    """Each payment is told of once for all time, and once that it went back."""
    paid = SubscriptionPaid(
        subscription_id=row.pk,
        user_id=row.user_id,
        period_id=period.pk,
        sale_id=period.sale_id,
        amount_minor=period.amount_minor,
        fee_minor=period.fee_minor,
        currency=period.currency,
    )
    outbox.record(paid, key=f"subscription.paid:{period.sale_id}")
    settlement.record_period(period)
    if not is_good:
        back = SubscriptionRefunded(
            subscription_id=row.pk,
            user_id=row.user_id,
            period_id=period.pk,
            sale_id=period.sale_id,
            amount_minor=period.amount_minor,
            currency=period.currency,
        )
        outbox.record(back, key=f"subscription.refunded:{period.sale_id}")
        cycle_credit.take_back(period)


def _choose_version(row: Subscription, named: PlanVersion, bought: list[Bought]) -> None:
    """The plan of the last payment is the one that is open; another that the payer agreed to
    waits for its first payment."""
    if bought:
        row.version = bought[-1].version
    elif row.state == State.APPROVAL_PENDING:
        row.version = named
    agreed = named if named != row.version else None
    if row.change_to_id == named.pk:
        row.change_to, row.change_url = None, ""
    if agreed is not None and agreed.pk != row.next_version_id:
        outbox.record(SubscriptionChanged(row.pk, row.user_id, agreed.plan.name))
    row.next_version = agreed


def _note_billing(row: Subscription, truth: ProviderSubscription) -> None:
    row.next_billing_at = truth.next_billing_at
    row.failures, row.last_failure_at = truth.failures, truth.last_failure_at
    row.next_try_at = truth.next_try_at
    row.owed_minor = truth.outstanding.minor if truth.outstanding else 0


def _step(row: Subscription, to: Subscription.State) -> None:
    if to == State.ACTIVE and (row.failures or row.owed_minor):
        to = State.PAST_DUE
    _note_pause(row, to)
    before = row.state
    if before == State.EXPIRED and to in _RUNS and _has_another(row):
        # Agreed to after it was given up: what was paid stays open, and nothing more is taken.
        _wish_its_end(row)
    elif move(row, to, "as the provider says"):
        _tell_of_step(row, before)
        if row.state in _RUNS and row.user.erased_at is not None:
            # Agreed to by somebody who has left since.
            _wish_its_end(row)


def _wish_its_end(row: Subscription) -> None:
    row.wish, row.wished_at = Wish.CANCEL, row.wished_at or timezone.now()


def _has_another(row: Subscription) -> bool:
    return Subscription.objects.live().filter(user_id=row.user_id).exclude(pk=row.pk).exists()


def _note_pause(row: Subscription, to: Subscription.State) -> None:
    if to != State.SUSPENDED:
        row.paused_at = None
    elif row.paused_at is None and (row.wish == Wish.PAUSE or not row.failures):
        # Asked for here, or done at PayPal: nothing failed that would have stopped it.
        row.paused_at = row.wished_at or timezone.now()
        row.paused_in_cycle = row.periods.count()


def _tell_of_step(row: Subscription, before: str) -> None:
    now_in, running = State(row.state), {State.ACTIVE, State.PAST_DUE}
    if now_in in running and before not in running:
        row.activated_at = row.activated_at or timezone.now()
        outbox.record(SubscriptionActivated(row.pk, row.user_id, row.version.plan.name))
    elif now_in == State.SUSPENDED:
        outbox.record(SubscriptionSuspended(row.pk, row.user_id, row.paused_at is not None))
    elif now_in == State.CANCELLED:
        row.ended_at = timezone.now()
        outbox.record(SubscriptionCancelled(row.pk, row.user_id, row.paid_through))
    elif now_in == State.EXPIRED:
        row.ended_at = timezone.now()
        outbox.record(SubscriptionExpired(row.pk, row.user_id))


def _open_until(row: Subscription) -> None:
    """Grace is for a payment that is being tried: nobody tries one for what rests or ended."""
    waits = row.state in _RUNS and row.paused_at is None
    grace = GRACE if waits else timedelta(0)
    row.access_until = row.paid_through + grace if row.paid_through else None


def _tell_of_failure(row: Subscription, payments: int) -> None:
    """Once for each refusal of the bank, by the provider's count within the cycle."""
    if not row.failures:
        return
    failed = SubscriptionPaymentFailed(
        subscription_id=row.pk,
        user_id=row.user_id,
        failures=row.failures,
        next_try_at=row.next_try_at,
        access_until=row.access_until,
    )
    outbox.record(failed, key=f"subscription.payment_failed:{row.pk}:{payments}:{row.failures}")
