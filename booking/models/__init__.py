from booking.models.bookings import (
    ACTIVE_STATES,
    COUNTED_STATES,
    ENDED_STATES,
    Booking,
    BookingChange,
)
from booking.models.offers import LessonType
from booking.models.schedules import BusyTime, DateOverride, Schedule, WeeklyHours

__all__ = [
    "ACTIVE_STATES",
    "COUNTED_STATES",
    "ENDED_STATES",
    "Booking",
    "BookingChange",
    "BusyTime",
    "DateOverride",
    "LessonType",
    "Schedule",
    "WeeklyHours",
]
