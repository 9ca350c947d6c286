"""What pages and API read: a course's outline with the viewer's own state, in flat queries."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django.utils import timezone

from courses.entitlement import has_lapsed
from courses.locking import NOT_ENROLLED, OPEN, SUBSCRIPTION, Lock, lock_for_learner
from courses.models import (
    Course,
    CourseRating,
    Enrollment,
    Lesson,
    LessonProgress,
)
from courses.queries.structure import Planned, planned
from courses.querysets import EnrollmentQuerySet
from tutorme.core.prepared import first, prepared


@dataclass(frozen=True)
class OutlineLesson:
    """`lock` is why the body is not shown, empty where it is (`courses.locking`); `opens_at` says
    when, `waits_for` after which lessons."""

    id: UUID
    key: str
    title: str
    kind: str
    minutes: int
    is_free_preview: bool
    is_required: bool
    completed_at: datetime | None
    lock: str
    opens_at: datetime | None = None
    waits_for: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class OutlineSection:
    """`before` is how many lessons come before it: lessons are counted through the course."""

    title: str
    lessons: tuple[OutlineLesson, ...]
    before: int


@dataclass(frozen=True)
class Outline:
    """`opened` are the lessons this reader has begun."""

    course_id: UUID
    enrollment: Enrollment | None
    sections: tuple[OutlineSection, ...]
    opened: frozenset[UUID]

    @property
    def lessons(self) -> list[OutlineLesson]:
        return [lesson for section in self.sections for lesson in section.lessons]

    @property
    def next_lesson(self) -> OutlineLesson | None:
        """The first open lesson that is not done, else none."""
        undone = (row for row in self.lessons if not row.completed_at and not row.lock)
        return next(undone, None)

    @property
    def counted(self) -> list[OutlineLesson]:
        return [lesson for lesson in self.lessons if lesson.is_required]

    @property
    def done(self) -> int:
        return sum(1 for lesson in self.counted if lesson.completed_at)

    @property
    def added_since(self) -> int:
        """Counted lessons still open in a course that was completed: what came afterwards."""
        completed = self.enrollment is not None and self.enrollment.completed_at is not None
        return len(self.counted) - self.done if completed else 0


Around = tuple[OutlineLesson | None, OutlineLesson | None, OutlineLesson | None]


def around(found: Outline, key: str) -> Around:
    """The lesson before, the lesson itself, and the one after it."""
    rows = [None, *found.lessons, None]
    for before, this, after in zip(rows, rows[1:], rows[2:], strict=False):
        if this is not None and this.key == key:
            return before, this, after
    return None, None, None


def resume_at(found: Outline) -> OutlineLesson | None:
    """Where this reader left, if that lesson is unfinished; else the first open one."""
    last = found.enrollment.last_lesson_id if found.enrollment else None
    left = (row for row in found.lessons if row.id == last and not row.completed_at)
    return next(left, found.next_lesson)


def enrollment_of(course: Course, user: Any) -> Enrollment | None:
    return Enrollment.objects.visible_to(user).open().filter(course=course).first()


def enrollment_at(slug: str, user: Any) -> Enrollment | None:
    """With the course and its teacher, for whoever has a place there; `has_rated` and what its
    outline needs read along."""
    return first(_place(slug, user.pk)) if user.is_authenticated else None


@prepared
def _place(slug: str, user_id: UUID) -> EnrollmentQuerySet:
    places = Enrollment.objects.filter(user_id=user_id).open().filter(course__slug=slug)
    own = CourseRating.objects.filter(user=OuterRef("user"), course=OuterRef("course"))
    rows = places.select_related("course__instructor").annotate(has_rated=Exists(own))
    return _with_progress(rows).order_by("pk")[:1]


def _with_progress(places: EnrollmentQuerySet) -> EnrollmentQuerySet:
    """The lessons its learner opened, and when each was completed: two arrays of one order."""
    mine = LessonProgress.objects.filter(enrollment=OuterRef("pk")).order_by("lesson_id")
    return places.annotate(
        opened_lessons=ArraySubquery(mine.values("lesson_id")),
        opened_done_at=ArraySubquery(mine.values("completed_at")),
    )


def outline(course: Course, user: Any) -> Outline:
    """One query, however long the course."""
    enrollment = first(_standing(course.pk, user.pk)) if user.is_authenticated else None
    return outline_with(course, user, enrollment)


@prepared
def _standing(course_id: UUID, user_id: UUID) -> EnrollmentQuerySet:
    places = Enrollment.objects.filter(user_id=user_id).open().filter(course_id=course_id)
    return _with_progress(places).order_by("pk")[:1]


def outline_with(course: Course, user: Any, enrollment: Enrollment | None) -> Outline:
    """No query where the place was read with its progress, or there is none; else one. What is the
    same for all readers is kept by version (`structure.planned`)."""
    rows = planned(course)
    mine = _own_progress(enrollment)
    done = {pk for pk, completed_at in mine.items() if completed_at}
    lock_of_row = _locks(course, user, enrollment, done)
    sections: dict[UUID, tuple[str, list[OutlineLesson]]] = {}
    for row in rows:
        lock = lock_of_row(row)
        lesson = OutlineLesson(
            **{name: getattr(row, name) for name in _LESSON},
            completed_at=mine.get(row.id),
            lock=lock.reason,
            opens_at=lock.opens_at,
            waits_for=lock.waits_for,
        )
        sections.setdefault(row.section_id, (row.section_title, []))[1].append(lesson)
    parts = _counted_through(list(sections.values()))
    return Outline(course.pk, enrollment, parts, frozenset(mine))


def _own_progress(enrollment: Enrollment | None) -> dict[UUID, datetime | None]:
    """The lessons this reader has opened, and when each was completed."""
    if enrollment is None:
        return {}
    read: Any = enrollment
    if hasattr(read, "opened_lessons"):
        return dict(zip(read.opened_lessons, read.opened_done_at, strict=True))
    rows = LessonProgress.objects.filter(enrollment=enrollment.pk)
    return dict(rows.values_list("lesson_id", "completed_at"))


def _locks(
    course: Course, user: Any, enrollment: Enrollment | None, done: set[UUID]
) -> Callable[[Planned], Lock]:
    """What tells the lock of a row, for this reader. Authors read everything."""
    now, lapsed = timezone.now(), has_lapsed(enrollment)

    def lock(row: Planned) -> Lock:
        if owns(course, user):
            return OPEN
        if enrollment is None:
            return OPEN if row.is_free_preview else Lock(NOT_ENROLLED)
        if lapsed:
            return OPEN if row.is_free_preview else Lock(SUBSCRIPTION)
        return lock_for_learner(
            lesson=row,
            requires=row.requires,
            done=done,
            is_done=row.id in done,
            enrolled_at=enrollment.created_at,
            now=now,
        )

    return lock


def _counted_through(
    parts: list[tuple[str, list[OutlineLesson]]],
) -> tuple[OutlineSection, ...]:
    before = accumulate((len(rows) for _title, rows in parts), initial=0)
    return tuple(
        OutlineSection(title, tuple(rows), count)
        for (title, rows), count in zip(parts, before, strict=False)
    )


_LESSON = ("id", "key", "title", "kind", "minutes", "is_free_preview", "is_required")


def owns(course: Course, user: Any) -> bool:
    return bool(
        getattr(user, "is_admin", False) or course.instructor_id == getattr(user, "pk", None)
    )


def lock_of(lesson: Lesson, user: Any, enrollment: Enrollment | None) -> Lock:
    """Why this person may not see the body; falsy if they may."""
    if owns(lesson.course, user):
        return OPEN
    if enrollment is None:
        return OPEN if lesson.is_free_preview else Lock(NOT_ENROLLED)
    if has_lapsed(enrollment):
        return OPEN if lesson.is_free_preview else Lock(SUBSCRIPTION)
    done = set(
        LessonProgress.objects.filter(
            enrollment=enrollment, completed_at__isnull=False
        ).values_list("lesson_id", flat=True)
    )
    required = lesson.required_rows.order_by("id").values_list("requires_id", flat=True)
    return lock_for_learner(
        lesson=lesson,
        requires=list(required),
        done=done,
        is_done=lesson.pk in done,
        enrolled_at=enrollment.created_at,
        now=timezone.now(),
    )


def shelf(user_id: UUID, limit: int = 50) -> list[Enrollment]:
    """What somebody is learning, the latest first."""
    return list(_shelf(user_id, limit=limit))


@prepared
def _shelf(user_id: UUID, *, limit: int) -> EnrollmentQuerySet:
    rows = Enrollment.objects.open().filter(user_id=user_id)
    learned = rows.select_related("course__instructor", "last_lesson")
    return learned.order_by("-last_activity_at")[:limit]
