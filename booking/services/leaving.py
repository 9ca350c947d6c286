"""What becomes of the lessons of somebody who leaves for good."""

from django.utils import timezone

from accounts.models import User
from booking.errors import BookingOver
from booking.models import Booking, Schedule
from booking.services import cancelling, schedules

State = Booking.State


def call_off_all(user: User) -> int:
    """Every lesson to come, each by the terms that hold for whoever calls off; a tutor's hours
    close first, so that no other begins. May be run again: what is called off is not found."""
    if Schedule.objects.filter(tutor_id=user.pk, is_open=True).exists():
        schedules.change(tutor_id=user.pk, changes={"is_open": False})
    return sum(_call_off(row, user) for row in _to_come(user))


def _to_come(user: User) -> list[Booking]:
    later = Booking.objects.filter(starts_at__gt=timezone.now()).order_by("pk")
    learns = later.filter(student_id=user.pk, state__in=cancelling.OPEN)
    teaches = later.filter(tutor_id=user.pk, state__in=cancelling.STANDING)
    return [*learns, *teaches]


def _call_off(row: Booking, user: User) -> int:
    asked = row.tutor_id == user.pk and row.state == State.PENDING_APPROVAL
    try:
        if asked:
            cancelling.answer(booking_id=row.pk, tutor=user, accept=False)
        else:
            cancelling.cancel(booking_id=row.pk, by=user)
    except BookingOver:
        return 0  # went with its series, or somebody else was quicker
    return 1
