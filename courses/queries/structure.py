"""The published outline of a version of a course: the same for everybody, and kept for the next
reader. Only publishing changes it, and every publishing is another version, so that what is kept
can be old and is never wrong."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from courses.models import Course, LessonPrerequisite
from courses.remembering import recalled, remember

_DAY_S = 86_400
# Another shape of `Planned` is another key, so that a new release reads nothing of an old one.
_SHAPE = 1


@dataclass(frozen=True)
class Planned:
    """A lesson as it was published, without its body."""

    id: UUID
    key: str
    title: str
    kind: str
    minutes: int
    is_free_preview: bool
    is_required: bool
    drip_days: int | None
    drip_at: datetime | None
    section_id: UUID
    section_title: str
    requires: tuple[UUID, ...]


def planned(course: Course) -> list[Planned]:
    """In the order of the outline; no query where somebody has looked before."""
    key = f"outline:{_SHAPE}:{course.pk}:{course.version}"
    found: list[Planned] | None = recalled(key)
    if found is None:
        found = _read(course)
        remember(key, found, seconds=_DAY_S)
    return found


def _read(course: Course) -> list[Planned]:
    before = LessonPrerequisite.objects.filter(lesson_id=OuterRef("pk")).order_by("id")
    lessons = course.lessons.filter(is_published=True).order_by("position")
    rows = lessons.annotate(requires=ArraySubquery(before.values("requires_id")))
    return [_planned(row) for row in rows.values(*_COLUMNS, "section__title", "requires")]


_COLUMNS = (
    *("id", "key", "title", "kind", "minutes", "is_free_preview", "is_required"),
    *("drip_days", "drip_at", "section_id"),
)


def _planned(row: dict[str, Any]) -> Planned:
    return Planned(
        **{name: row[name] for name in _COLUMNS},
        section_title=row["section__title"],
        requires=tuple(row["requires"]),
    )
