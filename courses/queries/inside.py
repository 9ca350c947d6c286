"""Searching within the lessons somebody may read."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchRank, SearchVector
from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Coalesce
from django.utils.html import escape
from django.utils.safestring import SafeString

from courses.captions import Cue
from courses.markdown import plain_of
from courses.models import Course, Lesson
from courses.queries import Outline
from courses.querysets import SearchWords, split_unwanted

_MOST = 20


@dataclass(frozen=True)
class Hit:
    """`snippet` is safe HTML: the words around, with what was found in <mark>. `at_s` is the second
    of a video at which they are said, None where the text says them."""

    id: UUID
    key: str
    title: str
    snippet: SafeString
    at_s: int | None

    @property
    def clock(self) -> str:
        return Cue(self.at_s or 0, "").clock


def search_in(course: Course, found: Outline, text: str) -> list[Hit]:
    """The open lessons of this reader that say it, the best first; one query over at most a
    course's own lessons."""
    wanted, _unwanted = split_unwanted(text)
    open_ids = [row.id for row in found.lessons if not row.lock]
    if not wanted or not open_ids:
        return []
    words = SearchWords(wanted)
    config = Func(Value(course.language), function="courses_config")
    vector = SearchVector(
        Func(F("title"), function="core_unaccent"), weight="A", config=config
    ) + SearchVector(Func(F("body"), function="core_unaccent"), weight="B", config=config)
    rows = (
        Lesson.objects.filter(course=course, pk__in=open_ids, is_published=True)
        .annotate(said=vector + _transcript_vector(config))
        .filter(said=words)
        .annotate(rank=SearchRank(F("said"), words))
        .order_by("-rank", "position")
    )
    return [_hit(row, _stems(wanted)) for row in rows.values(*_SHOWN)[:_MOST]]


_SHOWN = ("id", "key", "title", "body", "transcript__said", "transcript__starts")


def _transcript_vector(config: Func) -> SearchVector:
    spoken = Coalesce(F("transcript__said"), Value(""), output_field=TextField())
    plain = Func(spoken, function="core_unaccent", output_field=TextField())
    return SearchVector(plain, weight="C", config=config)


def _stems(wanted: str) -> "re.Pattern[str] | None":
    """The parts words share with their forms, roughly: enough to mark them. Without accents, as
    `_bare` leaves a text."""
    words = [word for word in re.findall(r"\w+", _bare(wanted)) if len(word) > 1]
    stems = [re.escape(word if len(word) < 5 else word[: max(4, len(word) - 2)]) for word in words]
    return re.compile(rf"\b(?:{'|'.join(stems)})\w*", re.IGNORECASE) if stems else None


def _bare(text: str) -> str:
    """Letter for letter without accents, so that places in it are places in `text`."""
    return text if text.isascii() else "".join(map(_without_accent, text))


@lru_cache(maxsize=4096)
def _without_accent(letter: str) -> str:
    return unicodedata.normalize("NFKD", letter)[0]


def _hit(row: dict[str, Any], stems: "re.Pattern[str] | None") -> Hit:
    """Where the text says it, there; else where the video does; else the beginning."""
    text, at_s = unicodedata.normalize("NFC", plain_of(row["body"])), None
    if stems and not stems.search(_bare(text)) and row["transcript__said"]:
        text, at_s = _heard(row, stems) or (text, None)
    return Hit(row["id"], row["key"], row["title"], _snippet(text, stems), at_s)


def _heard(row: dict[str, Any], stems: "re.Pattern[str]") -> tuple[str, int] | None:
    """The first line that says it and the two after, with its second."""
    lines = unicodedata.normalize("NFC", row["transcript__said"]).split("\n")
    said = (n for n, line in enumerate(lines) if stems.search(_bare(line)))
    found = next(said, None)
    if found is None:
        return None
    return " ".join(lines[found : found + 3]), row["transcript__starts"][found]


def _snippet(text: str, stems: "re.Pattern[str] | None") -> SafeString:
    """Around the first of the words, or the beginning; marked after escaping, so that a lesson's
    own text can never become markup."""
    found = stems.search(_bare(text)) if stems else None
    start = max(0, found.start() - 80) if found else 0
    start = text.rfind(" ", 0, start) + 1 if start else 0
    part = text[start : start + 240]
    if start + 240 < len(text):
        part = part[: part.rfind(" ")] + " …"
    return SafeString(("… " if start else "") + _marked(part, stems))


def _marked(text: str, stems: "re.Pattern[str] | None") -> str:
    html, at = "", 0
    for found in stems.finditer(_bare(text)) if stems else ():
        start, end = found.span()
        html += f"{escape(text[at:start])}<mark>{escape(text[start:end])}</mark>"
        at = end
    return html + escape(text[at:])
