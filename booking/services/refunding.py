from uuid import UUID

from django.db import transaction

from booking.policies import share
from payments.models import Refund
from payments.services import refunds, transitions
from tutorme.core.transactions import outside_transaction


@outside_transaction
def give_back(*, order_id: UUID, booking_id: UUID, percent: int) -> Refund | None:
    """That share of what was paid, once: a second run goes on with the first one's row."""
    with transaction.atomic():
        row = _intended(order_id, f"booking {booking_id}", percent)
    return refunds.carry_out(row.pk) if row else None


def _intended(order_id: UUID, note: str, percent: int) -> Refund | None:
    order = transitions.locked(order_id)
    begun = order.refunds.filter(note=note).exclude(state=Refund.State.FAILED).first()
    if begun is not None:
        return begun
    wanted = min(share(order.total, percent), refunds.left_of(order))
    return refunds.intend(order, wanted, note=note, actor_id=None) if wanted else None
