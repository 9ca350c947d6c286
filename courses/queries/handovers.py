"""What a tutor reads of a learner who is stuck."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from courses.models import Attempt, Handover, LessonNote, LessonProgress
from tutorme.core.row_security import as_system


@dataclass(frozen=True)
class Tried:
    number: int
    percent: int | None
    passed: bool | None
    submitted_at: datetime | None


@dataclass(frozen=True)
class Pack:
    """Beside the row: how long the learner was in the lesson, how often they tried its quiz, and
    their notes where they said so. No body and no question: who may not read the course does not
    read it here."""

    row: Handover
    seconds: int
    is_done: bool
    tried: tuple[Tried, ...]
    notes: tuple[LessonNote, ...]


def handover_of(user: Any, handover_id: UUID) -> Handover | None:
    people = ("lesson__course", "tutor", "student", "practice")
    return Handover.objects.visible_to(user).select_related(*people).filter(pk=handover_id).first()


def handover_for(user: Any, booking_id: UUID) -> Handover | None:
    rows = Handover.objects.visible_to(user).select_related("lesson__course")
    return rows.filter(booking_id=booking_id).first()


@as_system("what a student shows of a lesson to the tutor they hand it to")
def pack(row: Handover) -> Pack:
    """Three queries."""
    places = LessonProgress.objects.filter(enrollment=row.enrollment_id, lesson=row.lesson_id)
    progress = places.only("seconds", "completed_at").first()
    attempts = Attempt.objects.filter(enrollment=row.enrollment_id, lesson=row.lesson_id)
    notes = LessonNote.objects.filter(user=row.student_id, lesson=row.lesson_id)
    return Pack(
        row,
        seconds=progress.seconds if progress else 0,
        is_done=bool(progress and progress.completed_at),
        tried=tuple(_tried(one) for one in attempts.order_by("-number")[:_MOST]),
        notes=tuple(notes.order_by("at_s", "created_at", "id")[:_MOST]) if row.with_notes else (),
    )


_MOST = 20


def _tried(row: Attempt) -> Tried:
    graded = row.state == Attempt.State.GRADED
    return Tried(row.number, row.percent if graded else None, row.passed, row.submitted_at)
