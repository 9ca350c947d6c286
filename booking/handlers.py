"""What booking does when something happens below or within."""

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import directory
from accounts.events import DeletionDue
from booking import finding, queries
from booking.errors import BookingOver
from booking.events import (
    AvailabilityChanged,
    BookingCancelled,
    BookingConfirmed,
    BookingDeclined,
    BookingExpired,
    BookingMoved,
)
from booking.models import Booking, Series
from booking.services import (
    cancelling,
    evidence,
    free_times,
    holding,
    meetings,
    paying,
    securing,
    series,
    settling,
    waitlist,
    writing,
    zoom_news,
)
from payments.events import PaymentApproved, PaymentCaptured, PaymentFailed, PaymentRefunded
from payments.models import Order
from payments.sellers import Quote, proves, secures, sells
from tutorme.core import inbox, jobs, outbox
from tutorme.core.errors import NotFound
from tutorme.core.ids import uuid7

State = Booking.State


@sells(paying.KIND)
def quote(target_id: UUID, buyer: Any) -> Quote:
    """The price agreed when the time was held."""
    row = Booking.objects.filter(pk=target_id, student=buyer).select_related("lesson_type").first()
    if row is None:
        raise NotFound
    if row.state not in {State.HELD, State.PENDING_PAYMENT} or row.series_id is not None:
        raise BookingOver(state=row.state)
    return Quote(
        description=str(row.lesson_type),
        price=row.price,
        payee_id=row.tutor_id,
        url=reverse("lesson-booking", args=[row.pk]),
        in_escrow=True,
        commission_per_mille=row.commission_per_mille,
        begins_at=row.starts_at,
        kept_until=row.expires_at,
    )


@sells(series.KIND)
def quote_series(target_id: UUID, buyer: Any) -> Quote:
    """All lessons of it at once, each a part of the tutor's share."""
    row = Series.objects.filter(pk=target_id, student=buyer).select_related("lesson_type").first()
    if row is None:
        raise NotFound
    series.check_unpaid(row)
    what = {"count": row.lessons, "what": str(row.lesson_type)}
    return Quote(
        description=_("%(count)d × %(what)s") % what,
        price=row.price,
        payee_id=row.tutor_id,
        url=reverse("lessons"),
        in_escrow=True,
        units=row.lessons,
        commission_per_mille=row.bookings.values_list("commission_per_mille", flat=True)[0],
    )


@proves(paying.KIND)
def evidence_of_lesson(order: Order) -> list[str]:
    return evidence.of_booking(Booking.objects.get(pk=order.target_id))


@proves(series.KIND)
def evidence_of_series(order: Order) -> list[str]:
    lessons = Booking.objects.filter(series_id=order.target_id).order_by("starts_at")
    return [line for row in lessons for line in evidence.of_booking(row)]


@outbox.handles(PaymentApproved)
def keep_the_time(event: PaymentApproved) -> None:
    """Its payer agreed and is on the way back here."""
    if event.kind == paying.KIND:
        holding.keep_while_paying(event.target_id)
    elif event.kind == series.KIND:
        for pk in Booking.objects.filter(series_id=event.target_id).values_list("pk", flat=True):
            holding.keep_while_paying(pk)


directory.tell(
    directory.Almanac(
        matching=finding.matching,
        rated=finding.rated,
        rank=finding.rank,
        noted=finding.noted,
        moments=finding.moments,
        starts=queries.free_starts,
    )
)


inbox.processes(zoom_news.PROVIDER)(zoom_news.apply)


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
    """By a job: the tutor's calendars are looked into first, and none is asked in here."""
    if event.kind in securing.KINDS:
        securing.want(event.order_id)


@outbox.handles(PaymentFailed)
def let_the_time_go(event: PaymentFailed) -> None:
    securing.give_up(event.order_id)


@secures(paying.KIND)
def secure_the_time(target_id: UUID) -> None:
    securing.secure([target_id])


@secures(series.KIND)
def secure_all_times(target_id: UUID) -> None:
    securing.secure(securing.lessons_of(series.KIND, target_id))


@outbox.handles(PaymentRefunded)
def take_the_lesson_back(event: PaymentRefunded) -> None:
    """All of its money went back without anybody calling the lesson off: it is off."""
    if event.full and event.kind == paying.KIND:
        cancelling.call_off_unpaid(event.target_id, order_id=event.order_id)


@outbox.handles(DeletionDue)
def call_off_all(event: DeletionDue) -> None:
    user_id = str(event.user_id)
    key = f"booking.call_off_all:{event.deletion_id}"
    jobs.enqueue("booking.call_off_all", key=key, args={"user_id": user_id})


@outbox.handles(BookingCancelled)
def give_the_money_back(event: BookingCancelled) -> None:
    row = Booking.objects.get(pk=event.booking_id)
    settling.give_back(
        row,
        percent=event.refund_percent,
        whole=event.whole,
        version=event.version,
        as_credit=event.as_credit,
    )
    waitlist.follow(row.pk, taken=False)


@outbox.handles(BookingDeclined)
def give_back_for_a_no(event: BookingDeclined) -> None:
    _give_all_back(event.booking_id, event.version)


@outbox.handles(BookingExpired)
def give_back_for_no_answer(event: BookingExpired) -> None:
    _give_all_back(event.booking_id, event.version)
    waitlist.follow(event.booking_id, taken=False)


@outbox.handles(BookingConfirmed)
def note_the_waitlist(event: BookingConfirmed) -> None:
    waitlist.follow(event.booking_id, taken=True)


@outbox.handles(AvailabilityChanged)
def serve_the_waitlist(event: AvailabilityChanged) -> None:
    """By a job: it takes the locks of one person after the other, each in its own transaction."""
    if waitlist.is_waited_for(event.tutor_id):
        args = {"tutor_id": str(event.tutor_id)}
        jobs.enqueue(waitlist.SERVE, key=f"{waitlist.SERVE}:{uuid7()}", args=args)


def _give_all_back(booking_id: UUID, version: int) -> None:
    row = Booking.objects.get(pk=booking_id)
    settling.give_back(row, percent=100, whole=True, version=version, as_credit=False)
