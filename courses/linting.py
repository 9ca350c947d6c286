"""What a careful reader would say of a course before its learners do; pure.

An error keeps somebody from learning; a warning is worth a look. `where` is a file of the course.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from courses.documents import Document, lessons_of
from courses.embeds import frame_of
from courses.reading import grade_of, words_in

ERROR, WARNING = "error", "warning"
# School years that a text may ask for before it is hard for its level.
_HARDEST = {"beginner": 10, "intermediate": 13, "advanced": 17}
_FEWEST_WORDS = 150
_WORDS_A_MINUTE = 200
_PARSER = MarkdownIt("commonmark").enable("table")
_FILE = re.compile(r"^files/([^?#]+)")


@dataclass(frozen=True)
class Finding:
    rule: str
    severity: str
    where: str
    text: str

    def as_json(self) -> dict[str, str]:
        return asdict(self)


def findings(document: Document, files: frozenset[str]) -> list[Finding]:
    """`files` are the names below `files/`."""
    rows = [*_course(document, files)]
    for lesson in lessons_of(document):
        rows += _lesson(document, lesson, files)
    rows += _order(document)
    rows += _unused(document, files)
    return rows


def _course(document: Document, files: frozenset[str]) -> Iterator[Finding]:
    facts = document["facts"]
    if not facts["summary"]:
        yield Finding("summary", ERROR, "course.yaml", "There is no summary.")
    if not facts["outcomes"]:
        yield Finding("outcomes", WARNING, "course.yaml", "Nothing says what learners will do.")
    if not any(True for _row in lessons_of(document)):
        yield Finding("lessons", ERROR, "course.yaml", "There is no lesson.")
    yield from _text("course.yaml", facts["description"], files)
    titles = [lesson["title"] for lesson in lessons_of(document)]
    for title in sorted({title for title in titles if titles.count(title) > 1}):
        yield Finding("title", WARNING, "course.yaml", f"“{title}” is the title of two lessons.")


def _lesson(document: Document, row: Mapping[str, Any], files: frozenset[str]) -> Iterator[Finding]:
    where = f"lessons/{row['key']}.md"
    yield from _text(where, row["body"], files)
    yield from _kind(where, row, files)
    if row["quiz"] is not None:
        yield from _quiz(f"lessons/{row['key']}.yaml", row["quiz"])
    yield from _reading(document["facts"], row, where)


def _text(where: str, text: str, files: frozenset[str]) -> Iterator[Finding]:
    for token in _inline(text):
        if token.type == "image":
            if not token.content.strip():
                said = f"The picture {token.attrs.get('src')} says nothing to who cannot see it."
                yield Finding("alt-text", ERROR, where, said)
            yield from _address(where, str(token.attrs.get("src", "")), files, is_picture=True)
        elif token.type == "link_open":
            yield from _address(where, str(token.attrs.get("href", "")), files)


def _inline(text: str) -> Iterator[Token]:
    for token in _PARSER.parse(text):
        yield from token.children or []


def _address(
    where: str, address: str, files: frozenset[str], *, is_picture: bool = False
) -> Iterator[Finding]:
    if match := _FILE.match(address):
        if match[1] not in files:
            yield Finding("broken-file", ERROR, where, f"files/{match[1]} is not there.")
        return
    try:
        parts = urlsplit(address)
    except ValueError:
        yield Finding("broken-link", ERROR, where, f"{address[:200]} is no address.")
        return
    if is_picture:
        said = f"{address[:200]} is not a file of the course, so it is not shown."
        yield Finding("foreign-picture", ERROR, where, said)
    elif parts.scheme in ("http", "https"):
        if not parts.hostname or "." not in parts.hostname:
            yield Finding("broken-link", ERROR, where, f"{address[:200]} leads nowhere.")
    elif parts.scheme not in ("mailto", "") or (not parts.scheme and not address.startswith("#")):
        yield Finding("broken-link", ERROR, where, f"{address[:200] or 'A link'} leads nowhere.")


def _kind(where: str, row: Mapping[str, Any], files: frozenset[str]) -> Iterator[Finding]:
    data = row["data"]
    if row["kind"] in ("text", "exercise") and not row["body"].strip():
        yield Finding("empty", ERROR, where, "It has no text.")
    named = [data.get("file"), *data.get("files", [])]
    named += [track["file"] for track in data.get("captions", [])]
    for name in filter(None, named):
        if name not in files:
            yield Finding("broken-file", ERROR, "course.yaml", f"files/{name} is not there.")
    if row["kind"] == "video" and not (data.get("captions") or data.get("url")):
        yield Finding("captions", WARNING, "course.yaml", f"{row['key']} has no captions.")
    if row["kind"] in ("video", "embed") and data.get("url") and frame_of(data["url"]) is None:
        said = f"{row['key']}: {data['url'][:200]} is of no host that is allowed here."
        yield Finding("embed-host", ERROR, "course.yaml", said)


def _quiz(where: str, quiz: Mapping[str, Any]) -> Iterator[Finding]:
    rows = [row for row in quiz.get("questions") or [] if row.get("options")]
    for row in rows:
        yield from _question(where, row)
    firsts = [row["options"][0].get("correct") for row in rows if row.get("kind") == "single"]
    if len(firsts) >= 4 and all(firsts):
        said = "In every question the first choice is the right one."
        yield Finding("key-pattern", WARNING, where, said)


def _question(where: str, row: Mapping[str, Any]) -> Iterator[Finding]:
    options = row["options"]
    right = [option for option in options if option.get("correct")]
    texts = [str(option.get("text", "")).strip().casefold() for option in options]
    if (row.get("kind") == "single" and len(right) != 1) or (not right and "correct" in options[0]):
        yield Finding("miskeyed", ERROR, where, f"{row.get('key')} has no single right choice.")
    if len(set(texts)) < len(texts):
        yield Finding("miskeyed", ERROR, where, f"{row.get('key')} has the same choice twice.")
    if row.get("kind") == "multiple" and len(right) == len(options):
        yield Finding("miskeyed", WARNING, where, f"{row.get('key')}: every choice is right.")
    if not row.get("explanation"):
        yield Finding("explanation", WARNING, where, f"{row.get('key')} does not say why.")


def _reading(facts: Mapping[str, Any], row: Mapping[str, Any], where: str) -> Iterator[Finding]:
    words = words_in(row["body"])
    if words > 2 * _WORDS_A_MINUTE * max(1, row["minutes"]):
        said = f"{words} words are more than can be read in {row['minutes']} minutes."
        yield Finding("minutes", WARNING, where, said)
    grade = grade_of(row["body"], facts["language"]) if words >= _FEWEST_WORDS else None
    if grade is not None and grade > _HARDEST[facts["difficulty"]]:
        said = f"It reads like school year {grade}, which is hard for {facts['difficulty']} level."
        yield Finding("reading-level", WARNING, where, said)


def _order(document: Document) -> Iterator[Finding]:
    """Whoever goes from top to bottom must be able to go on."""
    rows = {row["key"]: (place, row) for place, row in enumerate(lessons_of(document))}
    for place, row in rows.values():
        for key in row["requires"]:
            before, other = rows[key]
            if before > place:
                said = f"{row['key']} waits for {key}, which comes after it."
                yield Finding("order", WARNING, "course.yaml", said)
            if other["is_held_back"] and not row["is_held_back"]:
                said = f"{row['key']} waits for {key}, which is held back."
                yield Finding("unreachable", ERROR, "course.yaml", said)
            if row["is_free_preview"] and not other["is_free_preview"]:
                said = f"{row['key']} is free to read, but waits for {key}, which is not."
                yield Finding("unreachable", WARNING, "course.yaml", said)


def _unused(document: Document, files: frozenset[str]) -> Iterator[Finding]:
    said = str(document)
    for name in sorted(files):
        if name not in said:
            yield Finding("unused-file", WARNING, f"files/{name}", "No lesson names it.")
