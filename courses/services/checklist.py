"""What stands between a draft and its publication, each item with where to mend it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses.models import Course, LessonDraft, LessonKind
from courses.services import drafting, quiz_content


@dataclass(frozen=True)
class Item:
    """`code` is for machines. `lesson` is the draft to open, none where it is about the course;
    `field` is the one to mend there. A required item keeps the course from being published."""

    code: str
    text: str | Promise
    is_done: bool
    is_required: bool = True
    lesson: UUID | None = None
    field: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "text": str(self.text),
            "is_done": self.is_done,
            "is_required": self.is_required,
            "lesson": self.lesson,
            "field": self.field,
        }


def items(course: Course) -> list[Item]:
    draft = drafting.draft_of(course)
    lessons = list(course.lesson_drafts.filter(is_held_back=False).order_by("position"))
    return [*_of_course(draft.facts, lessons), *(i for row in lessons for i in _of_lesson(row))]


def missing(course: Course) -> list[Item]:
    return [item for item in items(course) if item.is_required and not item.is_done]


def _of_course(facts: dict[str, Any], lessons: list[LessonDraft]) -> Iterator[Item]:
    yield Item("lessons", _("The course has no lessons."), bool(lessons), field="lessons")
    yield Item("summary", _("The course has no summary."), bool(facts["summary"]), field="summary")
    yield Item(
        "outcomes",
        _("Nothing says what learners will be able to do."),
        bool(facts["outcomes"]),
        is_required=False,
        field="outcomes",
    )
    yield Item(
        "preview",
        _("No lesson can be read before paying."),
        facts["price_minor"] == 0 or any(row.is_free_preview for row in lessons),
        is_required=False,
        field="is_free_preview",
    )
    yield Item(
        "counted",
        _("No lesson is required, so nobody can complete the course."),
        not lessons or any(row.is_required for row in lessons),
        field="is_required",
    )


_EMPTY = {
    LessonKind.TEXT: ("body", _("A text lesson is empty.")),
    LessonKind.EXERCISE: ("body", _("An exercise does not say what to do.")),
    LessonKind.FILE: ("data.files", _("A file lesson has no file.")),
    LessonKind.EMBED: ("data.url", _("An embedded page has no address.")),
    LessonKind.LIVE: ("data.starts_at", _("A live session has no time.")),
}


def _of_lesson(row: LessonDraft) -> Iterator[Item]:
    if row.kind == LessonKind.QUIZ:
        for problem in quiz_content.problems(row):
            yield Item("quiz", problem, False, lesson=row.pk, field="quiz")
    elif row.kind == LessonKind.VIDEO:
        yield from _of_video(row)
    else:
        field, text = _EMPTY[LessonKind(row.kind)]
        holder = row.data if field.startswith("data.") else {"body": row.body.strip()}
        is_done = bool(holder.get(field.removeprefix("data.")))
        yield Item(f"{row.kind}-empty", text, is_done, lesson=row.pk, field=field)


def _of_video(row: LessonDraft) -> Iterator[Item]:
    has_video = bool(row.data.get("file") or row.data.get("url"))
    yield Item(
        "video-empty", _("A video lesson has no video."), has_video, True, row.pk, "data.file"
    )
    timed = bool(row.data.get("duration_seconds"))
    text = _("A video does not say how long it is.")
    yield Item("video-duration", text, timed, True, row.pk, "data.duration_seconds")
    text = _("A video has no captions.")
    captions = bool(row.data.get("captions") or row.data.get("url"))
    yield Item("video-captions", text, captions, False, row.pk, "data.captions")
