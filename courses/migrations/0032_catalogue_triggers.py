from django.db import migrations

# Everything a list of courses shows or counts, but for how many are enrolled: that moves with
# every enrolment, and may be a minute old in an anonymous list.
SHOWN = (
    "slug, title, subtitle, summary, description, category, tags, difficulty, language,"
    " price_minor, currency, is_premium, state, lesson_count, total_minutes, published_at,"
    " instructor_id, rated_1, rated_2, rated_3, rated_4, rated_5"
)

STAMP = """
CREATE FUNCTION courses_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO courses_cataloguestamp (slot, changes) VALUES (pg_backend_pid() % 64, 1)
    ON CONFLICT (slot) DO UPDATE SET changes = courses_cataloguestamp.changes + 1;
    RETURN NULL;
END $$;
"""

# In the order of the words, so that two writers of the same new words cannot wait for each other.
LEARN = """
CREATE FUNCTION courses_learn_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO courses_searchword (word)
    SELECT word FROM unnest(tsvector_to_array(to_tsvector('simple', core_unaccent(
        NEW.title || ' ' || NEW.category || ' ' || courses_words(NEW.tags) || ' ' || NEW.summary
    )))) AS word
    WHERE word ~ '^[[:alpha:]]{3,40}$' ORDER BY word
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
"""

TRIGGERS = f"""
CREATE TRIGGER courses_stamp AFTER INSERT OR DELETE OR UPDATE OF {SHOWN} ON courses_course
    FOR EACH STATEMENT EXECUTE FUNCTION courses_stamp();
CREATE TRIGGER courses_learn_words
    AFTER INSERT OR UPDATE OF title, category, tags, summary, state ON courses_course
    FOR EACH ROW WHEN (NEW.state = 'published') EXECUTE FUNCTION courses_learn_words();
"""

WITHOUT = """
DROP TRIGGER courses_learn_words ON courses_course;
DROP TRIGGER courses_stamp ON courses_course;
DROP FUNCTION courses_learn_words();
DROP FUNCTION courses_stamp();
"""

# The words of what is published already.
FILL = "UPDATE courses_course SET title = title WHERE state = 'published'"


class Migration(migrations.Migration):
    dependencies = [("courses", "0031_catalogue")]

    operations = [
        migrations.RunSQL(STAMP + LEARN + TRIGGERS, WITHOUT),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
