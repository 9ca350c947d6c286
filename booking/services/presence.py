"""What rooms report: that somebody came or left. Called by the apps above, from their handlers."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from booking.models import Booking, Meeting, Presence


def record(
    *, booking_id: UUID, user_id: UUID, at: datetime | None = None, joined: bool = True
) -> bool:
    """Keeps it once; False for a booking that is not there or a person who is not of it. Evidence
    is kept whatever the booking's state: a dispute may want it later."""
    people = Booking.objects.filter(pk=booking_id).values_list("tutor_id", "student_id").first()
    if people is None or user_id not in people:
        return False
    row = Presence(booking_id=booking_id, user_id=user_id, at=at or timezone.now(), joined=joined)
    Presence.objects.bulk_create([row], ignore_conflicts=True)
    return True


def is_told(row: Booking) -> bool:
    """Whether the room of this lesson says who is in it: our own does, Zoom's does once it has told
    us anything of this meeting, Google's and Microsoft's never do."""
    meeting = Meeting.objects.filter(pk=row.pk).first()
    if meeting is None or meeting.state == Meeting.State.FAILED:
        return True
    return meeting.platform == Meeting.Platform.ROOM or meeting.heard_at is not None


def marks(row: Booking, user_id: UUID) -> list[tuple[datetime, bool]]:
    """In a group the tutor is in the room for everybody, whichever seat it was said of."""
    of_lesson = Presence.objects.filter(user_id=user_id)
    if row.group_id is not None and user_id == row.tutor_id:
        found = of_lesson.filter(booking__group_id=row.group_id)
    else:
        found = of_lesson.filter(booking_id=row.pk)
    return list(found.values_list("at", "joined"))
