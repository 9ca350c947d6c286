"""What a tutor is counted by, beside the profile (ADR 0172), kept by triggers: whoever writes rows
of subjects or languages, and a release from before this one, leaves it right."""

import django.contrib.postgres.fields
from django.db import migrations, models

# The bits are those of `Level.bit`.
FUNCTIONS = """
CREATE FUNCTION accounts_count_tutor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT coalesce(array_agg(t.subject_id ORDER BY t.position, t.subject_id), '{}'),
        coalesce(array_agg(t.bits ORDER BY t.position, t.subject_id), '{}'),
        coalesce(bit_or(t.bits), 0)
    INTO NEW.taught, NEW.taught_levels, NEW.levels
    FROM (
        SELECT s.subject_id, s.position, (
            SELECT coalesce(bit_or(1 << (array_position(
                ARRAY['beginner', 'intermediate', 'advanced', 'expert'], level::text) - 1)), 0)
            FROM unnest(s.levels) AS level
        )::smallint AS bits
        FROM accounts_tutorsubject s WHERE s.profile_id = NEW.user_id
    ) AS t;
    SELECT coalesce(array_agg(l.code ORDER BY l.position, l.code), '{}') INTO NEW.spoken
    FROM accounts_tutorlanguage l WHERE l.profile_id = NEW.user_id;
    RETURN NEW;
END $$;

-- Whoever comes second to a tutor's row waits for it here, and its own trigger then sees what the
-- first one wrote.
CREATE FUNCTION accounts_tutors_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE accounts_tutorprofile SET levels = 0
        WHERE user_id IN (SELECT profile_id FROM changed);
    RETURN NULL;
END $$;

CREATE TRIGGER counted BEFORE INSERT OR UPDATE ON accounts_tutorprofile
    FOR EACH ROW EXECUTE FUNCTION accounts_count_tutor();
"""
WITHOUT_FUNCTIONS = """
DROP TRIGGER counted ON accounts_tutorprofile;
DROP FUNCTION accounts_tutors_changed();
DROP FUNCTION accounts_count_tutor();
"""
TABLES = ("accounts_tutorsubject", "accounts_tutorlanguage")
# A trigger of more than one event cannot see the rows of a statement.
SEEN = (
    ("come", "INSERT", "NEW"),
    ("gone", "DELETE", "OLD"),
    ("now", "UPDATE", "NEW"),
    ("before", "UPDATE", "OLD"),
)
WATCH = "".join(
    f"CREATE TRIGGER counted_{name} AFTER {event} ON {table} REFERENCING {rows} TABLE AS changed"
    " FOR EACH STATEMENT EXECUTE FUNCTION accounts_tutors_changed();\n"
    for table in TABLES
    for name, event, rows in SEEN
)
UNWATCH = "".join(
    f"DROP TRIGGER counted_{name} ON {table};\n" for table in TABLES for name, _, _ in SEEN
)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0025_admin_proposals'),
    ]

    operations = [
        migrations.AddField(
            model_name='tutorprofile',
            name='levels',
            field=models.SmallIntegerField(db_default=0, editable=False),
        ),
        migrations.AddField(
            model_name='tutorprofile',
            name='spoken',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=8), db_default=[], editable=False, size=None),
        ),
        migrations.AddField(
            model_name='tutorprofile',
            name='taught',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.SlugField(max_length=60), db_default=[], editable=False, size=None),
        ),
        migrations.AddField(
            model_name='tutorprofile',
            name='taught_levels',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.SmallIntegerField(), db_default=[], editable=False, size=None),
        ),
        migrations.RunSQL(FUNCTIONS, WITHOUT_FUNCTIONS),
        migrations.RunSQL(WATCH, UNWATCH),
    ]
