"""What people are told about their earnings, credit and packages."""

from dataclasses import replace

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from payments.events import (
    CreditEnding,
    PackageEnded,
    PackageEnding,
    PaymentDisputed,
    PaymentFailed,
    PayoutAddressChanged,
    PayoutFailed,
    PayoutPaid,
    PayoutRejected,
    SubscriptionPartRefunded,
    SubscriptionPaymentDisputed,
)
from payments.models import Dispute, Order, Package
from payments.payout_words import why
from realtime.announcements import Announcement, Facts, Told, declare
from realtime.staff_news import who_may_act
from tutorme.core.ids import uuid7


def _paid(event: PayoutPaid) -> list[Told]:
    facts = _amount(event.amount_minor, event.currency)
    return [Told(event.user_id, f"payout-paid:{event.item_id}", facts, reverse("teach-payouts"))]


def _failed(event: PayoutFailed) -> list[Told]:
    facts = {**_amount(event.amount_minor, event.currency), "code": event.reason}
    return [Told(event.user_id, f"payout-failed:{event.item_id}", facts, reverse("teach-payouts"))]


def _rejected(event: PayoutRejected) -> list[Told]:
    facts = {**_amount(event.amount_minor, event.currency), "why": event.reason}
    page = reverse("teach-payouts")
    return [Told(event.user_id, f"payout-rejected:{event.item_id}", facts, page)]


def _why_it_failed(facts: Facts) -> Facts:
    return {**facts, "why": str(why(facts.get("code", "")))}


def _redirected(event: PayoutAddressChanged) -> list[Told]:
    key = f"payout-redirected:{event.user_id}:{uuid7()}"
    return [Told(event.user_id, key, {"email": event.email}, reverse("teach-payouts"))]


def _credit(event: CreditEnding) -> list[Told]:
    facts = _amount(event.amount_minor, event.currency)
    return [Told(event.user_id, f"credit-ending:{event.lot_id}", facts, reverse("payments-credit"))]


def _package(event: PackageEnding) -> list[Told]:
    package = Package.objects.select_related("offer").get(pk=event.package_id)
    facts = {"what": package.offer.title, "left": event.left, "days": event.days}
    key = f"package-ending:{event.package_id}:{event.days}"
    return [Told(event.user_id, key, facts, reverse("payments-packages"))]


def _ended(event: PackageEnded) -> list[Told]:
    """The reason stands on the order's page alone, where it can be taken out again. One whose
    refund failed may be ended again."""
    key = f"package-ended:{event.refund_id or event.package_id}"
    package = Package.objects.select_related("offer", "seller").get(pk=event.package_id)
    facts = {
        **_amount(event.amount_minor, event.currency),
        "what": package.offer.title,
        "left": event.left,
        "who": package.seller.display_name,
    }
    page = reverse("payments-order", args=[event.order_id])
    return [Told(event.buyer_id, key, facts, page)]


def _unpaid(event: PaymentFailed) -> list[Told]:
    order = Order.objects.only("description").get(pk=event.order_id)
    page = reverse("payments-order", args=[event.order_id])
    key = f"payment-failed:{event.order_id}"
    return [Told(event.buyer_id, key, {"what": order.description}, page)]


def _disputed(event: PaymentDisputed) -> list[Told]:
    """Those who answer it at PayPal, which gives them days."""
    if Dispute.objects.exclude(opened_by=None).filter(pk=event.dispute_id).exists():
        return []
    order = Order.objects.only("description").get(pk=event.order_id)
    return _those_who_answer(event, "payment-disputed", order.description)


def _marked(event: PaymentDisputed) -> list[Told]:
    """Who may decide about it, but for who marked it."""
    row = Dispute.objects.select_related("order").get(pk=event.dispute_id)
    if row.opened_by_id is None or row.order is None:
        return []
    told = _those_who_answer(event, "payment-marked", row.order.description)
    facts = {"note": row.note}
    return [
        replace(one, facts={**one.facts, **facts})
        for one in told
        if one.user_id != row.opened_by_id
    ]


def _disputed_period(event: SubscriptionPaymentDisputed) -> list[Told]:
    return _those_who_answer(event, "subscription-payment-disputed", event.plan)


def _those_who_answer(
    event: PaymentDisputed | SubscriptionPaymentDisputed, kind: str, what: str
) -> list[Told]:
    facts = {"what": what, **_amount(event.amount_minor, event.currency)}
    page = reverse("admin:payments_dispute_change", args=[event.dispute_id])
    people = who_may_act(kind)
    return [Told(pk, f"{kind}:{event.dispute_id}:{pk}", facts, page) for pk in people]


def _part_returned(event: SubscriptionPartRefunded) -> list[Told]:
    kind = "subscription-part-refunded"
    papers = settings.PUBLIC_BASE_URL + reverse("subscriptions")
    facts = {
        **_amount(event.amount_minor, event.currency),
        "plan": event.plan,
        "papers": papers,
    }
    return [Told(event.user_id, f"{kind}:{event.refund_id}", facts, reverse("subscriptions"))]


def _amount(minor: int, currency: str) -> Facts:
    return {"amount": {"minor": minor, "currency": currency}}


declare(
    Announcement(
        kind="payout-paid",
        event=PayoutPaid,
        who=_paid,
        title=_("Payout sent: %(amount)s"),
        body=_("%(amount)s of your earnings are at PayPal."),
        mail="money",
        action=_("See your payouts"),
    )
)
declare(
    Announcement(
        kind="payout-failed",
        is_essential=True,
        event=PayoutFailed,
        who=_failed,
        title=_("A payout came back: %(amount)s"),
        body=_(
            "%(amount)s could not be paid to your PayPal address and are on your balance again. "
            "%(why)s"
        ),
        mail="money",
        read_as=_why_it_failed,
        action=_("See your payouts"),
    )
)
declare(
    Announcement(
        kind="payout-rejected",
        is_essential=True,
        event=PayoutRejected,
        who=_rejected,
        title=_("A payout was turned down: %(amount)s"),
        body=_("%(amount)s are on your balance again. The reason given: %(why)s"),
        mail="money",
        action=_("See your payouts"),
    )
)
declare(
    Announcement(
        kind="payout-redirected",
        is_essential=True,
        event=PayoutAddressChanged,
        who=_redirected,
        title=_("Your payout address was set"),
        body=_(
            "Your earnings will be paid to %(email)s. If it was not you who set it, change your "
            "password and the address at once: a changed address is not used for some days."
        ),
        mail="money",
        action=_("See your payouts"),
    )
)
declare(
    Announcement(
        kind="credit-ending",
        event=CreditEnding,
        who=_credit,
        title=_("%(amount)s of your credit end soon"),
        body=_("%(amount)s of your credit end within a week. Use them at any checkout."),
        mail="money",
        action=_("See your credit"),
    )
)
declare(
    Announcement(
        kind="package-ending",
        event=PackageEnding,
        who=_package,
        title=_("Lessons of a package end soon"),
        body=_("%(what)s: %(left)s lessons are left, and %(days)s days to use them."),
        mail="money",
        action=_("See your packages"),
    )
)
declare(
    Announcement(
        kind="package-ended",
        event=PackageEnded,
        who=_ended,
        title=_("%(who)s ended a package: %(what)s"),
        body=_(
            "Lessons that were not used yet: %(left)s. What you paid for them comes back: "
            "%(amount)s. Lessons that are booked stay booked. The order's page tells more."
        ),
        is_essential=True,
        mail="money",
        action=_("See the order"),
    )
)
declare(
    Announcement(
        kind="payment-failed",
        event=PaymentFailed,
        who=_unpaid,
        title=_("Not paid: %(what)s"),
        body=_("The payment for %(what)s did not go through, and nothing was taken. Try again."),
        is_essential=True,
        mail="money",
        action=_("See the order"),
    )
)
declare(
    Announcement(
        kind="subscription-part-refunded",
        event=SubscriptionPartRefunded,
        who=_part_returned,
        title=_("A part of a payment is back: %(amount)s"),
        body=_("%(amount)s of what you paid for %(plan)s came back. Your subscription goes on."),
        is_essential=True,
        mail="money",
        action=_("See your subscription"),
    )
)
for _kind, _event, _who, _body in (
    (
        "payment-disputed",
        PaymentDisputed,
        _disputed,
        _(
            "At PayPal, about %(amount)s. Its money waits. Answer there in time; what is known of "
            "it is on the complaint's page here."
        ),
    ),
    (
        "payment-marked",
        PaymentDisputed,
        _marked,
        _(
            "Marked here, about %(amount)s: %(note)s. Its money waits until somebody decides, in "
            "the list of complaints."
        ),
    ),
    (
        "subscription-payment-disputed",
        SubscriptionPaymentDisputed,
        _disputed_period,
        _(
            "At PayPal, about %(amount)s of a subscription. Answer there in time; what is known of "
            "it is on the complaint's page here."
        ),
    ),
):
    declare(
        Announcement(
            kind=_kind,
            event=_event,
            who=_who,
            title=_("A payer complains: %(what)s"),
            body=_body,
            mail="money",
            action=_("See what is known"),
        )
    )
