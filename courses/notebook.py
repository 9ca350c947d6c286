"""A learner's notes and bookmarks as a text to take along. Pure."""

import re
from collections.abc import Sequence

from courses.models import LessonBookmark, LessonNote


def clock(seconds: int) -> str:
    """As players show it: 0:07, 12:30, 1:02:03."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def markdown_of(
    title: str, notes: Sequence[LessonNote], bookmarks: Sequence[LessonBookmark]
) -> str:
    """One heading a lesson, in the order of the course; the learner's own Markdown stays as it is
    and only loses what would be headings above its place."""
    lessons = {row.lesson_id: row.lesson for row in notes}
    lessons |= {row.lesson_id: row.lesson for row in bookmarks}
    parts = [f"# {_line(title)}"]
    for lesson in sorted(lessons.values(), key=lambda row: (row.position, str(row.pk))):
        parts.append(f"## {_line(lesson.title)}")
        parts += [_marked(row) for row in bookmarks if row.lesson_id == lesson.pk]
        parts += [_noted(row) for row in notes if row.lesson_id == lesson.pk]
    return "\n\n".join(parts) + "\n"


def _marked(row: LessonBookmark) -> str:
    label = f" {_line(row.label)}" if row.label else ""
    return f"- [{clock(row.at_s)}]{label}"


def _noted(row: LessonNote) -> str:
    at = "" if row.at_s is None else f"[{clock(row.at_s)}] "
    return at + re.sub(r"^(#{1,2}) ", r"##\1 ", row.body.strip(), flags=re.MULTILINE)


def _line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
