"""The demo's tutors' hours, and a lesson that was booked."""

from datetime import time, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from booking import queries
from booking.models import Booking, LessonType, Schedule
from booking.services import holding, offers, schedules
from booking.walltime import Span
from courses.models import Lesson
from courses.services import handing_over
from tutorme.core.money import Money

# Long enough to hold one of every demo tutor's hours.
_LOOK = timedelta(days=14)


def seed_hours(rows: list[dict[str, Any]], people: dict[str, User]) -> None:
    for row in rows:
        tutor = people[row["tutor"]]
        if not Schedule.objects.filter(tutor=tutor).exists():
            _open(row, tutor)
            for lesson in row.get("lessons") or []:
                _book(lesson, tutor, people[lesson["student"]])


def _open(row: dict[str, Any], tutor: User) -> None:
    schedules.ensure(tutor_id=tutor.pk, time_zone=tutor.time_zone)
    week = [
        {"day_of_week": day, **_window(text)}
        for day, texts in row["week"].items()
        for text in texts
    ]
    changes: dict[str, Any] = {name: row[name] for name in ("buffer_after", "cancellation")}
    schedules.change(tutor_id=tutor.pk, changes={**changes, "weekly": week})
    for each in row["offers"]:
        price = Money.parse(each["amount"], each["currency"])
        offers.offer(
            tutor_id=tutor.pk,
            title=each["title"],
            minutes=each["minutes"],
            price=price,
            is_trial=each.get("is_trial", False),
        )


def _window(text: str) -> dict[str, time]:
    start, _, end = text.partition("-")
    return {"start": time.fromisoformat(start), "end": time.fromisoformat(end)}


def _book(row: dict[str, Any], tutor: User, student: User) -> None:
    """The first time that is free so many days from now."""
    kind = LessonType.objects.get(tutor=tutor, title=row["offer"])
    schedule = queries.schedule_of(tutor.pk)
    assert schedule is not None
    now = timezone.now()
    first = now + timedelta(days=row["days_ahead"])
    between = Span(first, first + _LOOK)
    free = queries.diary(schedule, between, now=now).offered(between, minutes=kind.minutes)
    if free:
        made = holding.hold(
            student=student, wish=holding.Wish(kind.pk, free[0], row.get("note", ""))
        )
        _hand_over(row, made)


def _hand_over(row: dict[str, Any], booking: Booking) -> None:
    """Where the student is stuck, if that is what the lesson is about."""
    if "about" not in row:
        return
    lesson = Lesson.objects.get(course__slug=row["about"]["course"], key=row["about"]["lesson"])
    made = handing_over.ask(
        user=booking.student, lesson=lesson, tutor_id=booking.tutor_id, note=row.get("note", "")
    )
    handing_over.attach(
        handover_id=made.pk,
        student_id=booking.student_id,
        tutor_id=booking.tutor_id,
        booking_id=booking.pk,
    )
