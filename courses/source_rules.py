"""What `course.yaml` may say; pure. Each rule names the place and what is wrong there."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from courses.cycles import cycle_in
from courses.models.content import KINDS
from tutorme.core.money import Money

MAX_BODY = 100_000
MAX_LESSONS = 1000
KEY = re.compile(r"^[a-z0-9]+(?:[-_][a-z0-9]+)*$")
_COURSE = set(
    "slug title subtitle summary description subject level language price premium estimated_hours"
    " tags outcomes requires sections instructor".split()
)
_LESSON = set(
    "key title kind minutes free_preview required held_back objectives after drip".split()
) | set(KINDS)
_LENGTHS = {"title": 120, "subtitle": 200, "summary": 500, "description": 20_000, "subject": 60}


def problems(manifest: Mapping[str, Any]) -> list[str]:
    try:
        return [*_course(manifest), *_sections(manifest), *_circles(manifest)]
    except (KeyError, TypeError, AttributeError):
        return ["course.yaml has no sections with lessons"]


def _course(manifest: Mapping[str, Any]) -> Iterator[str]:
    if unknown := set(manifest) - _COURSE:
        yield f"course.yaml: nobody knows {', '.join(sorted(map(str, unknown)))}"
    for name, most in _LENGTHS.items():
        needed = name in ("title", "subject")
        yield from _texts(f"course.yaml: {name}", manifest.get(name), most, needed=needed)
    if manifest.get("level") not in ("beginner", "intermediate", "advanced"):
        yield "course.yaml: level is beginner, intermediate or advanced"
    if "slug" in manifest and not _is_key(manifest["slug"], 120):
        yield "course.yaml: slug has small letters, digits and dashes"
    yield from _texts("course.yaml: language", manifest.get("language"), 12)
    yield from _price(manifest.get("price"))
    yield from _lists("course.yaml: outcomes", manifest.get("outcomes"), 30, 200)
    yield from _lists("course.yaml: tags", manifest.get("tags"), 10, 40)
    yield from _lists("course.yaml: requires", manifest.get("requires"), 20, 120)
    hours = manifest.get("estimated_hours")
    if hours is not None and not _is_whole(hours, 1, 1000):
        yield "course.yaml: estimated_hours is a whole number up to 1000"


def _price(price: Any) -> Iterator[str]:
    try:
        if Money.parse(str(price["amount"]), price["currency"]).minor >= 0:
            return
    except (ValueError, KeyError, TypeError):
        pass
    yield "course.yaml: price has an amount and a currency"


def _texts(place: str, value: Any, most: int, *, needed: bool = False) -> Iterator[str]:
    if value is None and not needed:
        return
    if not isinstance(value, str) or len(value.strip()) > most or (needed and not value.strip()):
        yield f"{place} is a text of up to {most} characters"
    elif "\x00" in value:
        yield f"{place} holds a character that is no text"


def _lists(place: str, value: Any, many: int, most: int) -> Iterator[str]:
    if value is None:
        return
    if not isinstance(value, list) or len(value) > many:
        yield f"{place} is a list of up to {many}"
        return
    for text in value:
        yield from _texts(place, text, most, needed=True)


def _is_key(value: Any, most: int) -> bool:
    return isinstance(value, str) and len(value) <= most and bool(KEY.match(value))


def _is_whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _sections(manifest: Mapping[str, Any]) -> Iterator[str]:
    rows = [row for section in manifest["sections"] for row in section["lessons"]]
    keys = [row["key"] for row in rows]
    if len(rows) > MAX_LESSONS:
        yield f"course.yaml has more than {MAX_LESSONS} lessons"
    for key in sorted({str(key) for key in keys if keys.count(key) > 1}):
        yield f"course.yaml: {key} is there twice"
    for section in manifest["sections"]:
        yield from _texts("course.yaml: a section's title", section["title"], 120, needed=True)
    for row in rows:
        yield from _lesson(row, set(map(str, keys)))


def _lesson(row: Mapping[str, Any], keys: set[str]) -> Iterator[str]:
    place = f"course.yaml: {row['key']}"
    if not _is_key(row["key"], 80):
        yield f"{place}: a key has small letters, digits and dashes"
    if unknown := set(row) - _LESSON:
        yield f"{place}: nobody knows {', '.join(sorted(map(str, unknown)))}"
    yield from _texts(f"{place}: title", row.get("title"), 120, needed=True)
    if row.get("kind") not in KINDS:
        yield f"{place}: kind is one of {', '.join(KINDS)}"
    elif not isinstance(row.get(row["kind"]) or {}, dict):
        yield f"{place}: {row['kind']} is a mapping"
    if not _is_whole(row.get("minutes", 10), 0, 1440):
        yield f"{place}: minutes is a whole number up to 1440"
    for flag in ("free_preview", "required", "held_back"):
        if not isinstance(row.get(flag, False), bool):
            yield f"{place}: {flag} is true or false"
    yield from _lists(f"{place}: objectives", row.get("objectives"), 10, 200)
    yield from _lists(f"{place}: after", row.get("after"), 50, 80)
    for key in row.get("after") or []:
        if key not in keys:
            yield f"{place}: waits for {key}, which is not there"
    yield from _drip(place, row.get("drip"))


def _drip(place: str, drip: Any) -> Iterator[str]:
    if drip in (None, {}):
        return
    one = drip if isinstance(drip, dict) and len(drip) == 1 else {}
    if not (_is_whole(one.get("days"), 0, 3650) or _is_moment(one.get("at"))):
        yield f"{place}: drip has days, or at with a time and its zone"


def _is_moment(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _circles(manifest: Mapping[str, Any]) -> Iterator[str]:
    graph = {
        str(row["key"]): [str(key) for key in row.get("after") or []]
        for section in manifest["sections"]
        for row in section["lessons"]
    }
    if circle := cycle_in(graph):
        yield f"course.yaml: these wait for one another: {' → '.join(circle)}"
