"""What becomes of booking's rows where two accounts become one: a student's lessons move, past and
to come; who was seen in one is evidence and stays as it was written."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from booking.models import (
    Booking,
    BookingChange,
    BusyTime,
    CalendarConnection,
    CalendarFeed,
    CalendarImport,
    FreeIndex,
    FreeStart,
    GroupSession,
    LessonDispute,
    LessonReview,
    LessonType,
    MoveProposal,
    Presence,
    ReviewReport,
    Schedule,
    Series,
    TutorStanding,
    WaitlistEntry,
)
from tutorme.core.merging import Goes, Moves, Refuses, Stays, declare

_TEACHES = Refuses(_("It teaches. A tutor's page, lessons and earnings stay one."))
_FACT = Stays("who did it is a fact")

declare(
    Booking,
    "student_id",
    Refuses(
        _("A lesson of it is being paid for, held now, or disputed."),
        Q(state__in=("held", "pending_payment", "in_progress", "disputed")),
    ),
    Moves(),
)
for _given in (Booking, GroupSession, LessonReview, LessonType, Schedule, Series, WaitlistEntry):
    declare(_given, "tutor_id", _TEACHES)
declare(Series, "student_id", Moves())
declare(LessonReview, "student_id", Moves(once=("tutor_id",)))
declare(ReviewReport, "reporter_id", Moves(once=("review_id",)))
declare(WaitlistEntry, "student_id", Moves(once=("lesson_type_id", "group_id")))
declare(MoveProposal, "proposed_by_id", Moves())
declare(CalendarConnection, "user_id", Moves(once=("provider", "account")))
declare(CalendarImport, "user_id", Moves())
declare(CalendarFeed, "user_id", Goes())
declare(Presence, "user_id", Stays("append-only evidence of minutes"))
declare(BookingChange, "actor_id", Stays("append-only"))
declare(LessonDispute, "opened_by_id", _FACT)
declare(LessonDispute, "decided_by_id", _FACT)
# Of those who teach; made anew from what they stand for.
for _made in (BusyTime, FreeIndex, FreeStart, TutorStanding):
    declare(_made, "tutor_id", Stays("of those who teach alone"))
