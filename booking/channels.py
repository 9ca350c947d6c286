"""A lesson's channel is heard by the two it is between, once it is agreed, and by the staff."""

from typing import Any
from uuid import UUID

from booking.models import Booking
from tutorme.core import channels

SESSION = "private-session-"


@channels.authorizes(SESSION, presence=True)
def participants(user: Any, booking_id: UUID) -> channels.Access:
    lesson = Booking.objects.agreed().visible_to(user).filter(pk=booking_id)
    return channels.LISTENS if lesson.exists() else channels.NOTHING
