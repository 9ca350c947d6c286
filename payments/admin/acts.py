"""What an admin may do about money to many rows. All of it goes through the services, which may
talk to PayPal, so none of it is inside a transaction of the admin's."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin.confirmed import confirmed
from payments.admin import giving_back
from payments.models import (
    Coupon,
    Dispute,
    Earning,
    Order,
    PackageOffer,
    PayoutBatch,
    Refund,
    Subscription,
    SubscriptionRefund,
)
from payments.services import (
    coupons,
    disputes,
    earnings,
    marked_disputes,
    orders,
    packages,
    payouts,
    period_refunds,
    refunds,
    sending,
    subscription_refunds,
    subscription_wishes,
    subscriptions,
)
from tutorme.core import bulk, bulk_admin
from tutorme.core.bulk import Act, By
from tutorme.core.bulk_admin import ReasonForm
from tutorme.core.errors import NotAllowed, Unavailable
from tutorme.core.inbox import NotYet
from tutorme.core.money import Money

action = partial(bulk_admin.action, talks=True)


def _who(by: By) -> Any:
    return get_user_model()._default_manager.get(pk=by.actor_id)


# Orders -------------------------------------------------------------------------------------------


@action("orders.settle", _("Ask the provider again"))
def settle(row: Order, by: By) -> str:
    return str(orders.settle(row.pk).state)


@confirmed
@action("orders.accept", _("Accept what was under review, if the provider now agrees"))
def accept(row: Order, by: By) -> str:
    return str(orders.accept(order=row, actor=_who(by)).state)


@action(
    "orders.mark_disputed",
    _("Mark as disputed: nothing it earned is paid out until that is decided"),
    asks=ReasonForm,
)
def mark_disputed(row: Order, by: By) -> str:
    """One that PayPal does not know of; PayPal's own come and end by themselves."""
    done = marked_disputes.mark(order_id=row.pk, actor=_who(by), reason=by.given["reason"])
    return done.amount.localized()


def _given(told: dict[str, Any]) -> dict[str, Any]:
    """What was typed, as a job can keep it."""
    return {**told, "amount": told["amount"].as_json() if told["amount"] else None}


def _amount(by: By) -> Money | None:
    told = by.given["amount"]
    return Money.parse(told["amount"], told["currency"]) if told else None


def _giving_back(
    name: str, give: Callable[..., Any], left: Callable[[Any], Money], paid_at: Callable[[Any], Any]
) -> bulk_admin.Action:
    """The act that gives back what somebody paid, asked for with a page of its own."""

    def carry_out(row: Any, by: By) -> str:
        done = give(
            row,
            amount=_amount(by),
            note=by.given["reason"],
            actor=_who(by),
            as_credit=by.given["as_credit"],
        )
        return f"{done.amount.localized()}, {done.get_state_display()} {done.failure}".strip()

    title = _("Give money back: all, a part, or as credit")
    act = bulk.keep(Act(name, title, carry_out, talks=True))

    @confirmed
    def chosen(admin: Any, request: HttpRequest, rows: QuerySet[Any]) -> HttpResponse | None:
        told = giving_back.ask(request, rows, left=left, paid_at=paid_at)
        if isinstance(told, HttpResponse):
            return told
        return bulk_admin.carry_out(request, rows, act, _given(told))

    return bulk_admin.describe(chosen, act)


refund = _giving_back(
    "orders.refund",
    lambda row, **how: refunds.refund(order=row, **how),
    refunds.left_of,
    lambda row: row.captured_at,
)


# Subscriptions ------------------------------------------------------------------------------------


def _stands(row: Subscription) -> str:
    return f"{row.state} {row.review}".strip()


@action("subscriptions.settle", _("Ask the provider again"))
def settle_subscription(row: Subscription, by: By) -> str:
    return _stands(subscriptions.settle(row.pk))


@confirmed
@action("subscriptions.resume", _("Take up again, asking for what is owed"))
def resume(row: Subscription, by: By) -> str:
    return _stands(subscription_wishes.resume(row=row, actor=_who(by)))


@action("subscriptions.cancel", _("Cancel: no further payment, paid time stays"), destroys=True)
def cancel(row: Subscription, by: By) -> str:
    return _stands(subscription_wishes.cancel(row=row, actor=_who(by)))


refund_period = _giving_back(
    "periods.refund",
    lambda row, **how: subscription_refunds.refund(period=row, **how),
    period_refunds.left_of,
    lambda row: row.paid_at,
)


@confirmed
@action("subscription_refunds.approve", _("Approve (another person than who asked)"))
def approve_period_refund(row: SubscriptionRefund, by: By) -> str:
    return str(subscription_refunds.approve(refund_id=row.pk, actor=_who(by)).state)


@action("subscription_refunds.reject", _("Turn down"), asks=ReasonForm)
def reject_period_refund(row: SubscriptionRefund, by: By) -> str:
    done = subscription_refunds.reject(refund_id=row.pk, actor=_who(by), reason=by.given["reason"])
    return str(done.state)


# The books ----------------------------------------------------------------------------------------


@action("earnings.hold", _("Hold back what these orders earned"), asks=ReasonForm)
def hold(row: Earning, by: By) -> str:
    reason = by.given["reason"]
    return str(earnings.hold_by_hand(order_id=row.order_id, actor=_who(by), reason=reason) or "")


@confirmed
@action("earnings.lift", _("Hold them back no longer"), asks=ReasonForm)
def lift(row: Earning, by: By) -> str:
    reason = by.given["reason"]
    return str(earnings.lift_by_hand(order_id=row.order_id, actor=_who(by), reason=reason) or "")


@confirmed
@action("refunds.approve", _("Approve (another person than who asked)"))
def approve_refund(row: Refund, by: By) -> str:
    return str(refunds.approve(refund_id=row.pk, actor=_who(by)).state)


@action("refunds.reject", _("Turn down"), asks=ReasonForm)
def reject_refund(row: Refund, by: By) -> str:
    done = refunds.reject(refund_id=row.pk, actor=_who(by), reason=by.given["reason"])
    return str(done.state)


@confirmed
@action("payouts.approve", _("Approve (never one's own, nor to oneself)"))
def approve_payout(row: PayoutBatch, by: By) -> str:
    return str(payouts.approve(batch_id=row.pk, actor=_who(by)).state)


class PayoutReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Each payee reads it; kept in the audit trail."),
    )


@action(
    "payouts.reject",
    _("Turn down: the money goes back to the balances"),
    asks=PayoutReasonForm,
)
def reject_payout(row: PayoutBatch, by: By) -> str:
    done = payouts.reject(batch_id=row.pk, actor=_who(by), reason=by.given["reason"])
    return str(done.state)


@action("payouts.follow", _("Ask the provider how it stands"))
def follow_payout(row: PayoutBatch, by: By) -> str:
    return str(sending.follow(row.pk).state)


@action("payment_disputes.follow", _("Ask the provider again"))
def follow_dispute(row: Dispute, by: By) -> str:
    if row.provider_dispute_id is None:
        raise NotAllowed(_("It was marked here: PayPal knows nothing of it."))
    try:
        return str(disputes.follow(row.provider_dispute_id))
    except NotYet as error:
        raise Unavailable(str(error)) from error


@confirmed
@action(
    "payment_disputes.let_stand",
    _("Marked here: the money stays with its seller"),
    asks=ReasonForm,
)
def let_stand(row: Dispute, by: By) -> str:
    reason = by.given["reason"]
    return str(marked_disputes.let_stand(dispute_id=row.pk, actor=_who(by), reason=reason).state)


@confirmed
@action(
    "payment_disputes.give_way",
    _("Marked here: the payer is right, all that is left goes back"),
    asks=ReasonForm,
    destroys=True,
)
def give_way(row: Dispute, by: By) -> str:
    reason = by.given["reason"]
    done = marked_disputes.give_way(dispute_id=row.pk, actor=_who(by), reason=reason)
    return f"{done.amount.localized()}, {done.get_state_display()} {done.failure}".strip()


# Offers -------------------------------------------------------------------------------------------


@action("coupons.switch", _("Switch on or off"))
def switch(row: Coupon, by: By) -> str:
    done = coupons.switch(coupon=row, actor=_who(by), active=not row.is_active)
    return str(_("on") if done.is_active else _("off"))


@action("packages.withdraw", _("Offer no longer"))
def withdraw(row: PackageOffer, by: By) -> None:
    packages.withdraw(row)
