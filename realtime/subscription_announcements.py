"""What people are told of their subscriptions; the rest is in announcements.py.

The warnings follow PayPal's clock: it tries a failed payment again after five and after ten days,
and each refusal is told of once; the third one ends in the suspension, which is told of instead.
"""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from payments.events import (
    SubscriptionActivated,
    SubscriptionCancelled,
    SubscriptionChanged,
    SubscriptionPaid,
    SubscriptionPaymentFailed,
    SubscriptionRefunded,
    SubscriptionSuspended,
)
from payments.models import Subscription, SubscriptionPeriod
from realtime.announcements import Announcement, Facts, Told, declare
from tutorme.core.ids import uuid7

_MAIL = "subscription"


def _told(user_id: UUID, key: str, **facts: object) -> list[Told]:
    return [Told(user_id, key, facts, reverse("subscriptions"))]


def _day(at: datetime | None) -> dict[str, str] | str:
    return {"on": at.isoformat()} if at else ""


def _plan_of(subscription_id: UUID) -> str:
    rows = Subscription.objects.filter(pk=subscription_id)
    return str(rows.values_list("version__plan__name", flat=True).get())


def _owner(event: SubscriptionActivated) -> list[Told]:
    """It may begin again, after a pause: each time is told."""
    return _told(event.user_id, f"subscription-activated:{uuid7()}", plan=event.plan)


def _payer(event: SubscriptionPaid) -> list[Told]:
    facts = _payment(event.period_id)
    return _told(event.user_id, f"subscription-paid:{event.sale_id}", **facts)


def _paid_back(event: SubscriptionRefunded) -> list[Told]:
    facts = _payment(event.period_id)
    return _told(event.user_id, f"subscription-refunded:{event.sale_id}", **facts)


def _payment(period_id: UUID) -> Facts:
    row = SubscriptionPeriod.objects.select_related("version__plan").get(pk=period_id)
    return {
        "plan": row.version.plan.name,
        "amount": {"minor": row.amount_minor, "currency": row.currency},
        "until": _day(row.ends_at),
        "papers": settings.PUBLIC_BASE_URL + reverse("subscriptions"),
    }


def _warned(event: SubscriptionPaymentFailed) -> list[Told]:
    if event.next_try_at is None:
        return []
    return _told(
        event.user_id,
        f"subscription-failed:{event.subscription_id}:{event.failures}:{event.next_try_at.date()}",
        plan=_plan_of(event.subscription_id),
        again=_day(event.next_try_at),
        until=_day(event.access_until),
    )


def _stopped(event: SubscriptionSuspended) -> list[Told]:
    if event.paused:
        return []
    key = f"subscription-suspended:{event.subscription_id}:{uuid7()}"
    return _told(event.user_id, key, plan=_plan_of(event.subscription_id))


def _leaver(event: SubscriptionCancelled) -> list[Told]:
    key = f"subscription-cancelled:{event.subscription_id}"
    plan, until = _plan_of(event.subscription_id), _day(event.access_until)
    return _told(event.user_id, key, plan=plan, until=until) if event.access_until else []


def _changer(event: SubscriptionChanged) -> list[Told]:
    return _told(event.user_id, f"subscription-changed:{uuid7()}", plan=event.plan)


declare(
    Announcement(
        kind="subscription-activated",
        event=SubscriptionActivated,
        who=_owner,
        title=_("Your subscription runs: %(plan)s"),
        body=_("Everything in %(plan)s is open to you."),
        mail=_MAIL,
        action=_("See your subscription"),
    )
)
declare(
    Announcement(
        kind="subscription-paid",
        is_essential=True,
        event=SubscriptionPaid,
        who=_payer,
        title=_("Payment received: %(amount)s"),
        body=_("You paid %(amount)s for %(plan)s, until %(until)s."),
        mail=_MAIL,
        action=_("See your subscription"),
    )
)
declare(
    Announcement(
        kind="subscription-refunded",
        is_essential=True,
        event=SubscriptionRefunded,
        who=_paid_back,
        title=_("Payment returned: %(amount)s"),
        body=_("%(amount)s for %(plan)s went back the way it was paid, and that time is closed."),
        mail=_MAIL,
        action=_("See your subscription"),
    )
)
declare(
    Announcement(
        kind="subscription-failed",
        is_essential=True,
        event=SubscriptionPaymentFailed,
        who=_warned,
        title=_("A payment failed: %(plan)s"),
        body=_(
            "PayPal did not get the payment for %(plan)s and tries again on %(again)s. Your paid "
            "time and three days after it stay open: until %(until)s. See to it that the way you "
            "pay at PayPal works, or have it tried now."
        ),
        mail=_MAIL,
        action=_("Pay now"),
    )
)
declare(
    Announcement(
        kind="subscription-suspended",
        is_essential=True,
        event=SubscriptionSuspended,
        who=_stopped,
        title=_("Your subscription stopped: %(plan)s"),
        body=_(
            "PayPal tried three times and did not get the payment for %(plan)s. Nothing more is "
            "taken. When the way you pay works again, you can take it up where it stopped."
        ),
        mail=_MAIL,
        action=_("Take it up again"),
    )
)
declare(
    Announcement(
        kind="subscription-cancelled",
        is_essential=True,
        event=SubscriptionCancelled,
        who=_leaver,
        title=_("Your subscription is cancelled: %(plan)s"),
        body=_("Nothing more is taken. What you paid for stays open until %(until)s."),
        mail=_MAIL,
        action=_("See your subscription"),
    )
)
declare(
    Announcement(
        kind="subscription-changed",
        event=SubscriptionChanged,
        who=_changer,
        title=_("Your plan changes: %(plan)s"),
        body=_("You agreed to %(plan)s. It begins with the next payment."),
        action=_("See your subscription"),
    )
)
