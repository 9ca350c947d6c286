"""Taking a lesson's completion back: the one way down, and always on purpose."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from courses.models import Enrollment, Lesson, LessonProgress
from courses.services import learning
from tutorme.core import audit


def reset_lesson(
    *, enrollment: Enrollment, lesson: Lesson, actor_id: UUID | None, reason: str = ""
) -> Enrollment:
    """Place, stretches seen and completion of one lesson go; the time spent in it stays spent, and
    the course's completion and certificate stay as they are. Written into the audit trail."""
    with transaction.atomic():
        row = learning.locked(enrollment.pk)
        progress = LessonProgress.objects.filter(enrollment=row, lesson=lesson).first()
        if progress is None:
            return row
        before = _facts(progress)
        progress.completed_at, progress.position, progress.resume = None, 0, 0
        progress.watched, progress.sections = [], {}
        progress.save(update_fields=["completed_at", "position", "resume", "watched", "sections"])
        learning.recount(row, timezone.now())
        audit.record(
            "lesson.reset",
            target=row,
            actor_id=actor_id,
            before={"lesson": str(lesson.pk), **before},
            reason=reason,
        )
    return row


def _facts(progress: LessonProgress) -> dict[str, Any]:
    done = progress.completed_at
    return {
        "completed_at": done.isoformat() if done else None,
        "position": progress.position,
        "watched": progress.watched,
    }
