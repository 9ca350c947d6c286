from booking.models.attendance import LessonDispute, Presence
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
from booking.models.groups import GroupSession
from booking.models.meetings import Meeting
from booking.models.offers import LessonType
from booking.models.proposals import MoveProposal
from booking.models.reminders import Reminder
from booking.models.reviews import LessonReview, ReviewReport, TutorStanding
from booking.models.schedules import BusyTime, DateOverride, Schedule, WeeklyHours
from booking.models.series import Series
from booking.models.waitlist import WaitlistEntry

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
    "GroupSession",
    "LessonDispute",
    "LessonReview",
    "LessonType",
    "Meeting",
    "MoveProposal",
    "Presence",
    "Reminder",
    "ReviewReport",
    "Schedule",
    "Series",
    "TutorStanding",
    "WaitlistEntry",
    "WeeklyHours",
    "WrittenEvent",
]
