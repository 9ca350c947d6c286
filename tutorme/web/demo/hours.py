"""The demo's tutors' hours, and lessons: ahead, past and spoken of, in a series and in a group."""

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from booking import queries
from booking.models import Booking, LessonType, Schedule
from booking.services import (
    groups,
    holding,
    offers,
    outcomes,
    presence,
    reviews,
    schedules,
    series,
)
from booking.walltime import Span
from courses.models import Lesson
from courses.services import handing_over
from payments.services import credits
from tutorme.core.money import Money

# Long enough to hold one of every demo tutor's hours.
_LOOK = timedelta(days=14)
# How long before a lesson the demo's students book.
_BEFORE = timedelta(days=2)


def seed_hours(rows: list[dict[str, Any]], people: dict[str, User]) -> None:
    for row in rows:
        tutor = people[row["tutor"]]
        if not Schedule.objects.filter(tutor=tutor).exists():
            _open(row, tutor)
            for lesson in row.get("lessons") or []:
                _book(lesson, tutor, people[lesson["student"]], people["ada"])
            for each in row.get("series") or []:
                _book_series(each, tutor, people[each["student"]], people["ada"])
            for each in row.get("groups") or []:
                _book_group(each, tutor, people)


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


def _book(row: dict[str, Any], tutor: User, student: User, giver: User) -> None:
    """The first time that is free so many days from now; one that is past is held as well."""
    kind = LessonType.objects.get(tutor=tutor, title=row["offer"])
    start, now = _free(tutor, kind, row["days_ahead"], [student])
    paid = bool(row.get("credit"))
    if paid:
        _give(student, giver, kind.price, f"{tutor.username}:{row['days_ahead']}")
    wish = holding.Wish(kind.pk, start, row.get("note", ""), with_credit=paid)
    made = holding.hold(student=student, wish=wish, now=now)
    _hand_over(row, made)
    if row["days_ahead"] < 0:
        _hold_it(row, made)


def _free(
    tutor: User, kind: LessonType, days: int, students: list[User]
) -> tuple[datetime, datetime]:
    """A start that suits everybody, whenever the demo is loaded, and when it was booked."""
    schedule = queries.schedule_of(tutor.pk)
    assert schedule is not None
    first = timezone.now() + timedelta(days=days)
    now = min(timezone.now(), first - _BEFORE)
    between = Span(first, first + _LOOK)
    free = queries.diary(schedule, between, now=now).offered(between, minutes=kind.minutes)
    return next(start for start in free if _suits(students, start, kind)), now


def _suits(students: list[User], start: datetime, kind: LessonType) -> bool:
    end = start + timedelta(minutes=kind.minutes)
    own = Booking.objects.filter(student__in=students).active()
    return not own.filter(starts_at__lt=end, ends_at__gt=start).exists()


def _give(student: User, giver: User, price: Money, key: str) -> None:
    credits.grant(
        owner=student,
        amount=price,
        reason="Welcome to the demo",
        actor=giver,
        key=f"demo-lesson:{student.username}:{key}",
    )


def _hold_it(row: dict[str, Any], made: Booking) -> None:
    people = {"student": made.student_id, "tutor": made.tutor_id}
    for who in row["there"]:
        presence.record(booking_id=made.pk, user_id=people[who], at=made.starts_at)
    outcomes.judge_due(now=made.ends_at + timedelta(hours=1))
    if said := row.get("review"):
        review, _new = reviews.write(
            student=made.student, tutor_id=made.tutor_id, stars=said["stars"], text=said["text"]
        )
        if said.get("reply"):
            reviews.reply(review_id=review.pk, tutor=made.tutor, text=said["reply"])


def _book_series(row: dict[str, Any], tutor: User, student: User, giver: User) -> None:
    kind = LessonType.objects.get(tutor=tutor, title=row["offer"])
    start, now = _free(tutor, kind, row["days_ahead"], [student])
    price = Money(kind.price_minor * row["lessons"], kind.currency)
    _give(student, giver, price, f"{tutor.username}:series")
    wish = series.Wish(
        kind.pk, start, row["lessons"], tutor.time_zone, skipping=True, with_credit=True
    )
    series.book(student=student, wish=wish, now=now)


def _book_group(row: dict[str, Any], tutor: User, people: dict[str, User]) -> None:
    kind = offers.offer(
        tutor_id=tutor.pk,
        title=row["title"],
        minutes=row["minutes"],
        price=Money.parse(row["amount"], row["currency"]),
        capacity=row["seats"],
    )
    students = [people[name] for name in row["students"]]
    start, _now = _free(tutor, kind, row["days_ahead"], students)
    made = groups.open_session(tutor=tutor, lesson_type_id=kind.pk, start=start)
    for name in row["students"]:
        _give(people[name], people["ada"], kind.price, f"{tutor.username}:group")
        groups.join(student=people[name], group_id=made.pk, with_credit=True)


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
