"""Who sees the rows of lessons between two people."""

from tutorme.core.row_walls import ME, Open, Walled, declare, own, owned_through, through

_OF_BOOKING = through("booking_id", "booking_booking")
_OFFERED = "what a tutor offers to everybody"

declare(
    Walled("booking_booking", f"tutor_id = {ME} OR student_id = {ME}", staff=True),
    Walled("booking_bookingchange", _OF_BOOKING, staff=True),
    Walled("booking_lessondispute", _OF_BOOKING, staff=True),
    Walled("booking_meeting", _OF_BOOKING, staff=True),
    Walled("booking_moveproposal", _OF_BOOKING, staff=True),
    Walled("booking_presence", _OF_BOOKING, staff=True),
    Walled("booking_reminder", _OF_BOOKING, staff=True),
    # What was written into whose calendar the other of the lesson does not see.
    Walled("booking_writtenevent", owned_through("connection_id", "booking_calendarconnection")),
    Walled("booking_series", f"tutor_id = {ME} OR student_id = {ME}", staff=True),
    Walled("booking_waitlistentry", f"tutor_id = {ME} OR student_id = {ME}", staff=True),
    Walled(
        "booking_lessonreview",
        f"NOT is_hidden OR student_id = {ME} OR tutor_id = {ME}",
        staff=True,
    ),
    Walled("booking_reviewreport", own("reporter_id"), staff=True),
    Walled("booking_busytime", own("tutor_id")),
    Walled("booking_calendarconnection", own("user_id")),
    Walled("booking_calendarfeed", own("user_id")),
    Walled("booking_calendarimport", own("user_id")),
    Open("booking_schedule", _OFFERED),
    Open("booking_weeklyhours", _OFFERED),
    Open("booking_dateoverride", _OFFERED),
    Open("booking_freeindex", _OFFERED),
    Open("booking_freestart", _OFFERED),
    Open("booking_groupsession", _OFFERED),
    Open("booking_lessontype", _OFFERED),
    Open("booking_tutorstanding", "a tutor's stars and lessons, which are on their page"),
)
