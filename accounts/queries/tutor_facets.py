"""How many tutors each further choice would leave, in one statement: those who fit all that has no
facet are found once, and each facet counts among them with its own choice lifted."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, Q, Value

from accounts.models import Level
from accounts.querysets import TutorProfileQuerySet

# What a choice may narrow, by the columns of `fitting`.
_CHOICES = {
    "subject": ("subject",),
    "level": ("level",),
    "pair": ("both",),
    "language": ("language",),
    "price": ("currency", "price_min", "price_max"),
}
_COUNT = """
WITH fitting (profile_id, currency, {columns}) AS MATERIALIZED ({rows}),
taught AS (
    SELECT t.subject_id, t.levels, f.* FROM fitting f
    JOIN accounts_tutorsubject t USING (profile_id) WHERE f.language AND f.price
)
SELECT 'count', '', '', count(*) FROM fitting f
    WHERE f.subject AND f.level AND f.pair AND f.language AND f.price
UNION ALL
SELECT 'subject', t.subject_id, s.name, count(*) FROM taught t
    JOIN accounts_subject s ON s.slug = t.subject_id
    WHERE t.level AND (%s = '' OR t.levels @> ARRAY[%s]::varchar[]) GROUP BY t.subject_id, s.name
UNION ALL
SELECT 'level', each.level, '', count(DISTINCT t.profile_id) FROM taught t
    CROSS JOIN LATERAL unnest(t.levels) AS each (level)
    WHERE t.subject AND (%s = '' OR t.subject_id = %s) GROUP BY each.level
UNION ALL
SELECT 'language', l.code, '', count(*) FROM fitting f
    JOIN accounts_tutorlanguage l USING (profile_id)
    WHERE f.subject AND f.level AND f.pair AND f.price GROUP BY l.code
UNION ALL
SELECT 'currency', f.currency, '', count(*) FROM fitting f
    WHERE f.subject AND f.level AND f.pair AND f.language GROUP BY f.currency
"""

Facets = dict[str, dict[str, int]]


def counted(
    rows: TutorProfileQuerySet, conditions: Mapping[str, Any], *, subject: str, level: str
) -> tuple[int, Facets]:
    """How many of `rows` fit every condition, and the facets. Conditions that are no choice of a
    facet (a time, stars) hold for all of it."""
    chosen = {name for names in _CHOICES.values() for name in names}
    kept = rows.filter(*(each for name, each in conditions.items() if name not in chosen))
    marked = kept.annotate(
        **{f"fits_{column}": _fits(names, conditions) for column, names in _CHOICES.items()}
    )
    columns = ("pk", "hourly_currency", *(f"fits_{column}" for column in _CHOICES))
    sql, params = marked.order_by().values_list(*columns).query.sql_with_params()
    statement = _COUNT.format(columns=", ".join(_CHOICES), rows=sql)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, level, level, subject, subject])
        return _sorted_out(cursor.fetchall())


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
