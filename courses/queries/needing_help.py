"""Who of a course's learners needs help, and why; one query, however many people there are."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from courses.item_statistics import DOUBTFUL, ITEMS

MOST = 20
QUIET = timedelta(days=7)
UNBEGUN = timedelta(days=3)
UNANSWERED = timedelta(days=1)
FAILED_TRIES = 2
NUDGE_AGAIN = timedelta(days=7)


@dataclass(frozen=True)
class Stuck:
    """Somebody who needs help, and why. `lesson` and `tries` belong to a quiz that keeps failing,
    of which `doubtful` questions are too hard or have a key in doubt; `question` and `thread_id` to
    what they asked at `lesson_key` and no teacher has answered. `nudged_at` is the last word sent,
    `helped` whether they came back after it."""

    enrollment_id: UUID
    display_name: str
    percent: int
    reason: str
    quiet_days: int
    lesson: str
    tries: int
    doubtful: int
    lesson_key: str
    question: str
    thread_id: UUID | None
    nudged_at: datetime | None
    helped: bool
    may_nudge: bool


# Who fails is stuck now; who asked waits for the teacher; who stopped is nearer to coming back the
# nearer they are to the end; who has not begun comes last.
_STUCK = f"""
WITH failing AS (
    SELECT a.enrollment_id, a.lesson_id, count(*) AS tries
    FROM courses_attempt a JOIN courses_enrollment e ON e.id = a.enrollment_id
    WHERE e.course_id = ANY(%(courses)s) AND e.state = 'active' AND a.state = 'graded'
    GROUP BY a.enrollment_id, a.lesson_id
    HAVING count(*) >= %(tries)s AND NOT bool_or(a.passed)
), worst AS (
    SELECT DISTINCT ON (enrollment_id) * FROM failing ORDER BY enrollment_id, tries DESC, lesson_id
), {ITEMS.format(lessons="SELECT lesson_id FROM worst")}, doubtful AS (
    SELECT lesson_id, count(*) AS n FROM items WHERE {DOUBTFUL} GROUP BY lesson_id
), asking AS (
    SELECT DISTINCT ON (e.id) e.id AS enrollment_id, t.id AS thread_id, t.title, l.key
    FROM courses_enrollment e
    JOIN courses_lesson l ON l.course_id = e.course_id
    JOIN courses_thread t ON t.lesson_id = l.id AND t.author_id = e.user_id
    WHERE e.course_id = ANY(%(courses)s) AND e.state <> 'cancelled' AND t.created_at < %(asked)s
      AND t.accepted_id IS NULL AND t.deleted_at IS NULL AND t.hidden_at IS NULL
      AND NOT EXISTS (SELECT FROM courses_post p
                      WHERE p.thread_id = t.id AND p.by_tutor AND p.deleted_at IS NULL)
    ORDER BY e.id, t.created_at
), found AS (
    SELECT e.id, e.user_id, e.course_id, e.percent, worst.lesson_id,
           coalesce(worst.tries, 0) AS tries, asking.thread_id, asking.title, asking.key,
           coalesce(e.last_activity_at, e.created_at) AS last_at,
           CASE WHEN worst.tries IS NOT NULL THEN 'failing'
                WHEN asking.thread_id IS NOT NULL THEN 'asking'
                WHEN e.last_lesson_id IS NULL THEN 'not_begun' ELSE 'stalled' END AS reason
    FROM courses_enrollment e LEFT JOIN worst ON worst.enrollment_id = e.id
    LEFT JOIN asking ON asking.enrollment_id = e.id
    WHERE e.course_id = ANY(%(courses)s) AND (e.state = 'active' OR asking.thread_id IS NOT NULL)
      AND (worst.tries IS NOT NULL OR asking.thread_id IS NOT NULL
           OR (e.last_lesson_id IS NULL AND e.created_at < %(unbegun)s)
           OR (e.last_lesson_id IS NOT NULL AND e.last_activity_at < %(quiet)s))
      AND (%(enrollment)s::uuid IS NULL OR e.id = %(enrollment)s::uuid)
    ORDER BY array_position(ARRAY['failing', 'asking', 'stalled', 'not_begun'],
                 CASE WHEN worst.tries IS NOT NULL THEN 'failing'
                      WHEN asking.thread_id IS NOT NULL THEN 'asking'
                      WHEN e.last_lesson_id IS NULL THEN 'not_begun' ELSE 'stalled' END),
             coalesce(worst.tries, 0) DESC, e.percent DESC, e.last_activity_at DESC NULLS LAST, e.id
    LIMIT %(most)s
)
SELECT found.id, found.course_id, u.display_name, u.username, found.percent, found.reason,
       extract(day FROM %(now)s - found.last_at)::int, coalesce(l.title, ''), found.tries,
       coalesce(doubtful.n, 0), coalesce(found.key, ''), coalesce(found.title, ''),
       found.thread_id, n.sent_at, n.helped_at
FROM found JOIN accounts_user u ON u.id = found.user_id
LEFT JOIN doubtful ON doubtful.lesson_id = found.lesson_id
LEFT JOIN courses_lesson l ON l.id = found.lesson_id
LEFT JOIN LATERAL (
    SELECT sent_at, helped_at FROM courses_nudge WHERE enrollment_id = found.id
    ORDER BY sent_at DESC LIMIT 1
) AS n ON true
ORDER BY array_position(ARRAY['failing', 'asking', 'stalled', 'not_begun'], found.reason),
         found.tries DESC,
         found.percent DESC, found.last_at DESC, found.id
"""  # noqa: S608  our own constants


def stuck(
    course_ids: list[UUID], now: datetime, *, most: int = MOST, enrollment_id: UUID | None = None
) -> dict[UUID, list[Stuck]]:
    """Who needs help, by course, the most urgent first."""
    facts: dict[str, Any] = {
        "courses": course_ids,
        "tries": FAILED_TRIES,
        "quiet": now - QUIET,
        "unbegun": now - UNBEGUN,
        "asked": now - UNANSWERED,
        "now": now,
        "most": most,
        "enrollment": enrollment_id,
    }
    found: dict[UUID, list[Stuck]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_STUCK, facts)
        for row in cursor.fetchall():
            found[row[1]].append(_stuck(row, now))
    return found


def _stuck(row: tuple[Any, ...], now: datetime) -> Stuck:
    place, _course, name, username, *facts, sent_at, helped_at = row
    percent, reason, quiet, lesson, tries, doubtful, key, question, thread = facts
    return Stuck(
        enrollment_id=place,
        display_name=username if "@" in name else name,
        percent=percent,
        reason=reason,
        quiet_days=quiet,
        lesson=lesson,
        tries=tries,
        doubtful=doubtful,
        lesson_key=key,
        question=question,
        thread_id=thread,
        nudged_at=sent_at,
        helped=helped_at is not None,
        may_nudge=reason != ASKING and (sent_at is None or now - sent_at >= NUDGE_AGAIN),
    )


# To them one answers; a word of encouragement would not help.
ASKING = "asking"
