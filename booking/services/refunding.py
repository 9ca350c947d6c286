from uuid import UUID

from booking.policies import share
from payments.models import Order, Refund
from payments.services import refunds
from tutorme.core.transactions import outside_transaction


@outside_transaction
def give_back(*, order_id: UUID, booking_id: UUID, percent: int) -> Refund | None:
    """That share of what was paid, once: a second run goes on with the first one's row."""
    order = Order.objects.get(pk=order_id)
    note = f"booking {booking_id}"
    begun = order.refunds.filter(note=note).exclude(state=Refund.State.FAILED).first()
    if begun is not None:
        return refunds.carry_out(begun.pk)
    amount = share(order.amount, percent)
    if not amount:
        return None
    return refunds.refund(order=order, amount=amount, note=note, actor=None)
