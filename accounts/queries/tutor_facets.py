"""How many tutors each further choice would leave, in one statement: those who fit all that has no
facet are found once, and each facet counts among them with its own choice lifted."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Value

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
WITH {noted}fitting (profile_id, currency, {columns}) AS MATERIALIZED ({rows}),
taught AS MATERIALIZED (
    SELECT t.subject_id, t.levels, f.* FROM fitting f
    JOIN accounts_tutorsubject t USING (profile_id) WHERE f.language AND f.price
)
{page}
SELECT 'count', '', '', count(*){blank} FROM fitting f
    WHERE f.subject AND f.level AND f.pair AND f.language AND f.price
UNION ALL
SELECT 'subject', each.subject_id, s.name, each.many{blank} FROM (
    SELECT t.subject_id, count(*) AS many FROM taught t
    WHERE t.level AND (%s = '' OR t.levels @> ARRAY[%s]::varchar[]) GROUP BY t.subject_id
) AS each JOIN accounts_subject s ON s.slug = each.subject_id
UNION ALL
SELECT 'level', each.level, '', count(*){blank} FROM (
    SELECT DISTINCT t.profile_id, of.level FROM taught t
    CROSS JOIN LATERAL unnest(t.levels) AS of (level)
    WHERE t.subject AND (%s = '' OR t.subject_id = %s)
) AS each GROUP BY each.level
UNION ALL
SELECT 'language', l.code, '', count(*){blank} FROM fitting f
    JOIN accounts_tutorlanguage l USING (profile_id)
    WHERE f.subject AND f.level AND f.pair AND f.price GROUP BY l.code
UNION ALL
SELECT 'currency', f.currency, '', count(*){blank} FROM fitting f
    WHERE f.subject AND f.level AND f.pair AND f.language GROUP BY f.currency
"""
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
    sql, params = _marked(rows, conditions).query.sql_with_params()
    words = {"noted": "", "page": "", "blank": "", "columns": ", ".join(_CHOICES), "rows": sql}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(**words), [*params, level, level, subject, subject])
        return _sorted_out(cursor.fetchall())


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
    found, params = _marked(rows, conditions, *by).query.sql_with_params()
    at = "" if by else ", n.first"
    beyond, values = place.beyond(_SORTED_BY)
    words = {
        "noted": f"noted (tutor_id, first) AS MATERIALIZED ({times}), ",
        "columns": ", ".join((*_CHOICES, "at")),
        "rows": f"SELECT r.*{at} FROM ({found}) AS r JOIN noted n ON n.tutor_id = r.pk",  # noqa: S608
        "page": _PAGE.format(beyond=beyond, sorting=place.sorting(_SORTED_BY), most=place.size + 1),
        "blank": ", NULL, NULL",
    }
    given = [*time_params, *params, *values, level, level, subject, subject]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(**words), given)
        told = cursor.fetchall()
    keys = [{"pk": pk, column: value} for facet, *_, pk, value in told if facet == "page"]
    total, facets = _sorted_out([row[:4] for row in told if row[0] != "page"])
    return total, facets, keys


def _marked(
    rows: TutorProfileQuerySet, conditions: Mapping[str, Any], *further: str
) -> QuerySet[TutorProfile, tuple[Any, ...]]:
    """Key, currency, whether each facet's own choice holds, then the further columns."""
    chosen = {name for names in _CHOICES.values() for name in names}
    kept = rows.filter(*(each for name, each in conditions.items() if name not in chosen))
    marked = kept.annotate(
        **{f"fits_{column}": _fits(names, conditions) for column, names in _CHOICES.items()}
    )
    columns = ("pk", "hourly_currency", *(f"fits_{column}" for column in _CHOICES), *further)
    return marked.order_by().values_list(*columns)


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
