"""Rows as the API's dictionaries."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from booking.models import Booking, BookingChange, LessonType, Schedule
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
    }


def detail(row: Booking, viewer: User) -> dict[str, Any]:
    due = cancelling.preview(row, by=viewer)
    changes = BookingChange.objects.filter(booking=row).values(*_CHANGE)
    return {
        **booking(row),
        "refund_if_cancelled": {"percent": due.percent, "amount": due.amount.as_json()},
        "history": list(changes),
    }
