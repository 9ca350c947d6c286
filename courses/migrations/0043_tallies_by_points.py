from django.db import migrations, models

# Parts of buckets say nothing about points: they are counted again.
COUNT_AGAIN = """
DELETE FROM courses_boardtally;
INSERT INTO courses_boardtally (board, points, people)
SELECT board, points, count(*) FROM courses_boardscore WHERE is_shown GROUP BY board, points;
"""


class Migration(migrations.Migration):

    dependencies = [('courses', '0034_places_by_plan')]

    operations = [
        migrations.RemoveIndex(model_name='boardtally', name='board_tally_bucket'),
        migrations.RenameField(model_name='boardtally', old_name='bucket', new_name='points'),
        migrations.RunSQL(COUNT_AGAIN, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='boardtally',
            index=models.Index(fields=['board', 'points'], include=('people',), name='board_tally_points'),
        ),
    ]
