"""What booking does when something happens below or within."""

from typing import Any
from uuid import UUID

from django.urls import reverse

from accounts import directory
from booking import finding, queries
from booking.errors import BookingOver, SlotTaken, StudentBusy
from booking.events import (
    AvailabilityChanged,
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingExpired,
    BookingMoved,
)
from booking.models import Booking
from booking.services import free_times, holding, meetings, writing
from payments.events import PaymentCaptured
from payments.sellers import Quote, sells
from tutorme.core import jobs, outbox
from tutorme.core.errors import NotFound

KIND = "booking"
State = Booking.State


@sells(KIND)
def quote(target_id: UUID, buyer: Any) -> Quote:
    """The price agreed when the time was held."""
    row = Booking.objects.filter(pk=target_id, student=buyer).select_related("lesson_type").first()
    if row is None:
        raise NotFound
    if row.state not in {State.HELD, State.PENDING_PAYMENT}:
        raise BookingOver(state=row.state)
    return Quote(
        description=str(row.lesson_type),
        price=row.price,
        payee_id=row.tutor_id,
        url=reverse("booking-api-read", args=[row.pk]),
    )


directory.tell(directory.Almanac(matching=finding.matching, starts=queries.free_starts))


@outbox.handles(AvailabilityChanged)
def note_free_times(event: AvailabilityChanged) -> None:
    free_times.rebuild(event.tutor_id)


@outbox.handles(BookingConfirmed)
def arrange_the_meeting(event: BookingConfirmed) -> None:
    meetings.want(event.booking_id, event.version)
    writing.want(event.booking_id, event.version)


@outbox.handles(BookingMoved)
def move_the_meeting(event: BookingMoved) -> None:
    meetings.want(event.booking_id, event.version)
    writing.want(event.booking_id, event.version)


@outbox.handles(BookingCancelled)
def end_the_meeting(event: BookingCancelled) -> None:
    meetings.want(event.booking_id, event.version)
    writing.want(event.booking_id, event.version)


@outbox.handles(PaymentCaptured)
def give_the_lesson(event: PaymentCaptured) -> None:
    """What was paid for is confirmed; where the time went to somebody else meanwhile, all of the
    money goes back."""
    if event.kind != KIND:
        return
    try:
        holding.pay(booking_id=event.target_id, order_id=event.order_id)
    except (BookingOver, SlotTaken, StudentBusy):
        _give_back(event.order_id, event.target_id, percent=100, version=0)


@outbox.handles(BookingCancelled)
def give_the_money_back(event: BookingCancelled) -> None:
    order_id = Booking.objects.values_list("order_id", flat=True).get(pk=event.booking_id)
    if order_id is not None and event.refund_percent:
        _give_back(order_id, event.booking_id, percent=event.refund_percent, version=event.version)


@outbox.handles(BookingDeclined)
def give_back_for_a_no(event: BookingDeclined) -> None:
    _give_all_back(event.booking_id, event.version)


@outbox.handles(BookingExpired)
def give_back_for_no_answer(event: BookingExpired) -> None:
    _give_all_back(event.booking_id, event.version)


def _give_all_back(booking_id: UUID, version: int) -> None:
    order_id = Booking.objects.values_list("order_id", flat=True).get(pk=booking_id)
    if order_id is not None:
        _give_back(order_id, booking_id, percent=100, version=version)


def _give_back(order_id: UUID, booking_id: UUID, *, percent: int, version: int) -> None:
    jobs.enqueue(
        "booking.refund",
        key=f"booking.refund:{booking_id}:{order_id}:{version}",
        args={"order_id": str(order_id), "booking_id": str(booking_id), "percent": percent},
    )
