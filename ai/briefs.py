"""What a draft is asked for, from what a form or a request said. Asks the database nothing."""

from typing import Any

from ai.schemas import EXERCISE_TYPES
from courses import markdown
from courses.models import LessonDraft

Brief = dict[str, Any]
# Of a lesson that a set is written for, at most so much.
LESSON_CHARS = 12_000


def course(facts: dict[str, Any]) -> Brief:
    return {
        "kind": "course",
        **{name: facts[name] for name in ("topic", "goal", "audience", "level", "language")},
        "hours": facts["hours"],
        "constraints": facts.get("constraints", ""),
    }


def practice(kind: str, facts: dict[str, Any], lesson: LessonDraft | None) -> Brief:
    """`kind` is exercise or quiz, for that lesson."""
    return {
        "kind": kind,
        **{name: facts[name] for name in ("topic", "level", "language", "difficulty", "count")},
        "type": facts.get("type", EXERCISE_TYPES[-1]) if kind == "exercise" else "",
        "lesson": _read(lesson) if lesson else None,
    }


def _read(lesson: LessonDraft) -> dict[str, str]:
    text = markdown.plain_of(lesson.body)[:LESSON_CHARS]
    return {"id": str(lesson.pk), "title": lesson.title, "text": text}
