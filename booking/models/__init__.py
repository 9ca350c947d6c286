from booking.models.attendance import LessonDispute, Presence
from booking.models.bookings import (
    ACTIVE_STATES,
    COUNTED_STATES,
    ENDED_STATES,
    Booking,
    BookingChange,
)
from booking.models.groups import GroupSession
from booking.models.offers import LessonType
from booking.models.proposals import MoveProposal
from booking.models.reminders import Reminder
from booking.models.reviews import ReviewReport, TutorReview, TutorStanding
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
    "DateOverride",
    "GroupSession",
    "LessonDispute",
    "LessonType",
    "MoveProposal",
    "Presence",
    "Reminder",
    "ReviewReport",
    "Schedule",
    "Series",
    "TutorReview",
    "TutorStanding",
    "WaitlistEntry",
    "WeeklyHours",
]
