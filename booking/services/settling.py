"""What becomes of a lesson's money: its share leaves escrow, or it goes back. By money of its own,
by a part of a series' money, or by a lesson of a package.

Called under the booking's row lock or in a handler of its event; then the order's row is locked.
"""

from uuid import UUID

from booking.models import ACTIVE_STATES, Booking
from payments.models import Earning, Order
from payments.services import earnings, packages
from tutorme.core import jobs

REFUND = "booking.refund"


def reference(booking_id: UUID) -> str:
    """How a package knows the lesson."""
    return f"booking:{booking_id}"


def deliver(row: Booking) -> None:
    """The lesson was given, or its student is charged for it: the tutor's share leaves escrow and
    is theirs when the time for disputes has passed. Again: nothing."""
    if row.package_id is not None:
        packages.deliver(reference(row.pk))
    elif row.order_id is not None and row.earning_part is None:
        _release(row, row.order_id)


def _release(row: Booking, order_id: UUID) -> None:
    Order.objects.select_for_update(of=("self",), no_key=True).get(pk=order_id)
    escrow = Earning.objects.filter(order_id=order_id, state=Earning.State.ESCROW)
    part = escrow.order_by("part").values_list("part", flat=True).first()
    if part is None:
        return
    earnings.release(order_id, part=part)
    Booking.objects.filter(pk=row.pk).update(earning_part=part)
    if not _more_to_come(row.pk, order_id):
        # What cents and halves of refunds left in the other parts.
        earnings.release(order_id)


def _more_to_come(booking_id: UUID, order_id: UUID) -> bool:
    others = Booking.objects.filter(order_id=order_id, earning_part=None).exclude(pk=booking_id)
    return others.filter(state__in=(*ACTIVE_STATES, Booking.State.DISPUTED)).exists()


def give_back(row: Booking, *, percent: int, whole: bool, version: int, as_credit: bool) -> None:
    """That share of the price goes back, and the rest is the tutor's. A lesson of a package goes
    back into it where `whole` says that nothing is to be paid for having booked."""
    if row.package_id is not None:
        packages.return_unit(reference(row.pk)) if whole else deliver(row)
    elif row.order_id is not None:
        if percent:
            refund(row.order_id, row.pk, percent=percent, version=version, as_credit=as_credit)
        if percent < 100:
            deliver(row)


def refund(
    order_id: UUID, booking_id: UUID, *, percent: int, version: int, as_credit: bool = False
) -> None:
    jobs.enqueue(
        REFUND,
        key=f"{REFUND}:{booking_id}:{order_id}:{version}",
        args={
            "order_id": str(order_id),
            "booking_id": str(booking_id),
            "percent": percent,
            "as_credit": as_credit,
        },
    )


def freeze(row: Booking, reason: str) -> None:
    """A dispute: what was released for this lesson waits for its end."""
    if place := _place(row):
        earnings.hold(place[0], reason=reason, part=place[1])


def thaw(row: Booking) -> None:
    if place := _place(row):
        earnings.lift(place[0], part=place[1])


def _place(row: Booking) -> tuple[UUID, int] | None:
    """The order and the part of its share that was released for this lesson."""
    if row.package_id is not None:
        return packages.part_of(reference(row.pk))
    if row.order_id is None or row.earning_part is None:
        return None
    return row.order_id, row.earning_part
