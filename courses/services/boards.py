"""Places on the leaderboards, kept with the ledger's lines. The caller holds the person's
`Motivation` row; how many people have how many points is only ever added to."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

ALL = "all"
_WEEKS_KEPT = 8
Facts = dict[str, Any]


def week_of(at: datetime) -> date:
    """The Monday of its ISO week, which begins at midnight UTC."""
    day = at.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def week_board(at: datetime) -> str:
    return f"week:{week_of(at)}"


def course_board(course_id: UUID) -> str:
    return f"course:{course_id}"


def cohort_board(course_id: UUID, began_at: datetime) -> str:
    """Those who came into the course in the same month, by UTC."""
    return f"cohort:{course_id.hex}:{began_at.astimezone(UTC):%Y-%m}"


# What was there is read first: `moved` changes it. Somebody hidden is in no tally.
_ADD = """
WITH was AS (
    SELECT board, points FROM courses_boardscore
    WHERE user_id = %(user)s AND board = ANY(%(boards)s::text[])
), moved AS (
    INSERT INTO courses_boardscore AS s (board, user_id, points, reached_at, is_shown)
    SELECT board, %(user)s, %(points)s, %(at)s, %(shown)s FROM unnest(%(boards)s::text[]) AS board
    ON CONFLICT (user_id, board) DO UPDATE
    SET points = s.points + excluded.points,
        reached_at = greatest(s.reached_at, excluded.reached_at)
    RETURNING board, points
), steps AS (
    SELECT moved.board, moved.points AS here, was.points AS there
    FROM moved LEFT JOIN was USING (board)
)
INSERT INTO courses_boardtally (board, points, people)
SELECT board, here, 1 FROM steps WHERE %(shown)s::bool
UNION ALL
SELECT board, there, -1 FROM steps WHERE %(shown)s::bool AND there IS NOT NULL
"""


def add(*, user_id: UUID, points: int, at: datetime, boards: list[str], shown: bool) -> None:
    facts: Facts = {
        "user": user_id,
        "points": points,
        "at": at,
        "boards": boards,
        "shown": shown,
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADD, facts)


_SHOW = """
WITH turned AS (
    UPDATE courses_boardscore SET is_shown = %(shown)s
    WHERE user_id = %(user)s AND is_shown <> %(shown)s
    RETURNING board, points
)
INSERT INTO courses_boardtally (board, points, people)
SELECT board, points, %(step)s FROM turned
"""


def show(*, user_id: UUID, shown: bool) -> None:
    """On every board at once, or on none."""
    facts: Facts = {"user": user_id, "shown": shown, "step": 1 if shown else -1}
    with connection.cursor() as cursor:
        cursor.execute(_SHOW, facts)


_FOLD = """
WITH parts AS (DELETE FROM courses_boardtally RETURNING board, points, people)
INSERT INTO courses_boardtally (board, points, people)
SELECT board, points, sum(people) FROM parts GROUP BY board, points HAVING sum(people) <> 0
"""
_FORGET = """
WITH scores AS (DELETE FROM courses_boardscore WHERE board LIKE 'week:%%' AND board < %(oldest)s)
DELETE FROM courses_boardtally WHERE board LIKE 'week:%%' AND board < %(oldest)s
"""


def tidy(now: datetime) -> None:
    """Folds the tallies' parts and forgets weeks long past. Readers see it before or after."""
    oldest = week_board(now - timedelta(weeks=_WEEKS_KEPT))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_FORGET, {"oldest": oldest})
        cursor.execute(_FOLD)


_EARNED = """
SELECT user_id, board, sum(points)::int AS points, max(earned_at) AS reached_at
FROM (
    SELECT user_id, 'all' AS board, points, earned_at FROM courses_pointsentry
    UNION ALL
    SELECT user_id, 'week:' || date_trunc('week', earned_at AT TIME ZONE 'UTC')::date, points,
           earned_at
    FROM courses_pointsentry
    WHERE rule <> 'correction' AND date_trunc('week', earned_at AT TIME ZONE 'UTC') >= %(oldest)s
    UNION ALL
    SELECT user_id, 'course:' || course_id, points, earned_at FROM courses_pointsentry
    WHERE course_id IS NOT NULL
    UNION ALL
    SELECT p.user_id,
           'cohort:' || replace(p.course_id::text, '-', '')
               || to_char(e.created_at AT TIME ZONE 'UTC', ':YYYY-MM'),
           p.points, p.earned_at
    FROM courses_pointsentry p
    JOIN courses_enrollment e ON e.user_id = p.user_id AND e.course_id = p.course_id
) AS lines
WHERE points <> 0 GROUP BY user_id, board
"""
_DRIFT = f"""
SELECT count(*) FROM ({_EARNED}) AS e
FULL JOIN (
    SELECT * FROM courses_boardscore WHERE board NOT LIKE 'week:%%' OR board >= %(week)s
) AS s USING (user_id, board)
LEFT JOIN courses_motivation m USING (user_id)
WHERE (e.points, e.reached_at) IS DISTINCT FROM (s.points, s.reached_at)
   OR s.is_shown IS DISTINCT FROM coalesce(m.wants_boards AND NOT m.is_calm, false)
"""  # noqa: S608  our own words
_TALLY_DRIFT = """
SELECT count(*) FROM (
    SELECT board, points, count(*) AS people
    FROM courses_boardscore WHERE is_shown GROUP BY 1, 2
) AS s FULL JOIN (
    SELECT board, points, sum(people) AS people FROM courses_boardtally GROUP BY 1, 2
    HAVING sum(people) <> 0
) AS t USING (board, points)
WHERE s.people IS DISTINCT FROM t.people
"""
# Against the lock every writer takes first.
_HOLD = "LOCK courses_motivation IN EXCLUSIVE MODE"
_REBUILD = (
    "DELETE FROM courses_boardtally",
    "DELETE FROM courses_boardscore",
    f"""
INSERT INTO courses_boardscore (user_id, board, points, reached_at, is_shown)
SELECT e.user_id, e.board, e.points, e.reached_at,
       coalesce(m.wants_boards AND NOT m.is_calm, false)
FROM ({_EARNED}) AS e LEFT JOIN courses_motivation m USING (user_id)
""",  # noqa: S608  our own words
    """
INSERT INTO courses_boardtally (board, points, people)
SELECT board, points, count(*)
FROM courses_boardscore WHERE is_shown GROUP BY 1, 2
""",
)


def recount(*, now: datetime, dry_run: bool) -> int:
    """Compares every place and tally with the ledger; returns how many differ, and writes them
    anew unless it is a dry run. Learners wait while it writes."""
    first = week_of(now) - timedelta(weeks=_WEEKS_KEPT)
    facts: Facts = {"oldest": first, "week": f"week:{first}"}
    with transaction.atomic(), connection.cursor() as cursor:
        if not dry_run:
            cursor.execute(_HOLD)
        differing = 0
        for query in (_DRIFT, _TALLY_DRIFT):
            cursor.execute(query, facts)
            differing += int(cursor.fetchone()[0])
        if differing and not dry_run:
            for statement in _REBUILD:
                cursor.execute(statement, facts)
    return differing
