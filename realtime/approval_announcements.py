"""What waits for a second person is told to everybody who may be it: never to who asked for it, and
never to whom it would give something. The link is the list with this one row, since what decides
is the list's actions; who comes too late sees there how it was decided."""

from collections.abc import Iterator
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.events import AdminshipProposed
from accounts.models import AdminProposal
from payments.events import PayoutProposed, RefundProposed, SubscriptionRefundProposed
from payments.models import PayoutBatch, Refund, SubscriptionRefund
from realtime.announcements import Announcement, Facts, Told, declare
from realtime.staff_news import who_may_act

Money = PayoutProposed | RefundProposed | SubscriptionRefundProposed


def _of_payout(event: PayoutProposed) -> Iterator[Told]:
    row = PayoutBatch.objects.get(pk=event.batch_id)
    if row.state != PayoutBatch.State.DRAFT:
        return iter(())
    concerned = {row.requested_by_id, *row.items.values_list("payee_id", flat=True)}
    return _others("payout-proposed", row.pk, "payments_payoutbatch", concerned, _sum(event))


def _of_refund(event: RefundProposed) -> Iterator[Told]:
    row = Refund.objects.select_related("order").get(pk=event.refund_id)
    if row.state != Refund.State.PROPOSED:
        return iter(())
    concerned = {row.requested_by_id, row.order.buyer_id}
    facts = {**_sum(event), "what": row.order.description}
    return _others("refund-proposed", row.pk, "payments_refund", concerned, facts)


def _of_period(event: SubscriptionRefundProposed) -> Iterator[Told]:
    rows = SubscriptionRefund.objects.select_related(
        "period__subscription", "period__version__plan"
    )
    row = rows.get(pk=event.refund_id)
    if row.state != Refund.State.PROPOSED:
        return iter(())
    concerned = {row.requested_by_id, row.period.subscription.user_id}
    facts = {**_sum(event), "what": row.period.version.plan.name}
    kind = "subscription-refund-proposed"
    return _others(kind, row.pk, "payments_subscriptionrefund", concerned, facts)


def _sum(event: Money) -> Facts:
    return {"amount": {"minor": event.amount_minor, "currency": event.currency}}


def _others(
    kind: str, row_id: UUID, screen: str, concerned: set[UUID | None], facts: Facts
) -> Iterator[Told]:
    url = f"{reverse(f'admin:{screen}_changelist')}?id__exact={row_id}"
    return (
        Told(pk, f"{kind}:{row_id}:{pk}", facts, url)
        for pk in who_may_act(kind)
        if pk not in concerned
    )


def _of_admin(event: AdminshipProposed) -> Iterator[Told]:
    row = AdminProposal.objects.select_related("user", "proposed_by").get(pk=event.proposal_id)
    if row.state != AdminProposal.State.OPEN:
        return iter(())
    facts = {
        "who": row.user.display_name,
        "by": row.proposed_by.display_name,
        "reason": row.reason,
    }
    screen = "accounts_adminproposal"
    return _others("admin-proposed", row.pk, screen, {row.proposed_by_id}, facts)


declare(
    Announcement(
        kind="payout-proposed",
        event=PayoutProposed,
        who=_of_payout,
        title=_("A payout waits for approval: %(amount)s"),
        body=_("%(amount)s leave once somebody who neither asked nor is paid by it says yes."),
        mail="money",
        action=_("Look at the payout"),
    )
)
for _kind, _event, _who in (
    ("refund-proposed", RefundProposed, _of_refund),
    ("subscription-refund-proposed", SubscriptionRefundProposed, _of_period),
):
    declare(
        Announcement(
            kind=_kind,
            event=_event,
            who=_who,
            title=_("A refund waits for approval: %(amount)s"),
            body=_("%(amount)s for %(what)s, above the limit of one person alone. Yours is asked."),
            mail="money",
            action=_("Look at the refund"),
        )
    )
declare(
    Announcement(
        kind="admin-proposed",
        event=AdminshipProposed,
        who=_of_admin,
        title=_("%(by)s proposes %(who)s as an admin"),
        body=_(
            "An admin reads everybody's account and may make others. The reason given: %(reason)s. "
            "Nothing changes before another admin approves it."
        ),
        mail="notice",
        action=_("Look at the proposal"),
    )
)
