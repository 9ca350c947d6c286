"""What booking keeps about people: that an hour was held and what became of it, without words."""

from booking.models import Booking, BookingChange, LessonType
from tutorme.core.personal import Blank, Keep, Table, declare

_HOUR = Keep("an hour between two people; who left is a pseudonym")

declare(
    Table(Booking, "student_id", Blank({"note": ""})),
    Table(Booking, "tutor_id", _HOUR),
    Table(BookingChange, "actor_id", Keep("append-only")),
    Table(LessonType, "tutor_id", _HOUR),
)
