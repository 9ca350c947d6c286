import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models


# The trigger that learned words now keeps these as well. STORAGE MAIN: what is ranked is read in
# the row instead of through another table.
WORDS = """
ALTER TABLE courses_coursewords ALTER COLUMN words SET STORAGE MAIN;
CREATE FUNCTION courses_find_by() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    own regconfig := courses_config(NEW.language);
    title text := core_unaccent(NEW.title);
    label text := core_unaccent(NEW.category || ' ' || courses_words(NEW.tags));
BEGIN
    INSERT INTO courses_coursewords (course_id, words) VALUES (NEW.id,
        setweight(to_tsvector(own, title), 'A') || setweight(to_tsvector(own, label), 'B')
        || setweight(to_tsvector(own, core_unaccent(NEW.summary)), 'C')
        || setweight(to_tsvector(own, core_unaccent(NEW.description)), 'D')
        || setweight(to_tsvector('simple', title), 'A')
        || setweight(to_tsvector('simple', label), 'B'))
    ON CONFLICT (course_id) DO UPDATE SET words = excluded.words;
    RETURN NULL;
END $$;
CREATE TRIGGER courses_find_by
    AFTER INSERT OR UPDATE OF title, category, tags, summary, description, language
    ON courses_course FOR EACH ROW EXECUTE FUNCTION courses_find_by();
"""
GONE = """
DROP TRIGGER courses_find_by ON courses_course;
DROP FUNCTION courses_find_by();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0011_course_files'),
    ]

    operations = [
        migrations.CreateModel(
            name='CourseWords',
            fields=[
                ('course', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='found_by', serialize=False, to='courses.course')),
                ('words', django.contrib.postgres.search.SearchVectorField()),
            ],
        ),
        migrations.RemoveIndex(
            model_name='course',
            name='course_search',
        ),
        migrations.RemoveField(
            model_name='course',
            name='search',
        ),
        migrations.RunSQL(WORDS, GONE),
        migrations.AddIndex(
            model_name='coursewords',
            index=django.contrib.postgres.indexes.GinIndex(fields=['words'], name='course_words'),
        ),
        # Last, for a table with rows still to be checked cannot be altered.
        migrations.RunSQL("UPDATE courses_course SET title = title", migrations.RunSQL.noop),
    ]
