"""The catalogue: what is wanted, what there is of it, and what each further choice would leave."""

import time
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)

from courses.models import CatalogueStamp, Course, Enrollment, Favorite, SearchWord
from courses.querysets import CourseQuerySet, Viewer, split_unwanted
from courses.remembering import recalled, remember
from tutorme.core import keyset
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
ORDERS = {
    "relevance": ("-rank", "-id"),
    "newest": ("-published_at", "-id"),
    "rating": ("-rating_rank", "-id"),
    "popular": ("-enrollment_count", "-id"),
    "price": ("price_hundredths", "id"),
    "-price": ("-price_hundredths", "-id"),
    "title": ("title", "id"),
}
# Half stars a rating filter asks for, and the price bands by the column that holds them.
RATINGS = {"4.5": 9, "4.0": 8, "3.5": 7, "3.0": 6}
PRICES = {"free": 0, "under-10": 1, "10-25": 2, "25-50": 3, "50-100": 4, "over-100": 5}
FACETS = ("category", "difficulty", "language", "price", "rating", "tag", "is_premium", "currency")
_MOST_TAGS = 30
_ANONYMOUS_SECONDS = 60
_FACETS_SECONDS = 3600


@dataclass(frozen=True)
class Wanted:
    """What somebody asks the catalogue; a facet's choice is one of its values. `price_min` and
    `price_max` are in units of a course's own currency: nothing is converted."""

    text: str = ""
    category: str = ""
    difficulty: str = ""
    language: str = ""
    tag: str = ""
    price: str = ""
    rating: str = ""
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    is_premium: bool | None = None
    instructor: UUID | None = None
    order: str = ""

    @classmethod
    def of(cls, asked: dict[str, Any]) -> "Wanted":
        """From the parameters of page and API, which are the same."""
        return cls(**{_NAMES.get(name, name): value for name, value in asked.items()})

    @property
    def ordering(self) -> str:
        """A name of `ORDERS`; relevance needs words to be relevant to."""
        order = self.order or "relevance"
        return "newest" if order == "relevance" and not self.text else order

    @property
    def is_usual(self) -> bool:
        """Words, a subject and choices among few: its statements are worth keeping. What is
        unwanted is a condition for each word."""
        rare = (self.language, self.tag, self.instructor, self.price_min, self.price_max)
        return all(one in ("", None) for one in rare) and split_unwanted(self.text) == (
            self.text,
            [],
        )

    @property
    def shape(self) -> "Wanted":
        """Without what is a value of its own in a statement; `order` is the one that holds."""
        return replace(self, text="", category="", order=self.ordering)


_NAMES = {"search": "text", "ordering": "order"}


@dataclass(frozen=True)
class Found:
    """`by[facet][value]` is how many courses choosing that value would leave, with every other
    filter kept and the facet's own one lifted. `corrected` is what was searched instead of words
    nobody writes; empty where they were taken as they are."""

    page: keyset.Page
    count: int
    by: dict[str, dict[str, int]]
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
    """Two queries, one where the counts are known already; three or four more where the words were
    none and others were found for them. `at` is the stamp, if the caller has looked at it."""
    page, at = _page(wanted, viewer, cursor, size, at)
    count, by = _counts(wanted, at)
    instead = ""
    if wanted.text and not any(by.values()) and (meant := _meant(wanted.text)):
        other = replace(wanted, text=meant)
        other_count, other_by = _counts(other, None)
        if any(other_by.values()):
            page, _at = _page(other, viewer, cursor, size, at)
            count, by, instead = other_count, other_by, meant
    return Found(page, count, by, instead)


# Far enough to tell a word of many courses from one of few; no count of a whole catalogue.
_COMMON = """
SELECT word, (SELECT count(*) FROM (
    SELECT 1 FROM courses_coursewords AS found JOIN courses_course AS course
        ON course.id = found.course_id AND course.state = 'published'
    WHERE found.words @@ asked LIMIT 50) AS enough)
FROM unnest(%s::text[]) AS word, courses_query(word) AS asked
"""


def _meant(text: str) -> str:
    return corrected(text, SearchWord, weigh=_common)


def _common(words: list[str]) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(_COMMON, [words])
        return dict(cursor.fetchall())


def _page(
    wanted: Wanted, viewer: Any, cursor: str, size: int, at: int | None
) -> tuple[keyset.Page, int | None]:
    """The cards, and the stamp, which comes along where it is not known yet."""
    order = ORDERS[wanted.ordering]
    if cursor or not wanted.is_usual:
        cards = _cards(_matching(wanted.text), wanted, viewer, order, stamped=at is None)
        page = keyset.page(cards, order, cursor=cursor, size=size)
    else:
        who = viewer.pk if getattr(viewer, "is_authenticated", False) else None
        values = (wanted.text or None, wanted.category or None, who)
        rows = _usual_cards(*values, asked=wanted.shape, size=size, stamped=at is None)
        page = keyset.place(order, cursor="", size=size).page(list(rows))
    return page, page.rows[0]["stamp"] if at is None and page.rows else at


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
    wanted, order = replace(asked, category=category or ""), ORDERS[asked.order]
    cards = _cards(_matching(text or ""), wanted, Viewer(user_id), order, stamped=stamped)
    return cards.order_by(*order)[: size + 1]


def _cards(
    rows: CourseQuerySet, wanted: Wanted, viewer: Any, order: tuple[str, ...], *, stamped: bool
) -> QuerySet[Course, dict[str, Any]]:
    shown = rows.filter(*_conditions(wanted).values(), _plain(wanted))
    more = {name.removeprefix("-") for name in order} - set(CARD)
    if stamped:
        shown, more = shown.annotate(stamp=Subquery(_STAMP)), {*more, "stamp"}
    return _for(shown, viewer).values(*CARD, *more, "is_mine", "is_kept")  # type: ignore[no-any-return]


def _matching(text: str) -> CourseQuerySet:
    found = Course.objects.published()
    return found.matching(text) if text else found


def _for(rows: CourseQuerySet, viewer: Any) -> CourseQuerySet:
    """Whose it is already, and who keeps it in mind, in the same query."""
    if not getattr(viewer, "is_authenticated", False):
        no = Value(False)
        return rows.annotate(is_mine=no, is_kept=no)
    places = Enrollment.objects.visible_to(viewer).open().filter(course=OuterRef("pk"))
    kept = Favorite.objects.visible_to(viewer).filter(course=OuterRef("pk"))
    return rows.annotate(is_mine=Exists(places), is_kept=Exists(kept))


def _conditions(wanted: Wanted) -> dict[str, Q]:
    """Each facet's own filter, where something was chosen."""
    found = {
        "category": Q(category=wanted.category) if wanted.category else None,
        "difficulty": Q(difficulty=wanted.difficulty) if wanted.difficulty else None,
        "language": Q(language=wanted.language) if wanted.language else None,
        "tag": Q(tags__contains=[wanted.tag]) if wanted.tag else None,
        "rating": Q(half_stars__gte=RATINGS[wanted.rating]) if wanted.rating else None,
        "price": _priced(wanted),
        "is_premium": None if wanted.is_premium is None else Q(is_premium=wanted.is_premium),
    }
    return {name: condition for name, condition in found.items() if condition is not None}


def _priced(wanted: Wanted) -> Q | None:
    asked = Q()
    if wanted.price:
        asked &= Q(price_band=PRICES[wanted.price])
    if wanted.price_min is not None:
        asked &= Q(price_hundredths__gte=int(wanted.price_min * 100))
    if wanted.price_max is not None:
        asked &= Q(price_hundredths__lte=int(wanted.price_max * 100))
    return asked or None


def _plain(wanted: Wanted) -> Q:
    """The filter that is no facet."""
    return Q() if wanted.instructor is None else Q(instructor_id=wanted.instructor)


Counts = tuple[int, dict[str, dict[str, int]]]


def _counts(wanted: Wanted, at: int | None) -> Counts:
    """Without words the counts hang on the catalogue alone, and are kept until it changes."""
    if wanted.text or at is None:
        return _counted(wanted)
    facts = (wanted.category, wanted.difficulty, wanted.language, wanted.tag, wanted.price)
    more = (wanted.rating, wanted.price_min, wanted.price_max, wanted.is_premium)
    key = f"catalogue:{at}:" + repr((*facts, *more, wanted.instructor)).encode().hex()
    if len(key) >= _LONGEST_KEY:
        return _counted(wanted)
    known: Counts | None = recalled(key)
    if known is None:
        known = _counted(wanted)
        remember(key, known, seconds=_FACETS_SECONDS)
    return known


_LONGEST_KEY = 240


# Every course that misses at most one facet's filter, with the name of that facet: it counts for
# that facet alone, and one that misses none counts for all.
_COUNT = """
WITH near AS MATERIALIZED ({near})
SELECT 'total' AS facet, '' AS value, count(*) AS n FROM near WHERE missed = ''
UNION ALL SELECT 'category', category, count(*) FROM near
    WHERE missed IN ('', 'category') GROUP BY category
UNION ALL SELECT 'difficulty', difficulty, count(*) FROM near
    WHERE missed IN ('', 'difficulty') GROUP BY difficulty
UNION ALL SELECT 'language', language, count(*) FROM near
    WHERE missed IN ('', 'language') GROUP BY language
UNION ALL SELECT 'is_premium', is_premium::text, count(*) FROM near
    WHERE missed IN ('', 'is_premium') GROUP BY is_premium
UNION ALL SELECT 'currency', currency, count(*) FROM near
    WHERE missed = '' AND price_band > 0 GROUP BY currency
UNION ALL SELECT 'price', price_band::text, count(*) FROM near
    WHERE missed IN ('', 'price') GROUP BY price_band
UNION ALL SELECT 'rating', half_stars::text, count(*) FROM near
    WHERE missed IN ('', 'rating') GROUP BY half_stars
UNION ALL (SELECT 'tag', tag, count(*) FROM near, unnest(tags) AS tag
    WHERE missed IN ('', 'tag') GROUP BY tag ORDER BY count(*) DESC, tag LIMIT {tags})
"""


def _counted(wanted: Wanted) -> Counts:
    if wanted.is_usual:
        near = _usual_near(wanted.text or None, wanted.category or None, asked=wanted.shape)
    else:
        near = _near(_matching(wanted.text), wanted)
    sql, params = near.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(near=sql, tags=_MOST_TAGS), params)
        found = cursor.fetchall()
    raw: dict[str, dict[str, int]] = {name: {} for name in ("total", *FACETS)}
    for facet, value, n in found:
        raw[facet][value] = n
    return raw.pop("total")[""], _named(raw)


@prepared
def _usual_near(
    text: str | None, category: str | None, *, asked: Wanted
) -> QuerySet[Course, dict[str, Any]]:
    return _near(_matching(text or ""), replace(asked, category=category or ""))  # type: ignore[no-any-return]


def _near(rows: CourseQuerySet, wanted: Wanted) -> Any:
    conditions = _conditions(wanted)
    misses: Any = sum(
        (
            Case(When(condition, then=Value(0)), default=Value(1))
            for condition in conditions.values()
        ),
        Value(0, output_field=IntegerField()),
    )
    named = [When(~condition, then=Value(name)) for name, condition in conditions.items()]
    missed = Case(*named, default=Value(""), output_field=CharField()) if named else Value("")
    near = rows.filter(_plain(wanted)).order_by().annotate(missed=missed)
    if len(conditions) > 1:
        near = near.annotate(misses=misses).filter(misses__lte=1)
    return near.values(
        "category",
        "difficulty",
        "language",
        "currency",
        "price_band",
        "half_stars",
        "tags",
        "is_premium",
        "missed",
    )


def _named(raw: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    """In words and in an order to be read: a rating counts everything at least as good."""
    bands, halves = raw["price"], raw["rating"]
    better = {
        name: sum(n for value, n in halves.items() if int(value) >= least)
        for name, least in RATINGS.items()
    }
    return {
        **{
            name: _ordered(raw[name])
            for name in ("category", "difficulty", "language", "is_premium", "currency")
        },
        "tag": raw["tag"],
        "price": {name: bands[str(band)] for name, band in PRICES.items() if str(band) in bands},
        "rating": {name: n for name, n in better.items() if n},
    }


def _ordered(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda row: (row[0].casefold(), row[0])))


def kept_cards(viewer: Any, limit: int = 100) -> list[dict[str, Any]]:
    """What somebody keeps in mind and can still be found, the latest first."""
    rows = Course.objects.published().filter(favorites__user_id=viewer.pk)
    cards = _for(rows, viewer).values(*CARD, "is_mine", "is_kept")
    return list(cards.order_by("-favorites__created_at", "-favorites__id")[:limit])
