from uuid import UUID

from django.db import transaction

from booking.models import Booking
from booking.policies import share
from payments.models import Order, Refund
from payments.services import refunds, transitions
from tutorme.core.money import Money
from tutorme.core.transactions import outside_transaction


@outside_transaction
def give_back(
    *, order_id: UUID, booking_id: UUID, percent: int, as_credit: bool = False
) -> Refund | None:
    """That share of what was paid for this lesson, once: a second run goes on with the first one's
    row."""
    with transaction.atomic():
        row = _intended(order_id, booking_id, percent, as_credit=as_credit)
    return refunds.carry_out(row.pk) if row else None


def _intended(order_id: UUID, booking_id: UUID, percent: int, *, as_credit: bool) -> Refund | None:
    order, note = transitions.locked(order_id), f"booking {booking_id}"
    begun = order.refunds.filter(note=note).exclude(state=Refund.State.FAILED).first()
    if begun is not None:
        return begun
    wanted = min(share(_paid_for(order, booking_id), percent), refunds.left_of(order))
    if not wanted:
        return None
    return refunds.intend(order, wanted, note=note, actor_id=None, as_credit=as_credit)


def _paid_for(order: Order, booking_id: UUID) -> Money:
    """All of an order, or this lesson's part of a series', so cut that the parts make the whole."""
    row = Booking.objects.get(pk=booking_id)
    if row.series_id is None:
        return order.total
    together = list(
        Booking.objects.filter(series_id=row.series_id).order_by("pk").values_list("pk", flat=True)
    )
    at, count, whole = together.index(row.pk), len(together), order.total.minor
    return Money(whole * (at + 1) // count - whole * at // count, order.currency)
