"""Why the percentage is what it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from courses import completion
from courses.intervals import seconds_in
from courses.models import Enrollment, Lesson, LessonKind, LessonProgress
from courses.queries import Outline, OutlineLesson


@dataclass(frozen=True)
class Explained:
    """`remains` is in words and empty once it is done; `state` is done, open or locked."""

    lesson: OutlineLesson
    rule: str | Promise
    state: str
    completed_at: datetime | None
    seconds: int
    watched_seconds: int
    remaining_seconds: int


@dataclass(frozen=True)
class Explanation:
    """`percent` is of the course as it is now; the completion, once there, speaks of another
    version and stays."""

    enrollment: Enrollment
    counted: tuple[Explained, ...]
    optional: tuple[Explained, ...]

    @property
    def done(self) -> int:
        return sum(1 for row in self.counted if row.completed_at)


def explain(found: Outline, enrollment: Enrollment) -> Explanation:
    """One query, for what the outline does not carry."""
    rows = LessonProgress.objects.filter(enrollment=enrollment)
    known = {row.lesson_id: row for row in rows.defer("enrollment")}
    lengths = (
        dict(
            Lesson.objects.filter(course=found.course_id, kind=LessonKind.VIDEO).values_list(
                "pk", "data__duration_seconds"
            )
        )
        if any(row.kind == LessonKind.VIDEO for row in found.lessons)
        else {}
    )
    told = [_explained(row, known.get(row.id), lengths.get(row.id)) for row in found.lessons]
    return Explanation(
        enrollment,
        tuple(row for row in told if row.lesson.is_required),
        tuple(row for row in told if not row.lesson.is_required),
    )


def _explained(row: OutlineLesson, progress: LessonProgress | None, length: Any) -> Explained:
    state = "done" if row.completed_at else "locked" if row.lock else "open"
    watched = seconds_in(tuple(part) for part in progress.watched) if progress else 0
    needed = -(-completion.WATCHED_PERCENT * (length or 0) // 100)
    return Explained(
        lesson=row,
        rule=completion.RULES[row.kind],
        state=state,
        completed_at=row.completed_at,
        seconds=progress.seconds if progress else 0,
        watched_seconds=watched,
        remaining_seconds=0 if row.completed_at else max(0, needed - watched),
    )
