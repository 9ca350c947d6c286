"""The two statements that find and score tutors. `matching.py` says what the factors are.

`listing` gives everybody who passes the filters, as `most`, the score they could reach at best by
what single rows tell, and keeps those who could reach most. `weighing` weighs some of them by
everything; whether somebody's account still works is asked there, of a table that holds everybody.
"""

STARTS_IN_HOURS = """
    FROM unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) AS span (opens, closes)
    JOIN booking_freestart f ON f.starts_at >= span.opens
        AND f.starts_at <= span.closes - %(length)s
        AND f.ends_at = f.starts_at + %(length)s AND f.closes_at >= %(now)s"""

# Starts of all tutors at once, by the index on their time: where few lie in the hours.
_COUNTED = f"""
counted AS MATERIALIZED (
    SELECT f.tutor_id AS id, count(*) AS slots {STARTS_IN_HOURS} GROUP BY 1
),"""

_KNOWN = """
fits AS (
    SELECT t.profile_id AS id, max(CASE
        WHEN NOT t.subject_id = ANY(%(subjects)s::text[]) THEN 0.3
        WHEN %(level)s = '' OR t.levels @> ARRAY[%(level)s]::varchar[] THEN 1
        WHEN t.levels @> ARRAY[%(next_level)s]::varchar[] THEN 0.6
        ELSE 0.3 END::{kind}) AS fit
    FROM accounts_tutorsubject t JOIN accounts_subject s ON s.slug = t.subject_id
    WHERE (s.slug = ANY(%(subjects)s::text[]) OR s.family = ANY(%(families)s::text[]))
      AND (%(level)s = '' OR t.levels && %(levels)s::varchar[]) {among}
    GROUP BY 1
), spoken AS (
    SELECT profile_id AS id, max(CASE level
        WHEN 'native' THEN 1.0 WHEN 'fluent' THEN 1.0 WHEN 'conversational' THEN 0.6
        ELSE 0.3 END::{kind}) AS fluency
    FROM accounts_tutorlanguage t WHERE code = ANY(%(languages)s::text[]) {speaking} GROUP BY 1
), taught AS MATERIALIZED (
    SELECT DISTINCT tutor_id AS id FROM booking_booking
    WHERE student_id = %(student)s AND state = 'completed'
), known AS MATERIALIZED (
    SELECT DISTINCT c.instructor_id AS id FROM courses_enrollment e
    JOIN courses_course c ON c.id = e.course_id
    WHERE e.user_id = %(student)s AND e.state IN ('active', 'completed')
),"""

_FROM = """
    FROM accounts_tutorprofile p
    JOIN fits ON fits.id = p.user_id
    JOIN booking_schedule schedule ON schedule.tutor_id = p.user_id
    LEFT JOIN spoken ON spoken.id = p.user_id
    LEFT JOIN booking_tutorstanding s ON s.tutor_id = p.user_id"""

# Seconds between somebody's clock and the student's. As a float, which is quick, and as a decimal.
_CLOCK = "%(now)s::timestamptz AT TIME ZONE schedule.time_zone"
_UTC = "%(now)s::timestamptz AT TIME ZONE 'UTC'"
_NEAR = f"abs(date_part('epoch', {_CLOCK}) - date_part('epoch', {_UTC}) - %(offset)s)"
_APART = f"abs(extract(epoch FROM ({_CLOCK}) - ({_UTC})) - %(offset)s)"

SITE = """
SELECT coalesce(sum(stars)::numeric / nullif(sum(reviews), 0), 4) FROM booking_tutorstanding
"""

# Whose answers and goals are not known without looking at them: all others have half of the five
# points for answers, and none for goals where some were named.
_LISTING = """
asked AS MATERIALIZED (
    SELECT DISTINCT tutor_id AS id FROM booking_booking WHERE needs_approval
), tagged AS MATERIALIZED (
    SELECT profile_id AS id FROM accounts_tutorsubject WHERE subject_id = ANY(%(goals)s::text[])
    UNION SELECT user_id FROM accounts_tutorprofile
        WHERE session_formats && %(goals)s::varchar[] AND user_id IN (SELECT id FROM fits)
    UNION SELECT c.instructor_id FROM courses_course c WHERE c.state = 'published'
        AND EXISTS (SELECT 1 FROM unnest(c.tags) AS tag WHERE lower(tag) = ANY(%(goals)s::text[]))
), able AS MATERIALIZED (
    SELECT p.user_id AS id, coalesce(s.lessons, 0) < %(new_below)s AS is_new, rated.mean,
        floor(30 * fits.fit
        + 15 * coalesce((rated.mean - 1) / 4, 0.5)
        + 5 * coalesce(s.lessons::float8 / nullif(s.lessons + s.marks, 0), 0.5)
        + CASE WHEN p.user_id IN (SELECT id FROM asked) THEN 5 ELSE 2.5 END
        + 10 * CASE WHEN %(budget)s::float8 IS NULL OR p.hourly_currency <> %(currency)s
                         OR p.hourly_minor IS NULL THEN 0.5
                    ELSE least(1, greatest(0, (1.3 * %(budget)s::float8 - p.hourly_minor)
                                              / (0.6 * %(budget)s::float8))) END
        + CASE WHEN %(goals)s::text[] = '{{}}' THEN 2.5
               WHEN p.user_id IN (SELECT id FROM tagged) THEN 5 ELSE 0 END
        + 2.5 * (coalesce(spoken.fluency, 0.5)
                 + least(1, greatest(0, (12 - {near} / 3600) / 10)))
        + 5 * (p.user_id IN (SELECT id FROM taught) OR p.user_id IN (SELECT id FROM known))::int
        + 20 {available} + {rounding})::int AS most
    {sources} {counted}
    CROSS JOIN LATERAL (
        SELECT CASE WHEN s.reviews > 0
                    THEN (5 * %(mean)s::float8 + s.stars) / (5 + s.reviews) END AS mean
    ) AS rated
    WHERE p.state = 'approved' AND p.is_listed AND p.user_id <> %(student)s
      AND NOT p.user_id = ANY(%(avoided)s::uuid[])
      AND (%(languages)s::text[] = '{{}}' OR spoken.id IS NOT NULL)
      AND (NOT %(strict)s OR (p.hourly_currency = %(currency)s
                              AND p.hourly_minor <= %(budget)s))
)
(SELECT id, most, mean, is_new FROM able
 ORDER BY most DESC, mean DESC NULLS LAST, id LIMIT %(listed)s)
UNION
(SELECT id, most, mean, is_new FROM able WHERE is_new
 ORDER BY most DESC, mean DESC NULLS LAST, id LIMIT %(listed_new)s)
ORDER BY most DESC, mean DESC NULLS LAST, id
"""
# Scores are rounded half up; the sum of floats may be a hair less than that of decimals.
_ROUNDING = "0.500001"


def listing(*, by_time: bool) -> str:
    speaking = "AND profile_id IN (SELECT id FROM fits)"
    known = _KNOWN.format(kind="float8", among="", speaking=speaking)
    listed = _LISTING.format(
        sources=_FROM,
        near=_NEAR,
        rounding=_ROUNDING,
        available="* least(1, counted.slots / 6::float8)" if by_time else "",
        counted="JOIN counted ON counted.id = p.user_id" if by_time else "",
    )
    return "".join(("WITH", _COUNTED if by_time else "", known, listed))


_WEIGHING = """
able AS MATERIALIZED (
    SELECT p.user_id AS id, fits.fit, spoken.fluency, p.session_formats, p.hourly_minor,
        p.hourly_currency, s.reviews, s.stars, s.lessons, s.marks, {apart} / 3600 AS apart,
        p.user_id IN (SELECT id FROM taught) AS taught_me,
        p.user_id IN (SELECT id FROM known) AS teaches_me,
        CASE WHEN p.hourly_currency = %(currency)s THEN p.hourly_minor END AS price,
        free.slots, free.first
    {sources}
    JOIN accounts_user u ON u.id = p.user_id AND u.is_active
    CROSS JOIN LATERAL (
        SELECT count(*) AS slots, min(f.starts_at) AS first FROM booking_freestart f
        WHERE f.tutor_id = p.user_id AND f.starts_at <@ %(hours)s::tstzmultirange
          AND f.ends_at = f.starts_at + %(length)s AND f.closes_at >= %(now)s
    ) AS free
    WHERE p.user_id = ANY(%(chosen)s::uuid[]) AND free.slots > 0
), answered AS (
    SELECT b.tutor_id AS id, avg((answer.id IS NOT NULL
        AND answer.created_at - asked.created_at <= interval '24 hours')::int) AS share
    FROM booking_booking b
    JOIN booking_bookingchange asked ON asked.booking_id = b.id
      AND asked.state = 'pending_approval' AND asked.created_at < %(now)s - interval '24 hours'
    LEFT JOIN booking_bookingchange answer ON answer.booking_id = b.id
      AND answer.version = asked.version + 1 AND answer.actor_id = b.tutor_id
    WHERE b.needs_approval AND b.tutor_id = ANY(%(chosen)s::uuid[]) GROUP BY 1
), tags AS (
    SELECT id, array_agg(DISTINCT tag) AS tags FROM (
        SELECT able.id, unnest(able.session_formats) AS tag FROM able
        UNION ALL SELECT able.id, t.subject_id FROM able
            JOIN accounts_tutorsubject t ON t.profile_id = able.id
        UNION ALL SELECT able.id, lower(unnest(c.tags)) FROM able
            JOIN courses_course c ON c.instructor_id = able.id AND c.state = 'published'
    ) AS each WHERE %(goals)s::text[] <> '{{}}' GROUP BY 1
), known_of AS (
    SELECT able.*,
        CASE WHEN reviews > 0 THEN stars::numeric / reviews END AS told,
        CASE WHEN reviews > 0
             THEN (5 * %(mean)s::numeric + stars) / (5 + reviews) END AS mean,
        coalesce(lessons::numeric / nullif(lessons + marks, 0), 0.5) AS kept,
        CASE WHEN %(budget)s::numeric IS NULL OR price IS NULL THEN 0.5
             ELSE least(1, greatest(0, (1.3 * %(budget)s::numeric - price)
                  / (0.6 * %(budget)s::numeric))) END AS price_share,
        coalesce(fluency, 0.5) / 2
            + least(1, greatest(0, (12 - apart) / 10.0)) / 2 AS language_zone,
        (taught_me OR teaches_me)::int AS continuity
    FROM able
), shares AS (
    SELECT able.*, able.fit AS subject, least(1, able.slots / 6.0) AS availability,
        coalesce((able.mean - 1) / 4, 0.5) AS rating,
        able.kept / 2 + coalesce(answered.share, 0.5) / 2 AS reliability,
        CASE WHEN tags.tags IS NULL THEN 0.5
             ELSE cardinality(ARRAY(SELECT unnest(tags.tags) INTERSECT
                                    SELECT unnest(%(goals)s::text[])))::numeric
                  / cardinality(ARRAY(SELECT unnest(tags.tags) UNION
                                      SELECT unnest(%(goals)s::text[]))) END AS goals
    FROM known_of AS able
    LEFT JOIN answered ON answered.id = able.id
    LEFT JOIN tags ON tags.id = able.id
)
SELECT id, floor(30 * subject + 20 * availability + 15 * rating + 10 * reliability
        + 10 * price_share + 5 * goals + 5 * language_zone + 5 * continuity + 0.5)::int AS score,
       told, coalesce(lessons, 0), coalesce(lessons, 0) < %(new_below)s, slots, first, fit,
       taught_me, teaches_me, hourly_minor, hourly_currency, fluency,
       30 * subject, 20 * availability, 15 * rating, 10 * reliability, 10 * price_share,
       5 * goals, 5 * language_zone, 5 * continuity, mean
FROM shares
"""


def weighing() -> str:
    """`chosen` are the ids of those to be weighed, `mean` the site's; in no order."""
    among = "AND t.profile_id = ANY(%(chosen)s::uuid[])"
    known = _KNOWN.format(kind="numeric", among=among, speaking=among)
    return "WITH" + known + _WEIGHING.format(sources=_FROM, apart=_APART)
