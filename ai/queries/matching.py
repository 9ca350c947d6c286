"""Who fits a student's wishes: hard filters and the hundred points, in one statement.

subject and level 30: 1 at the level, 0.6 one above, 0.3 further above or of the same family alone
availability 20: starts inside the student's hours in the next fourteen days, out of six
rating 15: (r - 1) / 4 with five reviews of the site's mean before each tutor's own
reliability 10: half lessons kept, half requests answered within a day
price 10: 1 at 70 per cent of the budget and below, 0 at 130 and above
goals 5: tags in common out of all tags (Jaccard) · language and zone 5 · continuity 5

What is not known counts half, never nothing. Nothing anybody pays is looked at. Of more than
two thousand who can, those who are best by subject, level and hours are weighed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection

from ai.wishes import LEVELS, Wishes, offset_seconds, spans

FACTORS = {
    "subject": 30,
    "availability": 20,
    "rating": 15,
    "reliability": 10,
    "price": 10,
    "goals": 5,
    "language_zone": 5,
    "continuity": 5,
}
NEW_BELOW = 5
_MOST, _TOP, _TOP_NEW = 2_000, 60, 12

_STATEMENT = """
WITH wanted AS MATERIALIZED (
    SELECT range_agg(tstzrange(starts_at, ends_at)) AS hours
    FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS span (starts_at, ends_at)
), fits AS MATERIALIZED (
    SELECT t.profile_id AS id, max(CASE
        WHEN NOT t.subject_id = ANY(%(subjects)s::text[]) THEN 0.3
        WHEN %(level)s = '' OR t.levels @> ARRAY[%(level)s]::varchar[] THEN 1
        WHEN t.levels @> ARRAY[%(next_level)s]::varchar[] THEN 0.6
        ELSE 0.3 END) AS fit
    FROM accounts_tutorsubject t
    WHERE t.subject_id = ANY(ARRAY(SELECT slug FROM accounts_subject
            WHERE slug = ANY(%(subjects)s::text[]) OR family = ANY(%(families)s::text[])))
      AND (%(level)s = '' OR t.levels && %(levels)s::varchar[])
    GROUP BY 1
), spoken AS (
    SELECT fits.id, max(CASE spoken.level
        WHEN 'native' THEN 1.0 WHEN 'fluent' THEN 1.0 WHEN 'conversational' THEN 0.6
        ELSE 0.3 END) AS fluency
    FROM fits JOIN accounts_tutorlanguage spoken ON spoken.profile_id = fits.id
    WHERE spoken.code = ANY(%(languages)s::text[]) GROUP BY 1
), able AS MATERIALIZED (
    SELECT p.user_id AS id, fits.fit, free.slots, free.first, spoken.fluency,
           p.session_formats, p.hourly_minor, p.hourly_currency,
           coalesce(schedule.time_zone, u.time_zone) AS zone,
           CASE WHEN p.hourly_currency = %(currency)s THEN p.hourly_minor END AS price
    FROM accounts_tutorprofile p
    JOIN accounts_user u ON u.id = p.user_id
    JOIN fits ON fits.id = p.user_id
    JOIN LATERAL (
        SELECT count(*) AS slots, min(f.starts_at) AS first FROM booking_freestart f
        WHERE f.tutor_id = p.user_id AND f.starts_at >= %(from)s AND f.starts_at < %(until)s
          AND f.closes_at >= %(now)s AND f.ends_at = f.starts_at + %(length)s
          AND (SELECT hours FROM wanted) @> tstzrange(f.starts_at, f.ends_at)
    ) free ON free.slots > 0
    LEFT JOIN spoken ON spoken.id = p.user_id
    LEFT JOIN booking_schedule schedule ON schedule.tutor_id = p.user_id
    WHERE p.state = 'approved' AND p.is_listed AND u.is_active AND p.user_id <> %(student)s
      AND (%(languages)s::text[] = '{}' OR spoken.id IS NOT NULL)
      AND (NOT %(strict)s OR (p.hourly_currency = %(currency)s
                              AND p.hourly_minor <= %(budget)s))
    ORDER BY 30 * fits.fit + 20 * least(1, free.slots / 6.0) DESC, p.user_id
    LIMIT %(most)s
), zones AS (
    SELECT zone, abs(extract(epoch FROM (%(now)s::timestamptz AT TIME ZONE zone)
        - (%(now)s::timestamptz AT TIME ZONE 'UTC')) - %(offset)s) / 3600 AS apart
    FROM (SELECT DISTINCT zone FROM able) AS named
), site AS (
    SELECT coalesce(sum(stars)::numeric / nullif(sum(reviews), 0), 4) AS mean
    FROM booking_tutorstanding
), standing AS (
    SELECT s.tutor_id AS id, s.lessons AS sessions,
           s.lessons::numeric / nullif(s.lessons + s.marks, 0) AS kept,
           CASE WHEN s.reviews > 0 THEN s.stars::numeric / s.reviews END AS told,
           CASE WHEN s.reviews > 0
                THEN (5 * site.mean + s.stars) / (5 + s.reviews) END AS mean
    FROM booking_tutorstanding s JOIN able ON able.id = s.tutor_id CROSS JOIN site
), taught AS (
    SELECT DISTINCT tutor_id AS id FROM booking_booking
    WHERE student_id = %(student)s AND state = 'completed'
), answered AS (
    SELECT b.tutor_id AS id, avg((answer.id IS NOT NULL
        AND answer.created_at - asked.created_at <= interval '24 hours')::int) AS share
    FROM booking_booking b
    JOIN able ON able.id = b.tutor_id
    JOIN booking_bookingchange asked ON asked.booking_id = b.id
      AND asked.state = 'pending_approval' AND asked.created_at < %(now)s - interval '24 hours'
    LEFT JOIN booking_bookingchange answer ON answer.booking_id = b.id
      AND answer.version = asked.version + 1 AND answer.actor_id = b.tutor_id
    WHERE b.needs_approval GROUP BY 1
), tags AS (
    SELECT id, array_agg(DISTINCT tag) AS tags FROM (
        SELECT able.id, unnest(able.session_formats) AS tag FROM able
        UNION ALL SELECT able.id, t.subject_id FROM able
            JOIN accounts_tutorsubject t ON t.profile_id = able.id
        UNION ALL SELECT able.id, lower(unnest(c.tags)) FROM able
            JOIN courses_course c ON c.instructor_id = able.id AND c.state = 'published'
    ) AS each GROUP BY 1
), known AS (
    SELECT DISTINCT c.instructor_id AS id FROM courses_enrollment e
    JOIN courses_course c ON c.id = e.course_id
    WHERE e.user_id = %(student)s AND e.state IN ('active', 'completed')
), shares AS (
    SELECT able.*, standing.mean, standing.told, coalesce(standing.sessions, 0) AS sessions,
        taught.id IS NOT NULL AS taught_me, known.id IS NOT NULL AS teaches_me,
        able.fit AS subject,
        least(1, able.slots / 6.0) AS availability,
        coalesce((standing.mean - 1) / 4, 0.5) AS rating,
        coalesce(standing.kept, 0.5) / 2 + coalesce(answered.share, 0.5) / 2 AS reliability,
        CASE WHEN %(budget)s::numeric IS NULL OR able.price IS NULL THEN 0.5
             ELSE least(1, greatest(0, (1.3 * %(budget)s::numeric - able.price)
                  / (0.6 * %(budget)s::numeric))) END AS price_share,
        CASE WHEN %(goals)s::text[] = '{}' OR tags.tags IS NULL THEN 0.5
             ELSE cardinality(ARRAY(SELECT unnest(tags.tags) INTERSECT
                                    SELECT unnest(%(goals)s::text[])))::numeric
                  / cardinality(ARRAY(SELECT unnest(tags.tags) UNION
                                      SELECT unnest(%(goals)s::text[]))) END AS goals,
        coalesce(able.fluency, 0.5) / 2
            + least(1, greatest(0, (12 - zones.apart) / 10.0)) / 2 AS language_zone,
        (taught.id IS NOT NULL OR known.id IS NOT NULL)::int AS continuity
    FROM able
    LEFT JOIN zones ON zones.zone = able.zone
    LEFT JOIN standing ON standing.id = able.id
    LEFT JOIN taught ON taught.id = able.id
    LEFT JOIN answered ON answered.id = able.id
    LEFT JOIN tags ON tags.id = able.id
    LEFT JOIN known ON known.id = able.id
), points AS (
    SELECT *, floor(30 * subject + 20 * availability + 15 * rating + 10 * reliability
        + 10 * price_share + 5 * goals + 5 * language_zone + 5 * continuity + 0.5)::int AS score
    FROM shares
), ranked AS (
    SELECT *, sessions < %(new_below)s AS is_new,
        row_number() OVER ordered AS place,
        row_number() OVER (PARTITION BY sessions < %(new_below)s
            ORDER BY score DESC, mean DESC NULLS LAST, first, id) AS place_of_kind
    FROM points
    WINDOW ordered AS (ORDER BY score DESC, mean DESC NULLS LAST, first, id)
)
SELECT id, score, told, sessions, is_new, slots, first, fit, taught_me, teaches_me,
       hourly_minor, hourly_currency, fluency,
       30 * subject, 20 * availability, 15 * rating, 10 * reliability, 10 * price_share,
       5 * goals, 5 * language_zone, 5 * continuity, count(*) OVER ()
FROM ranked
WHERE place <= %(top)s OR (is_new AND place_of_kind <= %(top_new)s)
ORDER BY place
"""


@dataclass(frozen=True)
class Candidate:
    """A tutor who fits. `points` by factor, unrounded; `score` is their sum, rounded half up.
    `mean` is of their own reviews; their points and their place are from the weighed one."""

    pk: UUID
    score: int
    mean: Decimal | None
    sessions: int
    is_new: bool
    slots: int
    first: datetime
    fit: Decimal
    taught_me: bool
    teaches_me: bool
    hourly_minor: int | None
    currency: str
    fluency: Decimal | None
    points: dict[str, Decimal]


def candidates(wishes: Wishes, *, student_id: UUID, now: datetime) -> list[Candidate]:
    """The best of all who fit, in their order, with the best of the new ones among them."""
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, _parameters(wishes, student_id, now))
        return [_candidate(row) for row in cursor.fetchall()]


def _parameters(wishes: Wishes, student_id: UUID, now: datetime) -> dict[str, Any]:
    windows = spans(wishes, now)
    rank = LEVELS.index(wishes.level) if wishes.level else 0
    return {
        "student": student_id,
        "now": now,
        "from": windows[0].start if windows else now,
        "until": windows[-1].end if windows else now,
        "starts": [span.start for span in windows],
        "ends": [span.end for span in windows],
        "subjects": list(wishes.subjects),
        "families": list(wishes.families),
        "level": wishes.level,
        "next_level": LEVELS[min(rank + 1, len(LEVELS) - 1)],
        "levels": list(LEVELS[rank:]),
        "languages": list(wishes.languages),
        "currency": wishes.currency,
        "budget": wishes.budget_minor,
        "strict": wishes.is_strict and wishes.budget_minor is not None,
        "length": timedelta(minutes=wishes.minutes),
        "goals": [goal.casefold() for goal in wishes.goals],
        "offset": offset_seconds(wishes.zone, now),
        "new_below": NEW_BELOW,
        "most": _MOST,
        "top": _TOP,
        "top_new": _TOP_NEW,
    }


def _candidate(row: tuple[Any, ...]) -> Candidate:
    points = dict(zip(FACTORS, map(Decimal, row[13:21]), strict=True))
    facts: dict[str, Any] = dict(zip(_FACTS, row[:13], strict=True))
    return Candidate(points=points, **facts)


_FACTS = (
    *("pk", "score", "mean", "sessions", "is_new", "slots", "first", "fit", "taught_me"),
    *("teaches_me", "hourly_minor", "currency", "fluency"),
)


# The order on the page -------------------------------------------------------------------------


T = TypeVar("T")


def placed(rows: Sequence[T], size: int, is_new: Callable[[T], bool]) -> list[T]:
    """Every fifth place goes to the best tutor who is new and not placed yet."""
    waiting, found = list(rows), list[T]()
    while waiting and len(found) < size:
        fifth = (len(found) + 1) % 5 == 0
        new = next((row for row in waiting if is_new(row)), None) if fifth else None
        chosen = new if new is not None else waiting[0]
        waiting.remove(chosen)
        found.append(chosen)
    return found
