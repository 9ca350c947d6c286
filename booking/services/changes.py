"""One way in which a booking changes its state: by compare-and-swap, with a line of history."""

from datetime import datetime
from typing import Any
from uuid import UUID

from booking.errors import BookingOver
from booking.models import Booking, BookingChange

State = Booking.State
LEADS_TO: dict[str, frozenset[str]] = {
    State.HELD: frozenset(
        {State.PENDING_PAYMENT, State.PENDING_APPROVAL, State.CONFIRMED, State.EXPIRED}
    ),
    State.PENDING_PAYMENT: frozenset(
        {State.PENDING_APPROVAL, State.CONFIRMED, State.EXPIRED, State.HELD}
    ),
    State.PENDING_APPROVAL: frozenset({State.CONFIRMED, State.DECLINED, State.EXPIRED}),
    State.CONFIRMED: frozenset(
        {
            State.IN_PROGRESS,
            State.CANCELLED_BY_STUDENT,
            State.CANCELLED_BY_TUTOR,
            State.CANCELLED_BY_PLATFORM,
            State.NO_SHOW_STUDENT,
            State.NO_SHOW_TUTOR,
            State.DISPUTED,
            State.COMPLETED,
        }
    ),
    State.IN_PROGRESS: frozenset(
        {State.COMPLETED, State.NO_SHOW_STUDENT, State.NO_SHOW_TUTOR, State.DISPUTED}
    ),
    State.COMPLETED: frozenset({State.DISPUTED}),
    State.NO_SHOW_STUDENT: frozenset({State.DISPUTED}),
    State.NO_SHOW_TUTOR: frozenset({State.DISPUTED}),
    State.DISPUTED: frozenset({State.RESOLVED}),
}
# What the student lets go of before anything was agreed.
_LET_GO = frozenset({State.HELD, State.PENDING_PAYMENT, State.PENDING_APPROVAL})
for _state in _LET_GO:
    LEADS_TO[_state] = LEADS_TO[_state] | {State.CANCELLED_BY_STUDENT}


def move(
    booking: Booking,
    to: Booking.State,
    *,
    actor_id: UUID | None = None,
    reason: str = "",
    **facts: Any,
) -> Booking:
    """Moves the row on if it is still as it was read; `BookingOver` where somebody else moved it
    or the way does not exist. The caller holds the transaction."""
    if to not in LEADS_TO.get(booking.state, frozenset()):
        raise BookingOver(state=booking.state)
    return _swap(booking, {"state": to, **facts}, actor_id=actor_id, reason=reason)


def revive(booking: Booking) -> Booking:
    """A hold that ran out while its payment was under way is a hold again."""
    if booking.state != State.EXPIRED:
        raise BookingOver(state=booking.state)
    return _swap(booking, {"state": State.HELD}, actor_id=None, reason="paid after its time")


def shift(booking: Booking, *, actor_id: UUID | None, reason: str = "", **facts: Any) -> Booking:
    """Changes when it is and not what it is."""
    was_at = booking.starts_at
    return _swap(booking, facts, actor_id=actor_id, reason=reason, was_at=was_at)


def _swap(
    booking: Booking,
    facts: dict[str, Any],
    *,
    actor_id: UUID | None,
    reason: str,
    was_at: datetime | None = None,
) -> Booking:
    same = Booking.objects.filter(pk=booking.pk, state=booking.state, version=booking.version)
    if not same.update(version=booking.version + 1, **facts):
        booking.refresh_from_db(fields=["state"])
        raise BookingOver(state=booking.state)
    booking.refresh_from_db()
    write(booking, actor_id=actor_id, reason=reason, was_at=was_at)
    return booking


def write(
    booking: Booking,
    *,
    actor_id: UUID | None,
    reason: str = "",
    was_at: datetime | None = None,
) -> None:
    BookingChange.objects.create(
        booking=booking,
        version=booking.version,
        state=booking.state,
        actor_id=actor_id,
        reason=reason[:500],
        was_at=was_at,
    )
