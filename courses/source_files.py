"""A course as files, and back: `course.yaml`, `lessons/<key>.md|.yaml`, `files/`. Pure.

`render` writes one form of every course, so that what was read from it is written again byte for
byte. `parse` also takes what people write by hand; it names every problem, not only the first.
"""

import json
from collections.abc import Mapping
from typing import Any

import yaml

from courses import source_rules
from courses.documents import Document, lessons_of
from courses.errors import SourceInvalid
from tutorme.core.money import Money

MANIFEST = "course.yaml"
# Questions that every quiz of the course may use.
BANK = "bank.yaml"
MAX_TEXT = 400_000


class _Loader(yaml.SafeLoader):
    """Plain data: an anchor can blow a small file up to gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            raise yaml.YAMLError("anchors are not read here")
        return super().compose_node(parent, index)


class _Dumper(yaml.SafeDumper):
    """Lists stand under their name, as people write them; several lines as a block."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT001
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def dumped(content: Any) -> bytes:
    text: str = yaml.dump(
        content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100_000
    )
    return text.encode()


def loaded(name: str, content: bytes) -> dict[str, Any]:
    """A mapping of plain JSON values."""
    if len(content) > MAX_TEXT:
        raise SourceInvalid(problems=[f"{name} is too large"])
    try:
        found = yaml.load(content.decode("utf-8"), Loader=_Loader)  # noqa: S506  a safe loader
        if not isinstance(found, dict):
            raise SourceInvalid(problems=[f"{name} is not a mapping"])
        plain: dict[str, Any] = json.loads(json.dumps(found, default=str, allow_nan=False))
    except (UnicodeError, yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise SourceInvalid(problems=[f"{name}: {error}"]) from error
    return plain


# Reading ---------------------------------------------------------------------------------------


def parse(files: Mapping[str, bytes]) -> tuple[Document, list[str]]:
    """The document of a course without ids, its slug beside the facts, and what is wrong with its
    lessons. `SourceInvalid` where the manifest itself cannot be read."""
    if MANIFEST not in files:
        raise SourceInvalid(problems=[f"{MANIFEST} is missing"])
    manifest = loaded(MANIFEST, files[MANIFEST])
    if wrong := source_rules.problems(manifest):
        raise SourceInvalid(problems=wrong)
    problems: list[str] = []
    document = {
        "slug": manifest.get("slug", ""),
        "facts": _facts(manifest),
        "requires": manifest.get("requires") or [],
        "bank": _bank(files, problems),
        "sections": [
            {
                "title": section["title"],
                "lessons": [_lesson(row, files, problems) for row in section["lessons"]],
            }
            for section in manifest["sections"]
        ],
    }
    return document, problems


def _facts(manifest: Mapping[str, Any]) -> dict[str, Any]:
    price = Money.parse(str(manifest["price"]["amount"]), manifest["price"]["currency"])
    texts = {
        name: str(manifest.get(name) or "").strip()
        for name in ("title", "subtitle", "summary", "description")
    }
    return {
        **texts,
        "outcomes": manifest.get("outcomes") or [],
        "tags": manifest.get("tags") or [],
        "category": manifest["subject"],
        "difficulty": manifest["level"],
        "language": manifest.get("language") or "en",
        "price_minor": price.minor,
        "currency": price.currency,
        "is_premium": bool(manifest.get("premium")),
        "estimated_hours": manifest.get("estimated_hours"),
    }


def _lesson(
    row: Mapping[str, Any], files: Mapping[str, bytes], problems: list[str]
) -> dict[str, Any]:
    kind, drip = row["kind"], row.get("drip") or {}
    return {
        "key": row["key"],
        "title": row["title"],
        "kind": kind,
        "body": _body(row["key"], kind, files, problems),
        "data": {} if kind == "quiz" else row.get(kind) or {},
        "objectives": row.get("objectives") or [],
        "minutes": row.get("minutes", 10),
        "is_free_preview": bool(row.get("free_preview")),
        "is_required": row.get("required", True),
        "drip_days": drip.get("days"),
        "drip_at": drip.get("at"),
        "requires": row.get("after") or [],
        "is_held_back": bool(row.get("held_back")),
        "quiz": _quiz(row["key"], files, problems) if kind == "quiz" else None,
    }


def _body(key: str, kind: str, files: Mapping[str, bytes], problems: list[str]) -> str:
    name = f"lessons/{key}.md"
    if name not in files:
        if kind == "text":
            problems.append(f"{name} is missing or too large")
        return ""
    try:
        text = files[name].decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        problems.append(f"{name}: {error}")
        return ""
    if len(text) > source_rules.MAX_BODY + 1 or "\x00" in text:
        problems.append(f"{name} is missing or too large")
    return text.removesuffix("\n")


def _bank(files: Mapping[str, bytes], problems: list[str]) -> list[dict[str, Any]]:
    try:
        rows = loaded(BANK, files[BANK]).get("questions") if BANK in files else []
    except SourceInvalid as error:
        problems.extend(error.extras["problems"])
        return []
    if isinstance(rows, list):
        return rows
    problems.append(f"{BANK} has no list of questions")
    return []


def _quiz(key: str, files: Mapping[str, bytes], problems: list[str]) -> dict[str, Any]:
    name = f"lessons/{key}.yaml"
    if name not in files:
        problems.append(f"{name} is missing or too large")
        return {}
    try:
        return loaded(name, files[name])
    except SourceInvalid as error:
        problems.extend(error.extras["problems"])
        return {}


# Writing ---------------------------------------------------------------------------------------


def render(document: Document) -> dict[str, bytes]:
    """Every text file of a course; `slug`, `requires` (slugs) and `bank` stand beside the facts."""
    files = {MANIFEST: dumped(_manifest(document))}
    if document.get("bank"):
        files[BANK] = dumped({"questions": document["bank"]})
    for row in lessons_of(document):
        if row["body"] or row["kind"] == "text":
            files[f"lessons/{row['key']}.md"] = (row["body"] + "\n").encode()
        if row["kind"] == "quiz":
            files[f"lessons/{row['key']}.yaml"] = dumped(row["quiz"])
    return files


def _manifest(document: Document) -> dict[str, Any]:
    facts = document["facts"]
    manifest = {
        "slug": document["slug"],
        **{name: facts[name] for name in ("title", "subtitle", "summary", "description")},
        "subject": facts["category"],
        "level": facts["difficulty"],
        "language": facts["language"],
        "price": Money(facts["price_minor"], facts["currency"]).as_json(),
        "premium": facts["is_premium"],
        "estimated_hours": facts["estimated_hours"],
        "tags": facts["tags"],
        "outcomes": facts["outcomes"],
        "requires": document["requires"],
    }
    sections = [
        {"title": section["title"], "lessons": [_row(row) for row in section["lessons"]]}
        for section in document["sections"]
    ]
    return {**_said(manifest, keep=("slug", "title", "price")), "sections": sections}


def _row(lesson: Mapping[str, Any]) -> dict[str, Any]:
    drip = {"days": lesson["drip_days"], "at": lesson["drip_at"]}
    row = {
        "key": lesson["key"],
        "title": lesson["title"],
        "kind": lesson["kind"],
        "minutes": lesson["minutes"],
        "free_preview": lesson["is_free_preview"],
        "required": None if lesson["is_required"] else "no",
        "held_back": lesson["is_held_back"],
        "objectives": lesson["objectives"],
        "after": lesson["requires"],
        "drip": {name: value for name, value in drip.items() if value is not None},
        lesson["kind"]: lesson["data"],
    }
    said = _said(row, keep=("key", "title", "kind", "minutes"))
    return {**said, "required": False} if "required" in said else said


def _said(members: Mapping[str, Any], *, keep: tuple[str, ...]) -> dict[str, Any]:
    """What is empty goes without saying."""
    return {
        name: value
        for name, value in members.items()
        if name in keep or value not in (None, "", [], {}, False)
    }
