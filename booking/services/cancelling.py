"""Calling a lesson off, and a tutor's word on a request."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from booking import queries
from booking.errors import BookingOver, SlotTaken
from booking.events import (
    AvailabilityChanged,
    BookingCancelled,
    BookingDeclined,
)
from booking.models import Booking
from booking.policies import POLICIES, share
from booking.services import changes, confirming, live, standing
from tutorme.core import audit, outbox
from tutorme.core.errors import NotAllowed
from tutorme.core.events import Event
from tutorme.core.money import Money

State = Booking.State
STANDING = {State.CONFIRMED, State.PENDING_APPROVAL}
UNPAID = {State.HELD, State.PENDING_PAYMENT}
OPEN = STANDING | UNPAID


@dataclass(frozen=True)
class Preview:
    """What comes back if it is called off now, by this person. `whole`: nothing is to be paid for
    having booked, so that a lesson of a package goes back into it."""

    percent: int
    amount: Money
    whole: bool


def preview(row: Booking, *, by: User, now: datetime | None = None) -> Preview:
    """All of it where the tutor or the site calls off; by the policy agreed where the student
    does. A request the tutor has not answered costs nothing."""
    now = now or timezone.now()
    percent, whole = 100, True
    if by.pk == row.student_id and row.state != State.PENDING_APPROVAL and not _is_trial(row):
        policy = POLICIES[row.cancellation]
        percent = policy.percent(starts_at=row.starts_at, cancelled_at=now)
        whole = percent == policy.most
    return Preview(percent, share(row.price, percent), whole)


def _is_trial(row: Booking) -> bool:
    """A trial is called off without penalty."""
    return row.lesson_type.is_trial


@transaction.atomic
def cancel(
    *,
    booking_id: UUID,
    by: User,
    reason: str = "",
    as_credit: bool = False,
    now: datetime | None = None,
) -> Booking:
    """By whoever it is between, or by staff. Before it started; afterwards it is a matter of who
    was there. The event names what is due back, `as_credit` where the student chose so."""
    now = now or timezone.now()
    row = Booking.objects.select_for_update(of=("self",), no_key=True).get(pk=booking_id)
    if row.series_id is not None and row.state in UNPAID:
        return _let_series_go(row, by)
    if row.state not in OPEN or row.starts_at <= now:
        raise BookingOver(state=row.state)
    due = preview(row, by=by, now=now)
    to, word = _called_off(row, by)
    row = changes.move(row, to, actor_id=by.pk, reason=reason, expires_at=None)
    if to == State.CANCELLED_BY_TUTOR:
        standing.recount(row.tutor_id)
    told = BookingCancelled(
        row.pk,
        row.version,
        row.tutor_id,
        row.student_id,
        word,
        due.percent,
        whole=due.whole,
        as_credit=as_credit and by.pk == row.student_id,
    )
    tell(row, told, by.pk)
    return row


@transaction.atomic
def call_off(
    *,
    booking_id: UUID,
    by: User,
    percent: int,
    reason: str,
    as_credit: bool = False,
    now: datetime | None = None,
) -> Booking:
    """By an admin, who says what share of the price goes back; the rest is the tutor's. A lesson of
    a package goes back into it where all of it does. Nobody decides about a lesson of their own."""
    now = now or timezone.now()
    row = Booking.objects.select_for_update(of=("self",), no_key=True).get(pk=booking_id)
    if by.pk in {row.tutor_id, row.student_id}:
        raise NotAllowed
    if row.state != State.CONFIRMED or row.starts_at <= now:
        raise BookingOver(state=row.state)
    to = State.CANCELLED_BY_PLATFORM
    row = changes.move(row, to, actor_id=by.pk, reason=reason, expires_at=None)
    told = BookingCancelled(
        row.pk,
        row.version,
        row.tutor_id,
        row.student_id,
        "platform",
        percent,
        whole=percent == 100,
        as_credit=as_credit,
    )
    facts = {"refund_percent": percent, "as_credit": as_credit}
    audit.record("booking.cancelled", target=row, actor_id=by.pk, after=facts, reason=reason)
    tell(row, told, by.pk)
    return row


def _let_series_go(row: Booking, by: User) -> Booking:
    """Before it is paid for, a series is one thing."""
    if by.pk != row.student_id:
        raise BookingOver(state=row.state)
    assert row.series is not None
    unpaid = row.series.bookings.filter(state__in=UNPAID).order_by("pk")
    for each in unpaid.select_for_update(of=("self",), no_key=True):
        let_go = changes.move(each, State.CANCELLED_BY_STUDENT, actor_id=by.pk, expires_at=None)
        gone = BookingCancelled(each.pk, each.version, each.tutor_id, each.student_id, "student", 0)
        tell(let_go, gone, by.pk)
    row.refresh_from_db()
    return row


def tell(row: Booking, event: Event, actor_id: UUID) -> None:
    """Once for each version of the booking, and that the tutor's times are others."""
    outbox.record(event, actor_id=actor_id, key=f"{event.name}:{row.pk}:{row.version}")
    outbox.record(AvailabilityChanged(row.tutor_id))


def _called_off(row: Booking, by: User) -> tuple[Booking.State, str]:
    if by.pk == row.student_id:
        return State.CANCELLED_BY_STUDENT, "student"
    if row.state != State.CONFIRMED:
        # A request is declined; a hold is the student's alone.
        raise BookingOver(state=row.state)
    if by.pk == row.tutor_id:
        return State.CANCELLED_BY_TUTOR, "tutor"
    return State.CANCELLED_BY_PLATFORM, "platform"


@transaction.atomic
def call_off_unpaid(booking_id: UUID, *, order_id: UUID) -> None:
    """By the house: its money is gone, by a refund at the provider or a bank's reversal."""
    rows = Booking.objects.select_for_update(of=("self",), no_key=True)
    row = rows.filter(
        pk=booking_id, order_id=order_id, state__in=STANDING, starts_at__gt=timezone.now()
    ).first()
    if row is None:
        return
    to = State.CANCELLED_BY_PLATFORM if row.state == State.CONFIRMED else State.DECLINED
    row = changes.move(row, to, reason="its payment went back", expires_at=None)
    told = BookingCancelled(row.pk, row.version, row.tutor_id, row.student_id, "platform", 100)
    outbox.record(told, key=f"{told.name}:{row.pk}:{row.version}")
    outbox.record(AvailabilityChanged(row.tutor_id))


def answer(*, booking_id: UUID, tutor: User, accept: bool, reason: str = "") -> Booking:
    """The tutor's word on a request. `SlotTaken` where their own calendar has something then."""
    if accept:
        live.look_again(booking_id)
    return _answer(booking_id, tutor, accept=accept, reason=reason)


@transaction.atomic
def _answer(booking_id: UUID, tutor: User, *, accept: bool, reason: str) -> Booking:
    row = Booking.objects.select_for_update(of=("self",), no_key=True).get(pk=booking_id)
    if row.tutor_id != tutor.pk:
        raise NotAllowed
    if row.state != State.PENDING_APPROVAL:
        raise BookingOver(state=row.state)
    if accept:
        if row.group_id is None and queries.is_busy_elsewhere(row):
            raise SlotTaken("Your own calendar has something else then.")
        return confirming.confirm(row, now=timezone.now(), actor_id=tutor.pk)
    row = changes.move(row, State.DECLINED, actor_id=tutor.pk, reason=reason, expires_at=None)
    tell(row, BookingDeclined(row.pk, row.version, row.tutor_id, row.student_id), tutor.pk)
    return row
