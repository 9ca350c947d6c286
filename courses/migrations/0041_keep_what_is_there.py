from django.db import migrations


# The two achievements there were become rows; their points become lines of the ledger, so that it
# sums up to what people have. A day that was counted had something in it at about its noon.
KEEP_WHAT_IS_THERE = """
INSERT INTO courses_achievement
    (id, slug, title, description, criteria, points, state, position, activated_at)
SELECT gen_random_uuid(), known.slug, known.title, known.description, known.criteria::jsonb,
       known.points, 'active', known.position, now()
FROM (VALUES
    ('first-lesson', 'First lesson done', 'Complete a lesson.',
     '{"type": "lessons_completed", "required_count": 1}', 10, 1),
    ('first-course', 'First course completed', 'Complete every lesson of a course.',
     '{"type": "course_completion", "required_count": 1}', 100, 2)
) AS known (slug, title, description, criteria, points, position)
WHERE known.slug IN (SELECT slug FROM courses_userachievement);
UPDATE courses_userachievement SET achievement_id = courses_achievement.id
FROM courses_achievement WHERE courses_achievement.slug = courses_userachievement.slug;
UPDATE courses_activityday
SET first_at = (local_date + time '12:00') AT TIME ZONE 'UTC',
    last_at = (local_date + time '12:00') AT TIME ZONE 'UTC';
INSERT INTO courses_pointsentry
    (id, user_id, rule, object_id, points, earned_at, local_date, reason)
SELECT gen_random_uuid(), user_id, 'achievement', achievement_id, points, awarded_at,
       (awarded_at AT TIME ZONE 'UTC')::date, ''
FROM courses_userachievement;
"""


class Migration(migrations.Migration):

    dependencies = [('courses', '0040_motivation')]

    operations = [migrations.RunSQL(KEEP_WHAT_IS_THERE, migrations.RunSQL.noop)]
