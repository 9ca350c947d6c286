"""The catalogue: what there is of what is wanted, and what each further choice would leave."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Exists, F, Func, OuterRef, QuerySet, Subquery, Sum, Value

from courses.models import CatalogueStamp, Course, Enrollment, Favorite, SearchWord
from courses.queries.facets import Choices, Counts, Ranked, counted, ranked
from courses.queries.wanted import ORDERS, Wanted
from courses.querysets import CourseQuerySet, Viewer
from courses.remembering import recalled, remember
from tutorme.core import keyset
from tutorme.core.lookups import among
from tutorme.core.prepared import prepared
from tutorme.core.spelling import corrected

CARD = (
    "id",
    "slug",
    "title",
    "subtitle",
    "summary",
    "category",
    "tags",
    "difficulty",
    "language",
    "price_minor",
    "currency",
    "is_premium",
    "lesson_count",
    "total_minutes",
    "enrollment_count",
    "rating_count",
    "average_rating",
    "published_at",
    "updated_at",
    "instructor_id",
    "instructor__display_name",
    "instructor__username",
)
_ANONYMOUS_SECONDS = 60
# How long what was found is kept while nothing changes. Words are many, choices are few.
_COUNTS_SECONDS, _WORDS_SECONDS = 3600, 300


@dataclass(frozen=True)
class Found:
    """`by[facet][value]` is how many courses choosing that value would leave, with every other
    filter kept and the facet's own one lifted. `corrected` is what was searched instead of words
    nobody writes; empty where they were taken as they are."""

    page: keyset.Page
    count: int
    by: Choices
    corrected: str


_STAMP = CatalogueStamp.objects.values(n=Func(F("changes"), function="sum"))


def stamp() -> int:
    """Rises with every change of what a list of courses shows; one query."""
    return int(CatalogueStamp.objects.aggregate(n=Sum("changes"))["n"] or 0)


def anonymous_tag() -> tuple[int, int]:
    """What decides an anonymous list: the catalogue's changes, and the minute, because the number
    of learners may be that old."""
    return stamp(), int(time.time() // _ANONYMOUS_SECONDS)


def search(wanted: Wanted, *, viewer: Any, cursor: str, size: int, at: int | None = None) -> Found:
    """Two queries, one where it is known already what was found; with words that changed meanwhile
    three, and four more where they were none and others were found for them. `at` is the stamp, if
    the caller has looked at it."""
    place = keyset.place(ORDERS[wanted.ordering], cursor=cursor, size=size)
    if not wanted.text:
        page, at = _page(wanted, viewer, place, at)
        return Found(page, *_counts(wanted, at), "")
    page, count, by = _by_words(wanted, viewer, place, at)
    if not any(by.values()) and (meant := corrected(wanted.text, SearchWord, weigh=_common)):
        other = _by_words(replace(wanted, text=meant), viewer, place, at)
        if any(other[2].values()):
            return Found(*other, meant)
    return Found(page, count, by, "")


# Far enough to tell a word of many courses from one of few; no count of a whole catalogue.
_COMMON = """
SELECT word, (SELECT count(*) FROM (
    SELECT 1 FROM courses_coursewords AS found JOIN courses_course AS course
        ON course.id = found.course_id AND course.state = 'published'
    WHERE found.words @@ asked LIMIT 50) AS enough)
FROM unnest(%s::text[]) AS word, courses_query(word) AS asked
"""


def _common(words: list[str]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_COMMON, [words])
        return dict(cursor.fetchall())


def _by_words(
    wanted: Wanted, viewer: Any, place: keyset.Place, at: int | None
) -> tuple[keyset.Page, int, Choices]:
    """What comes first by rank is found with the counts; any other order has an index."""
    if wanted.ordering != "relevance":
        page, at_ = _page(wanted, viewer, place, at)
        return (page, *_counts(wanted, at_))
    key = f"found:{_hash(wanted, place)}"
    known: Ranked | None = recalled(key)
    if known and at in (None, known.at):
        page, now = _shown(known, viewer, place, stamped=at is None)
        if now == known.at:
            return (page, *known.counts)
    found = ranked(wanted, place)
    remember(key, found, seconds=_WORDS_SECONDS)
    page, _at = _shown(found, viewer, place, stamped=False)
    return (page, *found.counts)


def _shown(
    found: Ranked, viewer: Any, place: keyset.Place, *, stamped: bool
) -> tuple[keyset.Page, int]:
    """The cards, and the stamp they were read under if that is asked for; what has left the
    catalogue meanwhile is left out."""
    page = place.page([{"id": pk, "rank": rank} for pk, rank in found.hits])
    ids = [key["id"] for key in page.rows]
    rows = list(_these_cards(ids, _pk(viewer), stamped=stamped)) if ids else []
    now = found.at
    if stamped:
        now = [row.pop("stamp") for row in rows][-1] if rows else stamp()
    cards = {row["id"]: row for row in rows}
    kept = [{**cards[key["id"]], **key} for key in page.rows if key["id"] in cards]
    return replace(page, rows=kept), now


def _page(
    wanted: Wanted, viewer: Any, place: keyset.Place, at: int | None
) -> tuple[keyset.Page, int | None]:
    """The cards, and the stamp, which comes along where it is not known yet."""
    if place.at is not None or not wanted.is_usual:
        cards = _cards(_matching(wanted), wanted, viewer, stamped=at is None)
        page = place.of(cards)
    else:
        values = (wanted.text or None, wanted.category or None, _pk(viewer))
        asked, size = wanted.shape, place.size
        rows = _usual_cards(*values, asked=asked, size=size, stamped=at is None)
        page = place.page(list(rows))
    return page, page.rows[0]["stamp"] if at is None and page.rows else at


def _pk(viewer: Any) -> UUID | None:
    return viewer.pk if getattr(viewer, "is_authenticated", False) else None


@prepared
def _usual_cards(
    text: str | None,
    category: str | None,
    user_id: UUID | None,
    *,
    asked: Wanted,
    size: int,
    stamped: bool,
) -> QuerySet[Course, dict[str, Any]]:
    wanted = replace(asked, text=text or "", category=category or "")
    cards = _cards(_matching(wanted), wanted, Viewer(user_id), stamped=stamped)
    return cards.order_by(*ORDERS[asked.order])[: size + 1]


def _cards(
    rows: CourseQuerySet, wanted: Wanted, viewer: Any, *, stamped: bool
) -> QuerySet[Course, dict[str, Any]]:
    shown = rows.filter(*wanted.conditions().values(), wanted.plain())
    more = {name.removeprefix("-") for name in ORDERS[wanted.ordering]} - set(CARD)
    if stamped:
        shown, more = shown.annotate(stamp=Subquery(_STAMP)), {*more, "stamp"}
    return _for(shown, viewer).values(*CARD, *more, "is_mine", "is_kept")  # type: ignore[no-any-return]


def _matching(wanted: Wanted) -> CourseQuerySet:
    found = Course.objects.published()
    return found.matching(wanted.text) if wanted.text else found


@prepared
def _these_cards(
    ids: list[UUID], user_id: UUID | None, *, stamped: bool
) -> QuerySet[Course, dict[str, Any]]:
    rows = Course.objects.published().filter(among("id", ids))
    rows = rows.annotate(stamp=Subquery(_STAMP)) if stamped else rows
    more = ("stamp",) if stamped else ()
    return _for(rows, Viewer(user_id)).values(*CARD, *more, "is_mine", "is_kept")  # type: ignore[no-any-return]


def _for(rows: CourseQuerySet, viewer: Any) -> CourseQuerySet:
    """Whose it is already, and who keeps it in mind, in the same query."""
    if not getattr(viewer, "is_authenticated", False):
        no = Value(False)
        return rows.annotate(is_mine=no, is_kept=no)
    places = Enrollment.objects.visible_to(viewer).open().filter(course=OuterRef("pk"))
    kept = Favorite.objects.visible_to(viewer).filter(course=OuterRef("pk"))
    return rows.annotate(is_mine=Exists(places), is_kept=Exists(kept))


def _counts(wanted: Wanted, at: int | None) -> Counts:
    """They hang on the catalogue alone, in whatever order it is shown."""
    if at is None:
        return counted(wanted)
    seconds = _WORDS_SECONDS if wanted.text else _COUNTS_SECONDS
    return _kept(_key(at, replace(wanted, order="")), lambda: counted(wanted), seconds=seconds)


Kept = TypeVar("Kept")


def _key(at: int, *asked: Any) -> str:
    """By the catalogue's stamp: what changes leaves what was kept behind."""
    return f"catalogue:{at}:{_hash(*asked)}"


def _hash(*asked: Any) -> str:
    return hashlib.sha256(repr(asked).encode()).hexdigest()


def _kept(key: str, find: Callable[[], Kept], *, seconds: int) -> Kept:
    known: Kept | None = recalled(key)
    if known is None:
        known = find()
        remember(key, known, seconds=seconds)
    return known


def kept_cards(viewer: Any, limit: int = 100) -> list[dict[str, Any]]:
    """What somebody keeps in mind and can still be found, the latest first."""
    rows = Course.objects.published().filter(favorites__user_id=viewer.pk)
    cards = _for(rows, viewer).values(*CARD, "is_mine", "is_kept")
    return list(cards.order_by("-favorites__created_at", "-favorites__id")[:limit])
