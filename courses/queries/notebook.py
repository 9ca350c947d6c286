"""What one learner wrote, marked and keeps."""

from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from courses.models import (
    Course,
    Enrollment,
    Favorite,
    Handover,
    Lesson,
    LessonBookmark,
    LessonNote,
    LessonProgress,
)
from courses.querysets import LessonQuerySet, OwnedQuerySet, Viewer
from tutorme.core.prepared import first, prepared

_MOST = 2000


def notes_in(course: Course, user: Any) -> list[LessonNote]:
    rows = LessonNote.objects.visible_to(user).filter(lesson__course=course)
    return list(rows.select_related("lesson").order_by(*_PLACE)[:_MOST])


def bookmarks_in(course: Course, user: Any) -> list[LessonBookmark]:
    rows = LessonBookmark.objects.visible_to(user).filter(lesson__course=course)
    return list(rows.select_related("lesson").order_by(*_PLACE)[:_MOST])


_PLACE = ("lesson__position", "lesson_id", "at_s", "created_at", "id")


def all_in(course: Course, user: Any) -> tuple[list[LessonNote], list[LessonBookmark]]:
    return notes_in(course, user), bookmarks_in(course, user)


def kept(user: Any) -> OwnedQuerySet:
    """Still to be seen: what left the catalogue is kept in mind, and not shown."""
    return Favorite.objects.visible_to(user).filter(course__state="published")


def lesson_with_own(
    course: Course, key: str, user: Any, enrollment: Enrollment | None
) -> Lesson | None:
    """A lesson with what this person wrote and marked in it, and where they stopped, in one query:
    `own_notes`, `own_bookmarks`, `own_replies`, `own_resume`."""
    if user.is_authenticated and enrollment is not None:
        found = first(_lesson(course.pk, key, user.pk, enrollment.pk))
    else:
        place = enrollment.pk if enrollment else None
        found = _with_own(course.pk, key, user, place).first()
    if found is not None:
        found.course = course
    return found  # type: ignore[no-any-return]


@prepared
def _lesson(course_id: UUID, key: str, user_id: UUID, enrollment_id: UUID) -> LessonQuerySet:
    return _with_own(course_id, key, Viewer(user_id), enrollment_id).order_by("pk")[:1]


def _with_own(course_id: UUID, key: str, user: Any, enrollment_id: UUID | None) -> LessonQuerySet:
    notes = LessonNote.objects.visible_to(user).filter(lesson=OuterRef("pk"))
    marks = LessonBookmark.objects.visible_to(user).filter(lesson=OuterRef("pk"))
    progress = LessonProgress.objects.filter(lesson=OuterRef("pk"), enrollment=enrollment_id)
    lessons = Lesson.objects.filter(course_id=course_id, key=key, is_published=True)
    return lessons.annotate(
        own_notes=ArraySubquery(
            notes.order_by("at_s", "created_at", "id").values(
                row=JSONObject(id="id", body="body", at_s="at_s")
            )[:_BESIDE]
        ),
        own_bookmarks=ArraySubquery(
            marks.order_by("at_s").values(row=JSONObject(id="id", label="label", at_s="at_s"))[
                :_BESIDE
            ]
        ),
        own_replies=ArraySubquery(
            _replies(user)
            .order_by("-replied_at", "-id")
            .values(
                row=JSONObject(
                    id="id",
                    tutor="tutor__display_name",
                    reply="reply",
                    practice="practice__key",
                    practice_title="practice__title",
                )
            )[:_BESIDE]
        ),
        own_resume=Subquery(progress.values("resume")[:1]),
    )


_BESIDE = 100


def _replies(user: Any) -> QuerySet[Handover]:
    """What tutors wrote back to this person about the lesson."""
    rows = Handover.objects.filter(lesson=OuterRef("pk"), replied_at__isnull=False)
    return rows.filter(student_id=user.pk) if user.is_authenticated else rows.none()
