"""What learners write and mark beside lessons, and the courses they keep in mind."""

from typing import Any

from courses.models import Course, Favorite, Lesson, LessonBookmark, LessonNote


def write_note(*, user: Any, lesson: Lesson, body: str, at_s: int | None) -> LessonNote:
    return LessonNote.objects.create(user=user, lesson=lesson, body=body, at_s=at_s)


def edit_note(*, note: LessonNote, changes: dict[str, Any]) -> LessonNote:
    for name, value in changes.items():
        setattr(note, name, value)
    note.save(update_fields=[*changes, "updated_at"])
    return note


def bookmark(*, user: Any, lesson: Lesson, at_s: int, label: str) -> tuple[LessonBookmark, bool]:
    """Marks a place once; marking it again gives it the new label. Says whether it is new."""
    return LessonBookmark.objects.update_or_create(
        user=user, lesson=lesson, at_s=at_s, defaults={"label": label}
    )


def keep(*, user: Any, course: Course) -> tuple[Favorite, bool]:
    """Puts a course on somebody's list, once; says whether it was not there yet."""
    return Favorite.objects.get_or_create(user=user, course=course)


def let_go(*, user: Any, course_id: Any) -> None:
    Favorite.objects.filter(user=user, course=course_id).delete()
