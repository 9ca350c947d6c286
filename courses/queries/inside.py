"""Searching within the lessons somebody may read."""

import re
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.search import SearchRank, SearchVector
from django.db.models import F, Func, Value
from django.utils.html import escape
from django.utils.safestring import SafeString

from courses.markdown import plain_of
from courses.models import Course, Lesson
from courses.queries import Outline
from courses.querysets import SearchWords, split_unwanted

_MOST = 20


@dataclass(frozen=True)
class Hit:
    """`snippet` is safe HTML: the words around, with what was found in <mark>."""

    id: UUID
    key: str
    title: str
    snippet: SafeString


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
        .annotate(said=vector)
        .filter(said=words)
        .annotate(rank=SearchRank(F("said"), words))
        .order_by("-rank", "position")
    )
    return [
        Hit(row["id"], row["key"], row["title"], _snippet(row["body"], wanted))
        for row in rows.values("id", "key", "title", "body")[:_MOST]
    ]


def _snippet(body: str, wanted: str) -> SafeString:
    """Around the first of the words, or the beginning; marked after escaping, so that a lesson's
    own text can never become markup."""
    plain = plain_of(body)
    stems = [re.escape(_stem(word)) for word in re.findall(r"\w+", wanted) if len(word) > 1]
    found = re.search(rf"\b(?:{'|'.join(stems)})", plain, re.IGNORECASE) if stems else None
    start = max(0, found.start() - 80) if found else 0
    start = plain.rfind(" ", 0, start) + 1 if start else 0
    part = plain[start : start + 240]
    if start + 240 < len(plain):
        part = part[: part.rfind(" ")] + " …"
    pieces = (
        re.split(rf"(\b(?:{'|'.join(stems)})\w*)", part, flags=re.IGNORECASE) if stems else [part]
    )
    html = "".join(
        f"<mark>{escape(piece)}</mark>" if index % 2 else escape(piece)
        for index, piece in enumerate(pieces)
    )
    return SafeString(("… " if start else "") + html)  # every piece was escaped


def _stem(word: str) -> str:
    """The part of a word its forms share, roughly: enough to mark them."""
    return word if len(word) < 5 else word[: max(4, len(word) - 2)]
