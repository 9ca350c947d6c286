"""An outline as a form without a script edits it. Pure; what comes out is judged like a model's."""

from collections.abc import Mapping
from typing import Any

from ai.schemas import LESSON_TYPES
from ai.validating import lessons_of

Outline = dict[str, Any]
_MINUTES = 15


def edited(outline: Outline, given: Mapping[str, str]) -> Outline:
    """`given` has title, summary, and by key of each part `title-…`, `type-…`, `minutes-…`,
    `place-…` and `drop-…`; `new-<section>` is the title of a lesson to add."""
    sections = [_section(section, given) for section in outline["sections"]]
    kept = [section for section in sections if section["lessons"]]
    changed = {
        **outline,
        "title": given.get("title", outline["title"]),
        "summary": given.get("summary", outline["summary"]),
        "sections": kept,
        "projects": [
            row
            for number, row in enumerate(outline["projects"], start=1)
            if not given.get(f"drop-p{number}")
        ],
    }
    return _without_dangling(changed)


def _section(section: Outline, given: Mapping[str, str]) -> Outline:
    key = section["key"]
    rows = [
        _lesson(row, given) for row in section["lessons"] if not given.get(f"drop-{row['key']}")
    ]
    rows.sort(key=lambda row: _place(given.get(f"place-{row['key']}", "")))
    if title := given.get(f"new-{key}", "").strip():
        rows.append(_new(key, title, section["lessons"]))
    return {**section, "title": given.get(f"title-{key}", section["title"]), "lessons": rows}


def _place(text: str) -> int:
    """Those without a number stay behind, in their order."""
    return int(text) if text.isdecimal() and len(text) < 5 else 9999


def _lesson(row: Outline, given: Mapping[str, str]) -> Outline:
    key = row["key"]
    kind, minutes = given.get(f"type-{key}", ""), given.get(f"minutes-{key}", "")
    return {
        **row,
        "title": given.get(f"title-{key}", row["title"]),
        "type": kind if kind in LESSON_TYPES else row["type"],
        "minutes": int(minutes) if minutes.isdecimal() and len(minutes) < 5 else row["minutes"],
    }


def _new(section: str, title: str, rows: list[Outline]) -> Outline:
    taken = {row["key"] for row in rows}
    key = next(k for n in range(1, 99) if (k := f"{section}l{n}") not in taken)
    return {
        "key": key,
        "title": title[:120],
        "type": "text",
        "minutes": _MINUTES,
        "objectives": [title[:200]],
        "prerequisites": [],
    }


def _without_dangling(outline: Outline) -> Outline:
    """A lesson that was moved or dropped is no prerequisite of what comes before it now."""
    before: set[str] = set()
    for row in lessons_of(outline):
        row["prerequisites"] = [key for key in row["prerequisites"] if key in before]
        before.add(row["key"])
    return outline
