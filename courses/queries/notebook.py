"""What one learner wrote, marked and keeps."""

from typing import Any

from courses.models import Course, Favorite, LessonBookmark, LessonNote
from courses.querysets import OwnedQuerySet

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
