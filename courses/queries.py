"""What pages and API read: a course's outline with the viewer's own state, in flat queries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count

from courses.models import Course, Enrollment, Lesson, LessonProgress
from courses.querysets import CourseQuerySet


@dataclass(frozen=True)
class OutlineLesson:
    """`lock` is why the body is not shown, empty where it is."""

    id: UUID
    key: str
    title: str
    kind: str
    minutes: int
    is_free_preview: bool
    is_required: bool
    completed_at: datetime | None
    lock: str


@dataclass(frozen=True)
class OutlineSection:
    title: str
    lessons: tuple[OutlineLesson, ...]


@dataclass(frozen=True)
class Outline:
    course_id: UUID
    enrollment: Enrollment | None
    sections: tuple[OutlineSection, ...]

    @property
    def lessons(self) -> list[OutlineLesson]:
        return [lesson for section in self.sections for lesson in section.lessons]

    @property
    def next_lesson(self) -> OutlineLesson | None:
        """The first open lesson that is not done, else none."""
        undone = (row for row in self.lessons if not row.completed_at and not row.lock)
        return next(undone, None)


def enrollment_of(course: Course, user: Any) -> Enrollment | None:
    return Enrollment.objects.visible_to(user).open().filter(course=course).first()


def outline(course: Course, user: Any) -> Outline:
    """Three queries at most, however long the course."""
    enrollment = enrollment_of(course, user)
    done: dict[UUID, datetime | None] = {}
    if enrollment:
        rows = LessonProgress.objects.filter(enrollment=enrollment)
        done = dict(rows.values_list("lesson_id", "completed_at"))
    opens = enrollment is not None or owns(course, user)
    sections: dict[UUID, tuple[str, list[OutlineLesson]]] = {}
    lessons = course.lessons.filter(is_published=True).order_by("position")
    for row in lessons.values(*_LESSON, "section_id", "section__title"):
        section = row.pop("section_id"), row.pop("section__title")
        lock = "" if opens or row["is_free_preview"] else "not_enrolled"
        lesson = OutlineLesson(**row, completed_at=done.get(row["id"]), lock=lock)
        sections.setdefault(section[0], (section[1], []))[1].append(lesson)
    parts = tuple(OutlineSection(title, tuple(rows)) for title, rows in sections.values())
    return Outline(course.pk, enrollment, parts)


_LESSON = ("id", "key", "title", "kind", "minutes", "is_free_preview", "is_required")


def owns(course: Course, user: Any) -> bool:
    return bool(
        getattr(user, "is_staff", False) or course.instructor_id == getattr(user, "pk", None)
    )


def lock_of(lesson: Lesson, user: Any, enrollment: Enrollment | None) -> str:
    """Why this person may not see the body; empty if they may."""
    if enrollment or lesson.is_free_preview or owns(lesson.course, user):
        return ""
    return "not_enrolled"


CARD = (
    "id",
    "slug",
    "title",
    "subtitle",
    "summary",
    "category",
    "difficulty",
    "language",
    "price_minor",
    "currency",
    "lesson_count",
    "total_minutes",
    "enrollment_count",
    "published_at",
    "updated_at",
    "instructor_id",
    "instructor__display_name",
    "instructor__username",
)


def facets(found: CourseQuerySet) -> dict[str, dict[str, int]]:
    """How many of these courses each filter would leave, one query a facet."""
    counted = {}
    for name in ("category", "difficulty", "language"):
        rows = found.order_by().values_list(name).annotate(n=Count("pk")).order_by("-n", name)
        counted[name] = dict(rows)
    return counted


def shelf(user_id: UUID, limit: int = 50) -> list[Enrollment]:
    """What somebody is learning, the latest first."""
    rows = Enrollment.objects.open().filter(user_id=user_id)
    return list(
        rows.select_related("course__instructor", "last_lesson").order_by("-last_activity_at")[
            :limit
        ]
    )
