"""Rows as the API's dictionaries."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from booking.models import (
    Booking,
    BookingChange,
    GroupSession,
    LessonDispute,
    LessonReview,
    LessonType,
    MoveProposal,
    Schedule,
    Series,
    TutorStanding,
    WaitlistEntry,
)
from booking.queries import Day
from booking.services import cancelling

_CHANGE = ("version", "state", "reason", "was_at", "created_at")


def slots(schedule: Schedule, days: list[Day], zone: str) -> dict[str, Any]:
    return {
        "tutor": schedule.tutor_id,
        "time_zone": zone,
        "days": [
            {
                "date": day.on,
                "slots": [
                    {
                        "start": slot.start,
                        "end": slot.end,
                        "local": _local(slot.start, zone),
                        "available": True,
                    }
                    for slot in day.slots
                ],
            }
            for day in days
        ],
    }


def _local(moment: datetime, zone: str) -> str:
    """With the zone's abbreviation, which tells the two hours of a fold apart."""
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M %Z}"


def lesson_type(row: LessonType) -> dict[str, Any]:
    return {
        "id": row.pk,
        "title": row.title,
        "minutes": row.minutes,
        "price": row.price.as_json(),
        "is_trial": row.is_trial,
        "capacity": row.capacity,
    }


def person(user: User) -> dict[str, Any]:
    return {"id": user.pk, "display_name": user.display_name}


def booking(row: Booking) -> dict[str, Any]:
    return {
        "id": row.pk,
        "state": row.state,
        "version": row.version,
        "tutor": person(row.tutor),
        "student": person(row.student),
        "session_type": lesson_type(row.lesson_type),
        "start": row.starts_at,
        "end": row.ends_at,
        "price": row.price.as_json(),
        "cancellation": row.cancellation,
        "note": row.note,
        "expires_at": row.expires_at,
        "order": row.order_id,
        "package": row.package_id,
        "series": row.series_id,
        "group": row.group_id,
    }


def detail(row: Booking, viewer: User) -> dict[str, Any]:
    due = cancelling.preview(row, by=viewer)
    changes = BookingChange.objects.filter(booking=row).values(*_CHANGE)
    return {
        **booking(row),
        "refund_if_cancelled": {
            "percent": due.percent,
            "amount": due.amount.as_json(),
            "package_lesson_returns": row.package_id is not None and due.whole,
        },
        "history": list(changes),
    }


def series(row: Series) -> dict[str, Any]:
    lessons = row.bookings.select_related("tutor", "student", "lesson_type").order_by("pk")
    return {
        "id": row.pk,
        "session_type": lesson_type(row.lesson_type),
        "clock": row.time_zone,
        "start": row.starts_at,
        "every_weeks": row.every_weeks,
        "lessons": row.lessons,
        "price": row.price.as_json(),
        "bookings": [booking(each) for each in lessons],
    }


def group(row: GroupSession) -> dict[str, Any]:
    return {
        "id": row.pk,
        "tutor": person(row.tutor),
        "session_type": lesson_type(row.lesson_type),
        "state": row.state,
        "start": row.starts_at,
        "end": row.ends_at,
        "capacity": row.capacity,
        "seats_left": max(0, row.capacity - row.taken),
    }


def waiting(row: WaitlistEntry) -> dict[str, Any]:
    return {
        "id": row.pk,
        "state": row.state,
        "session_type": lesson_type(row.lesson_type),
        "group": row.group_id,
        "earliest": row.earliest,
        "latest": row.latest,
        "booking": row.booking_id,
        "offer_until": row.offer_until,
    }


def proposal(row: MoveProposal) -> dict[str, Any]:
    return {
        "id": row.pk,
        "booking": row.booking_id,
        "proposed_by": row.proposed_by_id,
        "start": row.starts_at,
        "end": row.ends_at,
        "note": row.note,
        "state": row.state,
        "expires_at": row.expires_at,
    }


def dispute(row: LessonDispute) -> dict[str, Any]:
    return {
        "id": row.pk,
        "booking": row.booking_id,
        "reason": row.reason,
        "text": row.text,
        "state": row.state,
        "refund_percent": row.refund_percent,
        "decision": row.decision,
    }


def review(row: LessonReview) -> dict[str, Any]:
    return {
        "id": row.pk,
        "tutor": row.tutor_id,
        "author": row.student.display_name,
        "stars": row.stars,
        "text": row.text,
        "reply": row.reply,
        "replied_at": row.replied_at,
        "created_at": row.created_at,
    }


def standing(row: TutorStanding | None) -> dict[str, Any]:
    known = row or TutorStanding()
    return {
        "reviews": known.reviews,
        "mean": known.mean,
        "lessons": known.lessons,
        "hours": known.minutes // 60,
    }
