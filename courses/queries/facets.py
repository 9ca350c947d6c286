"""What each further choice would leave of a list of courses, and which of those found by words come
first. Finding is most of the work, and both are told from what one finding left."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Case, CharField, IntegerField, Q, QuerySet, Value, When

from courses.models import Course
from courses.queries.wanted import PRICES, RATINGS, Wanted
from courses.querysets import split_unwanted
from tutorme.core.keyset import Place
from tutorme.core.prepared import prepared

FACETS = ("category", "difficulty", "language", "price", "rating", "tag", "is_premium", "currency")
# `[facet][value]` is how many courses choosing that value would leave.
Choices = dict[str, dict[str, int]]
Counts = tuple[int, Choices]
# A course and its rank, in millionths.
Hit = tuple[UUID, int]
_MOST_TAGS = 30
# What a course is counted by is in an index of its own (`course_facets`); `near` is each that
# misses at most one facet's filter, with the name of that facet: it counts for that facet alone,
# and one that misses none counts for all.
_NEAR = "WITH near AS MATERIALIZED ({near}), "
_NEAR_WORDS = """
WITH found AS MATERIALIZED (
    SELECT course_id, {rank} AS rank
    FROM courses_query(%s) AS asked JOIN courses_coursewords ON words @@ asked
), near AS MATERIALIZED (
    SELECT shown.*, found.rank FROM found JOIN ({near}) AS shown ON shown.id = found.course_id
), """
_RANK = "(ts_rank(words, asked) * 1000000)::integer"
# Few kinds of courses stand for many: they are counted once, and the kinds are added up.
_COUNT = """
kinds AS MATERIALIZED (
    SELECT missed, category, difficulty, language, is_premium, currency, price_band, half_stars,
        count(*) AS n
    FROM near GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
), tagged AS MATERIALIZED (
    SELECT tags, count(*) AS n FROM near WHERE missed IN ('', 'tag') GROUP BY tags
)
SELECT 'total' AS facet, '' AS value, coalesce(sum(n), 0)::bigint AS n FROM kinds WHERE missed = ''
UNION ALL SELECT 'category', category, sum(n)::bigint FROM kinds
    WHERE missed IN ('', 'category') GROUP BY category
UNION ALL SELECT 'difficulty', difficulty, sum(n)::bigint FROM kinds
    WHERE missed IN ('', 'difficulty') GROUP BY difficulty
UNION ALL SELECT 'language', language, sum(n)::bigint FROM kinds
    WHERE missed IN ('', 'language') GROUP BY language
UNION ALL SELECT 'is_premium', is_premium::text, sum(n)::bigint FROM kinds
    WHERE missed IN ('', 'is_premium') GROUP BY is_premium
UNION ALL SELECT 'currency', currency, sum(n)::bigint FROM kinds
    WHERE missed = '' AND price_band > 0 GROUP BY currency
UNION ALL SELECT 'price', price_band::text, sum(n)::bigint FROM kinds
    WHERE missed IN ('', 'price') GROUP BY price_band
UNION ALL SELECT 'rating', half_stars::text, sum(n)::bigint FROM kinds
    WHERE missed IN ('', 'rating') GROUP BY half_stars
UNION ALL (SELECT 'tag', tag, sum(n)::bigint FROM tagged, unnest(tags) AS tag
    GROUP BY tag ORDER BY sum(n) DESC, tag LIMIT {tags})
"""
_FIRST = """
UNION ALL SELECT 'stamp', '', coalesce(sum(changes), 0)::bigint FROM courses_cataloguestamp
UNION ALL (SELECT 'hit', id::text, rank FROM near
    WHERE missed = '' AND ({beyond}) ORDER BY {sorting} LIMIT %s)
"""


def counted(wanted: Wanted) -> Counts:
    head, params = _near_of(wanted, rank="0")
    return _told(_asked(head + _COUNT.format(tags=_MOST_TAGS), params))


@dataclass(frozen=True)
class Ranked:
    """`at` is the catalogue's stamp when it was so; `hits` are the courses of one page and one
    more."""

    at: int
    counts: Counts
    hits: list[Hit]


def ranked(wanted: Wanted, place: Place) -> Ranked:
    """The page of `place`, whose order is relevance."""
    head, params = _near_of(wanted, rank=_RANK)
    columns = ("near.rank", "near.id")
    beyond, after = place.beyond(columns)
    first = _FIRST.format(beyond=beyond, sorting=place.sorting(columns))
    sql = head + _COUNT.format(tags=_MOST_TAGS) + first
    rows = _asked(sql, [*params, *after, place.size + 1])
    hits = [(UUID(value), n) for facet, value, n in rows if facet == "hit"]
    hits.sort(key=lambda hit: (hit[1], hit[0]), reverse=not place.backwards)
    (at,) = (n for facet, _value, n in rows if facet == "stamp")
    counts = _told([row for row in rows if row[0] not in ("hit", "stamp")])
    return Ranked(at, counts, hits)


Row = tuple[str, str, int]


def _asked(sql: str, params: list[Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()  # type: ignore[no-any-return]


def _told(rows: list[Row]) -> Counts:
    raw: Choices = {name: {} for name in ("total", *FACETS)}
    for facet, value, n in rows:
        raw[facet][value] = n
    return raw.pop("total")[""], _named(raw)


def _near_of(wanted: Wanted, *, rank: str) -> tuple[str, list[Any]]:
    if wanted.is_usual:
        near = _usual_near(wanted.category or None, asked=wanted.shape)
    else:
        near = _near(wanted)
    sql, params = near.query.sql_with_params()
    if not wanted.text:
        return _NEAR.format(near=sql), list(params)
    words, _unwanted = split_unwanted(wanted.text)
    return _NEAR_WORDS.format(near=sql, rank=rank), [words, *params]


@prepared
def _usual_near(category: str | None, *, asked: Wanted) -> QuerySet[Course, dict[str, Any]]:
    return _near(replace(asked, category=category or ""))  # type: ignore[no-any-return]


def _near(wanted: Wanted) -> Any:
    """Of all that are published; words are looked for apart, but for those not wanted."""
    conditions = wanted.conditions()
    misses: Any = sum(
        (
            Case(When(condition, then=Value(0)), default=Value(1))
            for condition in conditions.values()
        ),
        Value(0, output_field=IntegerField()),
    )
    rows = Course.objects.published().without(split_unwanted(wanted.text)[1])
    near = rows.filter(wanted.plain()).order_by().annotate(missed=_missed(conditions))
    if len(conditions) > 1:
        near = near.annotate(misses=misses).filter(misses__lte=1)
    return near.values(
        "id",
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


def _missed(conditions: dict[str, Q]) -> Any:
    named = [When(~condition, then=Value(name)) for name, condition in conditions.items()]
    return Case(*named, default=Value(""), output_field=CharField()) if named else Value("")


def _named(raw: Choices) -> Choices:
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
