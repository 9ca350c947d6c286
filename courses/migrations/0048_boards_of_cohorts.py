from django.db import migrations

# From the ledger, as `services/boards.py` adds them up since.
PLACES = """
INSERT INTO courses_boardscore (user_id, board, points, reached_at, is_shown)
SELECT p.user_id,
       'cohort:' || replace(p.course_id::text, '-', '')
           || to_char(e.created_at AT TIME ZONE 'UTC', ':YYYY-MM') AS board,
       sum(p.points)::int, max(p.earned_at),
       coalesce(bool_or(m.wants_boards AND NOT m.is_calm), false)
FROM courses_pointsentry p
JOIN courses_enrollment e ON e.user_id = p.user_id AND e.course_id = p.course_id
LEFT JOIN courses_motivation m ON m.user_id = p.user_id
WHERE p.points <> 0 GROUP BY p.user_id, 2;
INSERT INTO courses_boardtally (board, points, people)
SELECT board, points, count(*) FROM courses_boardscore
WHERE is_shown AND board LIKE 'cohort:%' GROUP BY board, points;
"""
GONE = """
DELETE FROM courses_boardtally WHERE board LIKE 'cohort:%';
DELETE FROM courses_boardscore WHERE board LIKE 'cohort:%';
"""


class Migration(migrations.Migration):

    dependencies = [('courses', '0001_squashed_0047_handovers')]

    operations = [migrations.RunSQL(PLACES, GONE)]
