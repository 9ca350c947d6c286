"""What owners ask of a running subscription: to rest, to go on, to end, to become another plan.

The wish is committed first; then the provider is asked; what it then says is applied. A wish whose
process died is carried out by the sweep. PayPal keeps no request ids for these steps: it refuses
one that was done already, so a refusal is followed by a reading.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from payments.errors import (
    CannotResume,
    PausedBefore,
    PaymentDeclined,
    PlanNotOffered,
    SubscriptionStands,
)
from payments.gateways import paypal
from payments.gateways.paypal import PayPal
from payments.models import OwedCapture, Plan, PlanVersion, Subscription
from payments.services import subscription_truth as truths
from payments.services import subscriptions
from payments.services.subscription_truth import State, Wish
from tutorme.core import audit
from tutorme.core.gateways import GatewayRejected
from tutorme.core.transactions import outside_transaction

_REASONS = {
    Wish.PAUSE: "Paused by the subscriber",
    Wish.RESUME: "Resumed by the subscriber",
    Wish.CANCEL: "Cancelled by the subscriber",
}
_FULFILLED = {
    Wish.PAUSE: {State.SUSPENDED},
    Wish.RESUME: {State.ACTIVE, State.PAST_DUE},
}
_ALLOWED = {
    Wish.PAUSE: {State.ACTIVE},
    Wish.RESUME: {State.SUSPENDED, State.PAST_DUE},
    Wish.CANCEL: {State.ACTIVE, State.PAST_DUE, State.SUSPENDED},
}
_OVER = {State.CANCELLED, State.EXPIRED}
_NOT_ALLOWED = {"SUBSCRIPTION_STATUS_INVALID"}


def pause(*, row: Subscription, actor: Any) -> Subscription:
    """No payment while it rests; what was paid for lasts to its end. Once a cycle."""
    return _ask(row.pk, Wish.PAUSE, actor)


def resume(*, row: Subscription, actor: Any) -> Subscription:
    """Goes on after a rest; after failed payments, by asking for what is owed. Raises
    `PaymentDeclined` where the bank refuses again, `CannotResume` where the provider closed it."""
    return _ask(row.pk, Wish.RESUME, actor)


def cancel(*, row: Subscription, actor: Any) -> Subscription:
    """No further payment; what was paid for lasts to its end."""
    if row.state == State.APPROVAL_PENDING:
        return subscriptions.turned_back(row=row)
    return _ask(row.pk, Wish.CANCEL, actor)


@outside_transaction
def end_all(user: Any) -> None:
    """Of somebody who leaves for good: nothing is taken from them any more. Raises
    `SubscriptionStands` while the provider is not through with what was agreed a moment ago."""
    for row in Subscription.objects.live().filter(user_id=user.pk):
        cancel(row=row, actor=user)


@outside_transaction
def _ask(subscription_id: UUID, wish: Subscription.Wish, actor: Any) -> Subscription:
    with transaction.atomic():
        row = truths.locked(subscription_id)
        if row.state not in _ALLOWED[wish] or row.provider_subscription_id is None:
            raise SubscriptionStands
        if wish == Wish.PAUSE and row.paused_in_cycle == row.periods.count():
            raise PausedBefore
        row.wish, row.wished_at = wish, timezone.now()
        row.save(update_fields=["wish", "wished_at"])
        audit.record(f"subscription.{wish}_asked", target=row, actor_id=actor.pk)
    return fulfil(subscription_id)


@outside_transaction
def fulfil(subscription_id: UUID) -> Subscription:
    """Carries out what is wished, if anything; afterwards the row says what came of it."""
    row = Subscription.objects.get(pk=subscription_id)
    with subscriptions.turn_of(row):
        row = subscriptions.follow(row)
        if not row.wish or _is_done(row):
            return _forget_wish(row.pk)
        try:
            _call(paypal.gateway(), row)
        except GatewayRejected as refusal:
            if refusal.code not in _NOT_ALLOWED:
                _forget_wish(row.pk)
                raise _told(refusal) from refusal
        done = _is_done(subscriptions.follow(row))
        row = _forget_wish(row.pk)
    if not done:
        raise SubscriptionStands
    return row


def _is_done(row: Subscription) -> bool:
    wish = Wish(row.wish)
    over = row.state in _OVER and not (wish == Wish.CANCEL and row.state == State.EXPIRED)
    owes = wish == Wish.RESUME and bool(row.owed_minor)
    return over or (row.state in _FULFILLED.get(wish, set()) and not owes)


def _forget_wish(subscription_id: UUID) -> Subscription:
    with transaction.atomic():
        row = truths.locked(subscription_id)
        row.wish, row.wished_at = Wish.NOTHING, None
        row.save(update_fields=["wish", "wished_at"])
    return row


def _told(refusal: GatewayRejected) -> Exception:
    cannot = refusal.code == "SUBSCRIPTION_CANNOT_BE_ACTIVATED"
    return CannotResume() if cannot else PaymentDeclined()


def _call(gateway: PayPal, row: Subscription) -> None:
    provider_id, reason = str(row.provider_subscription_id), _REASONS[Wish(row.wish)]
    if row.wish == Wish.PAUSE:
        gateway.suspend_subscription(provider_id, reason=reason)
    elif row.wish == Wish.CANCEL:
        gateway.cancel_subscription(provider_id, reason=reason)
    else:
        if row.owed_minor:
            _collect(gateway, row)
        if row.state == State.SUSPENDED:
            gateway.activate_subscription(provider_id, reason=reason)


def _collect(gateway: PayPal, row: Subscription) -> None:
    """What is owed was read a moment ago, so a sum that arrived is never asked for again."""
    asked = _intend(row)
    gateway.capture_outstanding(
        str(row.provider_subscription_id),
        request_id=asked.request_id,
        amount=row.owed,
        note="What was left to pay",
    )


def _intend(row: Subscription) -> OwedCapture:
    """One asking for each wish: a process that takes over a dead one's wish asks under its id."""
    with transaction.atomic():
        row = truths.locked(row.pk)
        cycle = row.periods.count()
        last = row.owed_captures.filter(cycle=cycle).order_by("-number").first()
        same = last and row.wished_at and last.created_at >= row.wished_at
        if last and same and last.amount_minor == row.owed_minor:
            return last
        return OwedCapture.objects.create(
            subscription=row,
            amount_minor=row.owed_minor,
            cycle=cycle,
            number=last.number + 1 if last else 1,
        )


@outside_transaction
def change(*, row: Subscription, plan: Plan, actor: Any) -> Subscription:
    """Asks for another plan. Its owner agrees at `change_url`; it begins with the next payment."""
    version = PlanVersion.objects.filter(plan=plan, plan__is_offered=True, state="active").first()
    if version is None or version.currency != row.version.currency:
        raise PlanNotOffered
    if row.state != State.ACTIVE or row.wish or version.pk == row.version_id:
        raise SubscriptionStands
    with subscriptions.turn_of(row):
        try:
            url = paypal.gateway().revise_subscription(
                str(row.provider_subscription_id),
                plan_id=str(version.provider_plan_id),
                **subscriptions.ways_back(),
            )
        except GatewayRejected as refusal:
            raise SubscriptionStands from refusal
    with transaction.atomic():
        row = truths.locked(row.pk)
        row.change_to, row.change_url = version, url[:500]
        row.save(update_fields=["change_to", "change_url"])
        audit.record(
            "subscription.change_asked",
            target=row,
            actor_id=actor.pk,
            after={"plan": version.provider_name},
        )
    return row
