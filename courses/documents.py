"""A course as one document: what publishing compares, versions keep, and files are written from.

    {"facts": {…columns of Course an author sets…},
     "sections": [{"id", "title", "lessons": [{"id", "key", …columns of LessonContent…,
                  "requires": [keys of lessons], "is_held_back", "quiz": {…} | None}]}]}

Everything in it is JSON. `facts["prerequisites"]` are ids of courses.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

FACTS = (
    *("title", "subtitle", "summary", "description", "outcomes", "tags", "category"),
    *("difficulty", "language", "price_minor", "currency", "is_premium", "estimated_hours"),
)
# What a learner would notice; where a lesson stands in the outline is not a change of it.
_NOTICED = (
    *("title", "kind", "body", "data", "objectives", "minutes", "is_free_preview"),
    *("is_required", "drip_days", "drip_at", "requires", "quiz"),
)

Document = dict[str, Any]
Changes = dict[str, list[dict[str, str]]]


def lessons_of(document: Document) -> Iterator[dict[str, Any]]:
    """In the order of the outline."""
    for section in document["sections"]:
        yield from section["lessons"]


def published_part(document: Document) -> Document:
    """Without what is held back, and without sections that would be empty."""
    sections = [
        {**section, "lessons": [row for row in section["lessons"] if not row["is_held_back"]]}
        for section in document["sections"]
    ]
    return {**document, "sections": [section for section in sections if section["lessons"]]}


def changes_between(old: Document | None, new: Document) -> Changes:
    """By lesson id; a first version has added nothing."""
    if old is None:
        return {"added": [], "changed": [], "removed": []}
    before = {row["id"]: row for row in lessons_of(old)}
    after = {row["id"]: row for row in lessons_of(new)}
    return {
        "added": [_named(row) for pk, row in after.items() if pk not in before],
        "changed": [
            _named(row) for pk, row in after.items() if pk in before and _differs(before[pk], row)
        ],
        "removed": [_named(row) for pk, row in before.items() if pk not in after],
    }


def changed_facts(old: Document | None, new: Document) -> list[str]:
    if old is None:
        return []
    names = {*old["facts"], *new["facts"]}
    return sorted(name for name in names if old["facts"].get(name) != new["facts"].get(name))


def _named(row: dict[str, Any]) -> dict[str, str]:
    return {"id": row["id"], "title": row["title"]}


def _differs(old: dict[str, Any], new: dict[str, Any]) -> bool:
    return any(old.get(name) != new.get(name) for name in _NOTICED)


def fingerprint(document: Document) -> str:
    """Equal for equal documents, whatever order their members came in."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
