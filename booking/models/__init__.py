from booking.models.bookings import (
    ACTIVE_STATES,
    COUNTED_STATES,
    ENDED_STATES,
    Booking,
    BookingChange,
)
from booking.models.calendars import (
    CalendarConnection,
    CalendarFeed,
    CalendarImport,
    WrittenEvent,
)
from booking.models.free_times import FreeIndex, FreeStart
from booking.models.meetings import Meeting
from booking.models.offers import LessonType
from booking.models.schedules import BusyTime, DateOverride, Schedule, WeeklyHours

__all__ = [
    "ACTIVE_STATES",
    "COUNTED_STATES",
    "ENDED_STATES",
    "Booking",
    "BookingChange",
    "BusyTime",
    "CalendarConnection",
    "CalendarFeed",
    "CalendarImport",
    "DateOverride",
    "FreeIndex",
    "FreeStart",
    "LessonType",
    "Meeting",
    "Schedule",
    "WeeklyHours",
    "WrittenEvent",
]
