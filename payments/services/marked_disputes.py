"""Complaints that PayPal knows nothing of: a letter of a bank, a lawyer, a court. Somebody marks
the order and later decides; between the two it stands as with a complaint of PayPal's own.

Lock order: the order's row, the dispute's, its refunds.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from payments.models import Dispute, Order, Refund
from payments.services import disputes, earnings, refunds, transitions
from tutorme.core import audit
from tutorme.core.errors import NotAllowed
from tutorme.core.transactions import outside_transaction

State = Dispute.State
_HERE = (Order.State.CAPTURED, Order.State.PARTIALLY_REFUNDED)


@transaction.atomic
def mark(*, order_id: UUID, actor: Any, reason: str) -> Dispute:
    """About all that is left of a payment. Nothing of it is paid out until it is decided. Raises
    `NotAllowed` where no money of it is here, or somebody complains about it already."""
    order = transitions.locked(order_id)
    left = order.total.minor - order.refunded_minor
    if order.state not in _HERE or left <= 0:
        raise NotAllowed(_("There is no money of it here, or it is disputed already."))
    row = Dispute.objects.create(
        order=order,
        opened_by_id=actor.pk,
        note=reason[:300],
        amount_minor=left,
        currency=order.currency,
    )
    audit.record(
        "payment.disputed",
        target=order,
        actor_id=actor.pk,
        after={"dispute": str(row.pk)},
        reason=reason,
    )
    transitions.stand(order, f"marked as disputed: {reason}")
    disputes.tell(row, order)
    return row


def let_stand(*, dispute_id: UUID, actor: Any, reason: str) -> Dispute:
    """The money stays with its seller. `NotAllowed` for what PayPal decides or was decided."""
    with transaction.atomic():
        return _decide(dispute_id, State.WON, actor, reason)


@outside_transaction
def give_way(*, dispute_id: UUID, actor: Any, reason: str) -> Refund:
    """The payer is right: all that is left goes back, as `refunds.refund` would give it, which
    above the site's limit waits for another person. Until it went what the seller earned stays
    held, whatever becomes of the refund."""
    with transaction.atomic():
        row = _decide(dispute_id, State.LOST, actor, reason)
        order = transitions.locked(_order_of(row))
        earnings.hold(order.pk, reason=reason)
        back = refunds.promise(order, refunds.left_of(order), note=reason, actor_id=actor.pk)
    return refunds.carry_out(back.pk)


def _decide(dispute_id: UUID, to: Dispute.State, actor: Any, reason: str) -> Dispute:
    order = transitions.locked(_order_of(Dispute.objects.get(pk=dispute_id)))
    row = Dispute.objects.select_for_update(of=("self",)).get(pk=dispute_id)
    if row.opened_by_id is None or row.state != State.OPEN:
        raise NotAllowed(_("PayPal decides about its own, and what was decided stays so."))
    row.state = to
    row.save(update_fields=["state"])
    Dispute.objects.filter(pk=row.pk).update(resolved_at=Now())
    audit.record(
        f"payment.dispute_{to}",
        target=order,
        actor_id=actor.pk,
        after={"dispute": str(row.pk)},
        reason=reason,
    )
    transitions.stand(order, f"decided: {reason}")
    disputes.tell(row, order)
    return row


def _order_of(row: Dispute) -> UUID:
    if row.order_id is None:
        raise NotAllowed(_("PayPal decides about its own, and what was decided stays so."))
    return row.order_id
