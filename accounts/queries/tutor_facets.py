"""How many tutors each further choice would leave, in one statement: those who fit all that has no
facet are found once, and each facet counts among them with its own choice lifted."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import (
    BooleanField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    SmallIntegerField,
    Value,
)
from django.db.models.functions import Cast

from accounts.models import Level, TutorProfile
from accounts.querysets import TutorProfileQuerySet
from tutorme.core import keyset

# What a choice may narrow, by the columns of `fitting`.
_CHOICES = {
    "subject": ("subject",),
    "level": ("level",),
    "pair": ("both",),
    "language": ("language",),
    "price": ("currency", "price_min", "price_max"),
}
_COUNT = """
WITH {noted}fitting (profile_id, currency, taught, taught_levels, levels, spoken, {columns})
    AS MATERIALIZED ({rows})
{page}
SELECT 'count', '', '', count(*){blank} FROM fitting f
    WHERE f.subject AND f.level AND f.pair AND f.language AND f.price
UNION ALL
SELECT 'subject', each.subject_id, s.name, each.many{blank} FROM (
    SELECT t.subject_id, count(*) AS many FROM (
        SELECT unnest(f.taught) AS subject_id, unnest(f.taught_levels) AS levels FROM fitting f
        WHERE f.level AND f.language AND f.price
    ) AS t WHERE %s = 0 OR t.levels & %s > 0 GROUP BY t.subject_id
) AS each JOIN accounts_subject s ON s.slug = each.subject_id
UNION ALL
SELECT 'level', of.level, '', each.many[of.place::int]{blank} FROM (
    SELECT ARRAY[{levels}] AS many FROM (
        SELECT CASE WHEN %s = '' THEN f.levels
            ELSE f.taught_levels[array_position(f.taught, %s)] END AS levels FROM fitting f
        WHERE f.subject AND f.language AND f.price
    ) AS t
) AS each CROSS JOIN unnest(%s::text[]) WITH ORDINALITY AS of (level, place)
WHERE each.many[of.place::int] > 0
UNION ALL
SELECT 'language', l.code, '', count(*){blank} FROM (
    SELECT unnest(f.spoken) AS code FROM fitting f
    WHERE f.subject AND f.level AND f.pair AND f.price
) AS l GROUP BY l.code
UNION ALL
SELECT 'currency', f.currency, '', count(*){blank} FROM fitting f
    WHERE f.subject AND f.level AND f.pair AND f.language GROUP BY f.currency
"""
_NO_LEVELS = Cast(Value(None), ArrayField(SmallIntegerField()))
_LEVELS = ", ".join(f"count(*) FILTER (WHERE t.levels & {level.bit} > 0)" for level in Level)
# First, so that the columns which the others leave empty have the types of these.
_PAGE = """
(SELECT 'page', '', '', 0::bigint, f.profile_id, f.at FROM fitting f
    WHERE f.subject AND f.level AND f.pair AND f.language AND f.price AND ({beyond})
    ORDER BY {sorting} LIMIT {most})
UNION ALL
"""
_SORTED_BY = ("f.at", "f.profile_id")

Facets = dict[str, dict[str, int]]


def counted(
    rows: TutorProfileQuerySet, conditions: Mapping[str, Any], *, subject: str, level: str
) -> tuple[int, Facets]:
    """How many of `rows` fit every condition, and the facets. Conditions that are no choice of a
    facet (a time, stars) hold for all of it."""
    by_each = bool(subject or level)
    sql, params = _marked(rows, conditions, by_each=by_each).query.sql_with_params()
    words = {"noted": "", "page": "", "blank": "", "columns": ", ".join(_CHOICES), "rows": sql}
    with connection.cursor() as cursor:
        cursor.execute(_written(words), [*params, *_lifted(subject, level)])
        return _sorted_out(cursor.fetchall())


def _written(words: Mapping[str, str]) -> str:
    return _COUNT.format(levels=_LEVELS, **words)


def _lifted(subject: str, level: str) -> list[Any]:
    bit = Level(level).bit if level in Level.values else 0
    return [bit, bit, subject, subject, Level.values]


def counted_with_page(
    rows: TutorProfileQuerySet,
    conditions: Mapping[str, Any],
    *,
    subject: str,
    level: str,
    noted: QuerySet[Any, tuple[UUID, datetime]],
    place: keyset.Place,
) -> tuple[int, Facets, list[dict[str, Any]]]:
    """The same among those of `noted`, with the keys of one page of them by a column of `rows` or
    by `first`, their moment in `noted`. They are thousands and no index has their order, so that
    they are found once for both."""
    column = place.order[0].removeprefix("-")
    by = () if column == "first" else (column,)
    times, time_params = noted.query.sql_with_params()
    marked = _marked(rows, conditions, *by, by_each=bool(subject or level))
    found, params = marked.query.sql_with_params()
    at = "" if by else ", n.first"
    beyond, values = place.beyond(_SORTED_BY)
    words = {
        "noted": f"noted (tutor_id, first) AS MATERIALIZED ({times}), ",
        "columns": ", ".join((*_CHOICES, "at")),
        "rows": f"SELECT r.*{at} FROM ({found}) AS r JOIN noted n ON n.tutor_id = r.pk",  # noqa: S608
        "page": _PAGE.format(beyond=beyond, sorting=place.sorting(_SORTED_BY), most=place.size + 1),
        "blank": ", NULL, NULL",
    }
    given = [*time_params, *params, *values, *_lifted(subject, level)]
    with connection.cursor() as cursor:
        cursor.execute(_written(words), given)
        told = cursor.fetchall()
    keys = [{"pk": pk, column: value} for facet, *_, pk, value in told if facet == "page"]
    total, facets = _sorted_out([row[:4] for row in told if row[0] != "page"])
    return total, facets, keys


def _marked(
    rows: TutorProfileQuerySet, conditions: Mapping[str, Any], *further: str, by_each: bool
) -> QuerySet[TutorProfile, tuple[Any, ...]]:
    """Key, what is counted, whether each facet's own choice holds, then the further columns.
    Levels `by_each` subject are read where one narrows the other: with them, thousands of rows do
    not fit into what a sort may take."""
    chosen = {name for names in _CHOICES.values() for name in names}
    kept = rows.filter(*(each for name, each in conditions.items() if name not in chosen))
    marked = kept.annotate(
        each=F("taught_levels") if by_each else _NO_LEVELS,
        **{f"fits_{column}": _fits(names, conditions) for column, names in _CHOICES.items()},
    )
    counted = ("hourly_currency", "taught", "each", "levels", "spoken")
    fits = (f"fits_{column}" for column in _CHOICES)
    return marked.order_by().values_list("pk", *counted, *fits, *further)


def _fits(names: tuple[str, ...], conditions: Mapping[str, Any]) -> Any:
    given = [conditions[name] for name in names if name in conditions]
    wholly = Q(*given) if given else Value(True)
    return ExpressionWrapper(wholly, output_field=BooleanField())


def _sorted_out(rows: list[tuple[str, str, str, int]]) -> tuple[int, Facets]:
    """Subjects by name, levels as they rise, the others with the most first."""
    found: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for facet, value, name, count in rows:
        found[facet].append((value, name, count))
    ((_value, _name, total),) = found.pop("count")
    found["subject"].sort(key=lambda row: row[1])
    found["level"].sort(key=lambda row: Level.values.index(row[0]))
    for facet in ("language", "currency"):
        found[facet].sort(key=lambda row: (-row[2], row[0]))
    order = ("subject", "language", "level", "currency")
    return total, {facet: {value: count for value, _, count in found[facet]} for facet in order}
