"""Stuck in a lesson: what goes to a tutor, and what comes back. Who teaches and when is known by
the apps beside and above; they say which booking it belongs to."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from courses.errors import HandoverNotBooked, LessonLocked
from courses.events import HandoverAnswered
from courses.models import Handover, Lesson
from courses.queries import lock_of
from courses.services import learning
from tutorme.core import outbox
from tutorme.core.errors import InvalidInput, NotFound


def ask(
    *,
    user: Any,
    lesson: Lesson,
    tutor_id: UUID,
    note: str = "",
    at_s: int | None = None,
    with_notes: bool = False,
) -> Handover:
    """One that waits for its booking a learner, lesson and tutor; asking again changes it.
    `LessonLocked` without a place in the course or where the lesson is not open yet."""
    if tutor_id == user.pk:
        raise NotFound
    with transaction.atomic():
        place = learning.locked_place(user, lesson.pk)
        if lock := lock_of(lesson, user, place):
            raise LessonLocked(reason=lock.reason)
        row, _made = Handover.objects.update_or_create(
            enrollment=place,
            lesson=lesson,
            tutor_id=tutor_id,
            booking_id=None,
            defaults={
                "student_id": user.pk,
                "note": note,
                "at_s": at_s,
                "with_notes": with_notes,
            },
        )
    return row


def attach(*, handover_id: UUID, student_id: UUID, tutor_id: UUID, booking_id: UUID) -> bool:
    """It belongs to that lesson with the tutor from now on; false where it is not theirs or
    belongs to another already."""
    waiting = Handover.objects.filter(
        pk=handover_id, student_id=student_id, tutor_id=tutor_id, booking_id=None
    )
    return bool(waiting.update(booking_id=booking_id))


def answer(*, handover_id: UUID, tutor: Any, reply: str, practice: str = "") -> Handover:
    """What the tutor sends back to the lesson; `practice` is the key of a lesson to do next. It can
    be written again; the learner is told of the first one."""
    with transaction.atomic():
        rows = Handover.objects.filter(pk=handover_id, tutor=tutor)
        row = rows.select_for_update(of=("self",), no_key=True).select_related("lesson").first()
        if row is None:
            raise NotFound
        if row.booking_id is None:
            raise HandoverNotBooked
        is_first = row.replied_at is None
        row.reply, row.practice = reply, _practice(row, practice)
        row.replied_at = Now() if is_first else row.replied_at
        row.save(update_fields=["reply", "practice", "replied_at"])
        if is_first:
            told = HandoverAnswered(row.pk, row.student_id, row.lesson_id)
            outbox.record(told, actor_id=tutor.pk, key=f"handover.answered:{row.pk}")
    row.refresh_from_db(fields=["replied_at"])
    return row


def _practice(row: Handover, key: str) -> Lesson | None:
    if not key:
        return None
    lessons = Lesson.objects.filter(course_id=row.lesson.course_id, is_published=True, key=key)
    if found := lessons.first():
        return found
    detail = "The course has no such lesson."
    raise InvalidInput(errors=[{"pointer": "/practice", "code": "unknown", "detail": detail}])
