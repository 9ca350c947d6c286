"""Calling a lesson off, and moving it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from booking.errors import BookingOver
from booking.events import (
    AvailabilityChanged,
    BookingCancelled,
    BookingDeclined,
    BookingMoved,
)
from booking.models import Booking
from booking.policies import POLICIES, share
from booking.services import changes, holding
from booking.walltime import Span
from tutorme.core import outbox
from tutorme.core.errors import NotAllowed
from tutorme.core.money import Money
from tutorme.core.transactions import constraints

State = Booking.State
STANDING = {State.CONFIRMED, State.PENDING_APPROVAL}
UNPAID = {State.HELD, State.PENDING_PAYMENT}
OPEN = STANDING | UNPAID


@dataclass(frozen=True)
class Preview:
    """What comes back if it is called off now, by this person."""

    percent: int
    amount: Money


def preview(row: Booking, *, by: User, now: datetime | None = None) -> Preview:
    """All of it where the tutor or the site calls off; by the policy agreed where the student
    does. A request the tutor has not answered costs nothing."""
    now = now or timezone.now()
    percent = 100
    if by.pk == row.student_id and row.state != State.PENDING_APPROVAL:
        policy = POLICIES[row.cancellation]
        percent = policy.percent(starts_at=row.starts_at, cancelled_at=now)
    return Preview(percent, share(row.price, percent))


@transaction.atomic
def cancel(*, booking_id: UUID, by: User, reason: str = "", now: datetime | None = None) -> Booking:
    """By whoever it is between, or by staff. Before it started; afterwards it is a matter of who
    was there. The event names what is due back; payments hears of it through its order."""
    now = now or timezone.now()
    row = Booking.objects.select_for_update(of=("self",), no_key=True).get(pk=booking_id)
    if row.state not in OPEN or row.starts_at <= now:
        raise BookingOver(state=row.state)
    due = preview(row, by=by, now=now)
    to, word = _called_off(row, by)
    row = changes.move(row, to, actor_id=by.pk, reason=reason, expires_at=None)
    outbox.record(
        BookingCancelled(row.pk, row.version, row.tutor_id, row.student_id, word, due.percent),
        actor_id=by.pk,
    )
    outbox.record(AvailabilityChanged(row.tutor_id))
    return row


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
def answer(*, booking_id: UUID, tutor: User, accept: bool, reason: str = "") -> Booking:
    """The tutor's word on a request."""
    row = Booking.objects.select_for_update(of=("self",), no_key=True).get(pk=booking_id)
    if row.tutor_id != tutor.pk:
        raise NotAllowed
    if row.state != State.PENDING_APPROVAL:
        raise BookingOver(state=row.state)
    if accept:
        return holding.confirm(row, now=timezone.now(), actor_id=tutor.pk)
    row = changes.move(row, State.DECLINED, actor_id=tutor.pk, reason=reason, expires_at=None)
    outbox.record(
        BookingDeclined(row.pk, row.version, row.tutor_id, row.student_id), actor_id=tutor.pk
    )
    outbox.record(AvailabilityChanged(row.tutor_id))
    return row


def reschedule(
    *, booking_id: UUID, by: User, start: datetime, now: datetime | None = None
) -> Booking:
    """Moves a confirmed lesson on its own row: the same link, the same invitation, one version
    further. By the student, within the notice that gives everything back; a tutor proposes by
    message, as moving what was paid for needs the student's word."""
    now = now or timezone.now()
    with constraints(holding.CLASHES), transaction.atomic():
        row = holding.locked(booking_id)
        if by.pk != row.student_id:
            raise NotAllowed
        if row.state != State.CONFIRMED or row.starts_at <= now:
            raise BookingOver(state=row.state)
        if preview(row, by=by, now=now).percent < 100:
            raise BookingOver("It is too late to move this lesson.", state=row.state)
        return _moved(row, by, start, now)


def _moved(row: Booking, by: User, start: datetime, now: datetime) -> Booking:
    span = Span(start, start + timedelta(minutes=row.minutes))
    holding.release_lapsed([row.tutor_id, row.student_id], now=now)
    _, diary = holding.diary_of(row.tutor_id, span, now=now, without=row.pk)
    holding.accept(diary, start, row.minutes)
    was_at, blocked = row.starts_at, diary.blocked(start, minutes=row.minutes)
    row = changes.shift(
        row,
        actor_id=by.pk,
        starts_at=span.start,
        ends_at=span.end,
        blocked_from=blocked.start,
        blocked_until=blocked.end,
        on=diary.date_of(start),
    )
    outbox.record(
        BookingMoved(row.pk, row.version, row.tutor_id, row.student_id, was_at), actor_id=by.pk
    )
    outbox.record(AvailabilityChanged(row.tutor_id))
    return row
