from django.utils.translation import gettext_lazy as _

from tutorme.core.errors import DomainError


class SlotTaken(DomainError):
    code = "slot-taken"
    title = _("Somebody else has this time")
    status = 409
    explanation = _("The tutor has another lesson then. The list of times shows what is free now.")


class StudentBusy(DomainError):
    code = "student-busy"
    title = _("You have another lesson then")
    status = 409
    explanation = _("Two lessons of yours would overlap. Move or cancel the other one first.")


class OutsideAvailability(DomainError):
    """`reason` is a word of `booking.slots.Reason`."""

    code = "outside-availability"
    title = _("The tutor does not offer this time")
    status = 422
    explanation = _("reason says why: the hours, the notice, the horizon, the grid or a full day.")


class NotBookable(DomainError):
    code = "not-bookable"
    title = _("This lesson cannot be booked")
    status = 409
    explanation = _("The tutor takes no bookings at present, or no longer offers this lesson.")


class TrialUsed(DomainError):
    code = "trial-used"
    title = _("You had a trial lesson with this tutor")
    status = 409
    explanation = _("A trial is for getting to know each other, once.")


class TooManyHolds(DomainError):
    code = "too-many-holds"
    title = _("You hold other times already")
    status = 409
    explanation = _("Pay for one of them or let it go; at most three are kept for you at once.")


class BookingOver(DomainError):
    """`state` says what became of it."""

    code = "booking-over"
    title = _("This booking is not in a state for that")
    status = 409
    explanation = _("It was confirmed, cancelled or let go in the meantime.")


class ScheduleMissing(DomainError):
    code = "schedule-missing"
    title = _("There is no schedule yet")
    status = 404
    explanation = _("Set your hours first.")


class PackageUnfit(DomainError):
    code = "package-unfit"
    title = _("This package does not pay for this lesson")
    status = 409
    explanation = _("It ended, is used up, is another tutor's, or was bought for cheaper lessons.")


class CreditTooLow(DomainError):
    code = "credit-too-low"
    title = _("Your credit does not cover this lesson")
    status = 409
    explanation = _("Hold the time and pay what is missing at the checkout.")


class NotDisputable(DomainError):
    """`state` says what became of it."""

    code = "not-disputable"
    title = _("Nothing can be disputed about this lesson")
    status = 409
    explanation = _("A lesson can be disputed once it was judged, for three days from its end.")


class DisputeDecided(DomainError):
    code = "dispute-decided"
    title = _("This dispute was decided already")
    status = 409
    explanation = _("A decision is made once.")


class NotReviewable(DomainError):
    code = "not-reviewable"
    title = _("You had no lesson with this tutor yet")
    status = 409
    explanation = _("A tutor is reviewed by students who had a lesson with them.")


class ReviewDecided(DomainError):
    code = "tutor-review-decided"
    title = _("This report was answered already")
    status = 409
    explanation = _("A moderator decides once.")


class ProposalOver(DomainError):
    code = "proposal-over"
    title = _("This proposal does not stand any more")
    status = 409
    explanation = _("It was answered, replaced or ran out, or another one waits for an answer.")


class SeriesBlocked(DomainError):
    """`occurrences` are the starts that cannot be had, each with the reason."""

    code = "series-blocked"
    title = _("Some of these times cannot be had")
    status = 409
    explanation = _("Leave those out, or choose another hour of the week.")


class GroupFull(DomainError):
    code = "group-full"
    title = _("Every seat is taken")
    status = 409
    explanation = _("Ask to be told when one becomes free.")


class GroupOver(DomainError):
    code = "group-over"
    title = _("This group can no longer be joined")
    status = 409
    explanation = _("It has begun, or its tutor called it off.")


class NothingToWaitFor(DomainError):
    code = "nothing-to-wait-for"
    title = _("There is a free time already")
    status = 409
    explanation = _("Book it; a waitlist is for times that are all taken.")


class RoomClosed(DomainError):
    """`opens_at` says from when on."""

    code = "room-closed"
    title = _("The way in is closed")
    status = 409
    explanation = _("It opens ten minutes before the lesson and closes half an hour after it.")


class CalendarRefused(DomainError):
    code = "calendar-refused"
    title = _("The calendar could not be connected")
    status = 409
    explanation = _("The consent was not given, or came back too late. Connect it again.")


class CalendarUnreadable(DomainError):
    """`reason`: address, unreachable, too-large, not-a-calendar or too-many."""

    code = "calendar-unreadable"
    title = _("This is no calendar that can be read")
    status = 422
    explanation = _("Give the address of an iCalendar file (.ics), or the file itself.")


class NoticeRefused(DomainError):
    code = "notice-refused"
    title = _("This notice is not from a provider of ours")
    status = 403
    explanation = _("It does not prove that it comes from whom it says.")


class TooManyImports(DomainError):
    code = "too-many-imports"
    title = _("You have five calendars here already")
    status = 409
    explanation = _("Remove one of them first.")
