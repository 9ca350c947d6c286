"""What a draft is asked for, from what a form or a request said. Pure."""

from typing import Any

from ai.schemas import EXERCISE_TYPES

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


def practice(kind: str, facts: dict[str, Any], lesson: dict[str, str] | None) -> Brief:
    """`kind` is exercise or quiz; `lesson` has id, title and text of the one it is for."""
    return {
        "kind": kind,
        **{name: facts[name] for name in ("topic", "level", "language", "difficulty", "count")},
        "type": facts.get("type", EXERCISE_TYPES[-1]) if kind == "exercise" else "",
        "lesson": {**lesson, "text": lesson["text"][:LESSON_CHARS]} if lesson else None,
    }
