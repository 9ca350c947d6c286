"""Reminders are rows that fall due. What they are about is looked at when they are sent, so that a
lesson which moved or is off is not reminded of."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from booking.events import BookingReminded
from booking.models import Booking, LessonReview, Reminder
from tutorme.core import outbox

Kind, State = Reminder.Kind, Reminder.State
AHEAD = {Kind.DAY_BEFORE: timedelta(days=1), Kind.HOUR_BEFORE: timedelta(hours=1)}
# Later than this it would come as a surprise.
_LATE = timedelta(minutes=30)


def plan(row: Booking, *, now: datetime) -> None:
    """For a lesson that stands at this version; moments that have passed are left out."""
    due = ((kind, row.starts_at - ahead) for kind, ahead in AHEAD.items())
    _owe(row, [(kind, at) for kind, at in due if at > now])


def ask_for_review(row: Booking, *, now: datetime) -> None:
    _owe(row, [(Kind.REVIEW, now)])


def _owe(row: Booking, due: list[tuple[Reminder.Kind, datetime]]) -> None:
    Reminder.objects.bulk_create(
        [Reminder(booking=row, kind=kind, version=row.version, due_at=at) for kind, at in due],
        ignore_conflicts=True,
    )


def send_due(*, now: datetime | None = None, limit: int = 500) -> int:
    """The sweep; safe beside itself. Returns how many were said."""
    now = now or timezone.now()
    due = Reminder.objects.filter(state=State.DUE, due_at__lte=now).order_by("due_at")
    return sum(_send(pk, now) for pk in list(due.values_list("pk", flat=True)[:limit]))


@transaction.atomic
def _send(reminder_id: int, now: datetime) -> bool:
    rows = Reminder.objects.filter(pk=reminder_id, state=State.DUE).select_related("booking")
    reminder = rows.select_for_update(of=("self",), skip_locked=True).first()
    if reminder is None:
        return False
    said = _still_true(reminder, now)
    Reminder.objects.filter(pk=reminder.pk).update(
        state=State.SENT if said else State.DROPPED, settled_at=now
    )
    if said:
        _tell(reminder)
    return said


def _still_true(reminder: Reminder, now: datetime) -> bool:
    row = reminder.booking
    if row.version != reminder.version:
        return False
    if reminder.kind == Kind.REVIEW:
        known = LessonReview.objects.filter(tutor_id=row.tutor_id, student_id=row.student_id)
        return row.state == Booking.State.COMPLETED and not known.exists()
    in_time = now < row.starts_at and now - reminder.due_at <= _LATE
    return row.state == Booking.State.CONFIRMED and in_time


def _tell(reminder: Reminder) -> None:
    row = reminder.booking
    outbox.record(
        BookingReminded(row.pk, row.version, row.tutor_id, row.student_id, reminder.kind),
        key=f"{BookingReminded.name}:{row.pk}:{reminder.kind}:{row.version}",
    )
