"""What booking keeps about people: that an hour was held and what became of it, without words."""

from booking.models import (
    Booking,
    BookingChange,
    CalendarConnection,
    CalendarFeed,
    CalendarImport,
    FreeIndex,
    FreeStart,
    GroupSession,
    LessonDispute,
    LessonType,
    MoveProposal,
    Presence,
    Series,
)
from tutorme.core.personal import Blank, Delete, Keep, Table, declare

_HOUR = Keep("an hour between two people; who left is a pseudonym")

declare(
    Table(Booking, "student_id", Blank({"note": ""})),
    Table(Booking, "tutor_id", _HOUR),
    Table(BookingChange, "actor_id", Keep("append-only")),
    Table(GroupSession, "tutor_id", _HOUR),
    Table(LessonDispute, "opened_by_id", Blank({"text": ""})),
    Table(LessonDispute, "decided_by_id", Keep("a decision about money")),
    Table(LessonType, "tutor_id", _HOUR),
    Table(MoveProposal, "proposed_by_id", Blank({"note": ""})),
    Table(Presence, "user_id", Keep("append-only evidence of minutes")),
    Table(Series, "student_id", _HOUR),
    Table(Series, "tutor_id", _HOUR),
    Table(
        CalendarConnection,
        "user_id",
        Delete(),
        hidden=frozenset(
            {"access_token", "refresh_token", "channel_secret", "sync_token", "channel_resource"}
        ),
    ),
    Table(CalendarImport, "user_id", Delete(), hidden=frozenset({"url"})),
    Table(CalendarFeed, "user_id", Delete(), hidden=frozenset({"token", "digest"})),
    # Made from the rules and bookings that are exported.
    Table(FreeStart, "tutor_id", Delete(), is_exported=False),
    Table(FreeIndex, "tutor_id", Delete(), is_exported=False),
)
