import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import tutorme.core.ids
from django.conf import settings
from django.db import migrations, models

from tutorme.core.append_only import AppendOnly

FROZEN = """
CREATE OR REPLACE FUNCTION courses_question_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.item_id, NEW.number, NEW.kind, NEW.prompt, NEW.options, NEW.choices, NEW.keep_order,
      NEW.solution, NEW.explanation, NEW.points)
     IS DISTINCT FROM
     (OLD.item_id, OLD.number, OLD.kind, OLD.prompt, OLD.options, OLD.choices, OLD.keep_order,
      OLD.solution, OLD.explanation, OLD.points) THEN
    RAISE EXCEPTION 'a version of a question never changes' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER question_frozen BEFORE UPDATE ON courses_question
  FOR EACH ROW EXECUTE FUNCTION courses_question_frozen();
"""

# The language of a course (ISO 639-1, whatever region follows) as PostgreSQL stems it; of others
# the words are taken as they stand.
CONFIG = """
CREATE FUNCTION courses_config(language text) RETURNS regconfig
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
SELECT CASE lower(left(language, 2))
    WHEN 'ar' THEN 'arabic'::regconfig WHEN 'ca' THEN 'catalan'::regconfig
    WHEN 'da' THEN 'danish'::regconfig WHEN 'de' THEN 'german'::regconfig
    WHEN 'el' THEN 'greek'::regconfig WHEN 'en' THEN 'english'::regconfig
    WHEN 'es' THEN 'spanish'::regconfig WHEN 'eu' THEN 'basque'::regconfig
    WHEN 'fi' THEN 'finnish'::regconfig WHEN 'fr' THEN 'french'::regconfig
    WHEN 'ga' THEN 'irish'::regconfig WHEN 'hi' THEN 'hindi'::regconfig
    WHEN 'hu' THEN 'hungarian'::regconfig WHEN 'hy' THEN 'armenian'::regconfig
    WHEN 'id' THEN 'indonesian'::regconfig WHEN 'it' THEN 'italian'::regconfig
    WHEN 'lt' THEN 'lithuanian'::regconfig WHEN 'ne' THEN 'nepali'::regconfig
    WHEN 'nl' THEN 'dutch'::regconfig WHEN 'nb' THEN 'norwegian'::regconfig
    WHEN 'no' THEN 'norwegian'::regconfig WHEN 'pt' THEN 'portuguese'::regconfig
    WHEN 'ro' THEN 'romanian'::regconfig WHEN 'ru' THEN 'russian'::regconfig
    WHEN 'sr' THEN 'serbian'::regconfig WHEN 'sv' THEN 'swedish'::regconfig
    WHEN 'ta' THEN 'tamil'::regconfig WHEN 'tr' THEN 'turkish'::regconfig
    WHEN 'yi' THEN 'yiddish'::regconfig
    ELSE 'simple'::regconfig
END $$
"""

# array_to_string is only STABLE because of element types whose text depends on settings.
WORDS = """
CREATE FUNCTION courses_words(words text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$ SELECT array_to_string(words, ' ') $$
"""

# Nobody says in which language they search, so the words are asked for in all of them; where two
# languages leave the same stems, they are asked for once.
QUERY = """
CREATE FUNCTION courses_query(typed text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT AS $$
SELECT coalesce(string_agg(DISTINCT '(' || words::text || ')', ' | '), '')::tsquery
FROM unnest(ARRAY['simple', 'arabic', 'armenian', 'basque', 'catalan', 'danish', 'dutch',
    'english', 'finnish', 'french', 'german', 'greek', 'hindi', 'hungarian', 'indonesian',
    'irish', 'italian', 'lithuanian', 'nepali', 'norwegian', 'portuguese', 'romanian', 'russian',
    'serbian', 'spanish', 'swedish', 'tamil', 'turkish', 'yiddish']::regconfig[]) AS config,
    websearch_to_tsquery(config, core_unaccent(typed)) AS words
WHERE numnode(words) > 0
$$
"""

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

# The trigger that learned words now keeps these as well. STORAGE MAIN: what is ranked is read in
# the row instead of through another table.
FOUND_BY = """
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
NOT_FOUND_BY = """
DROP TRIGGER courses_find_by ON courses_course;
DROP FUNCTION courses_find_by();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0024_tutor_papers'),
        ('core', '0004_invariant_checks'),
        ('payments', '0001_squashed_0021_ledger_rules'),
    ]

    operations = [
        migrations.CreateModel(
            name='CatalogueStamp',
            fields=[
                ('slot', models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ('changes', models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Course',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('slug', models.SlugField(max_length=120, unique=True)),
                ('title', models.CharField(max_length=120)),
                ('subtitle', models.CharField(blank=True, max_length=200)),
                ('summary', models.CharField(max_length=500)),
                ('description', models.TextField(blank=True, max_length=20000)),
                ('outcomes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, size=None)),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                ('category', models.CharField(max_length=60)),
                ('difficulty', models.CharField(choices=[('beginner', 'Beginner'), ('intermediate', 'Intermediate'), ('advanced', 'Advanced')], max_length=12)),
                ('language', models.CharField(default='en', max_length=12)),
                ('price_minor', models.BigIntegerField(default=0)),
                ('currency', models.CharField(default='EUR', max_length=3)),
                ('is_premium', models.BooleanField(default=False)),
                ('estimated_hours', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('published', 'Published'), ('archived', 'Archived')], default='draft', max_length=10)),
                ('version', models.PositiveIntegerField(default=0)),
                ('breaking_version', models.PositiveIntegerField(default=0)),
                ('enrollment_count', models.PositiveIntegerField(default=0)),
                ('lesson_count', models.PositiveIntegerField(default=0)),
                ('total_minutes', models.PositiveIntegerField(default=0)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('rated_1', models.PositiveIntegerField(default=0)),
                ('rated_2', models.PositiveIntegerField(default=0)),
                ('rated_3', models.PositiveIntegerField(default=0)),
                ('rated_4', models.PositiveIntegerField(default=0)),
                ('rated_5', models.PositiveIntegerField(default=0)),
                ('rating_count', models.GeneratedField(db_persist=True, expression=models.Func(output_field=models.IntegerField(), template='(rated_1 + rated_2 + rated_3 + rated_4 + rated_5)'), output_field=models.IntegerField())),
                ('rating_sum', models.GeneratedField(db_persist=True, expression=models.Func(output_field=models.IntegerField(), template='(rated_1 + 2 * rated_2 + 3 * rated_3 + 4 * rated_4 + 5 * rated_5)'), output_field=models.IntegerField())),
                ('average_rating', models.GeneratedField(db_persist=True, expression=models.Func(output_field=models.DecimalField(decimal_places=2, max_digits=3), template='(CASE WHEN (rated_1 + rated_2 + rated_3 + rated_4 + rated_5) = 0 THEN 0 ELSE round((rated_1 + 2 * rated_2 + 3 * rated_3 + 4 * rated_4 + 5 * rated_5)::numeric / (rated_1 + rated_2 + rated_3 + rated_4 + rated_5), 2) END)'), output_field=models.DecimalField(decimal_places=2, max_digits=3))),
                ('half_stars', models.GeneratedField(db_persist=True, expression=models.Func(output_field=models.SmallIntegerField(), template='(CASE WHEN (rated_1 + rated_2 + rated_3 + rated_4 + rated_5) < 3 THEN 0 ELSE floor(2.0 * (rated_1 + 2 * rated_2 + 3 * rated_3 + 4 * rated_4 + 5 * rated_5) / (rated_1 + rated_2 + rated_3 + rated_4 + rated_5)) END)'), output_field=models.SmallIntegerField())),
                ('rating_rank', models.IntegerField(default=3500000)),
                ('price_hundredths', models.GeneratedField(db_persist=True, expression=models.Func(output_field=models.BigIntegerField(), template="(CASE WHEN currency IN ('HUF', 'JPY', 'TWD') THEN price_minor * 100 ELSE price_minor END)"), output_field=models.BigIntegerField())),
                ('price_band', models.GeneratedField(db_persist=True, expression=models.Func(output_field=models.SmallIntegerField(), template="(CASE WHEN price_minor = 0 THEN 0 ELSE 1 + width_bucket((CASE WHEN currency IN ('HUF', 'JPY', 'TWD') THEN price_minor * 100 ELSE price_minor END), ARRAY[1000, 2500, 5000, 10000]::bigint[]) END)"), output_field=models.SmallIntegerField())),
                ('instructor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='courses_taught', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'published')), fields=['-published_at', '-id'], name='course_newest'), models.Index(condition=models.Q(('state', 'published')), fields=['-enrollment_count', '-id'], name='course_popular'), models.Index(condition=models.Q(('state', 'published')), fields=['-rating_rank', '-id'], name='course_rated'), models.Index(condition=models.Q(('state', 'published')), fields=['price_hundredths', 'id'], name='course_priced'), models.Index(condition=models.Q(('state', 'published')), fields=['title', 'id'], name='course_titled')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'published', 'archived'])), name='course_state'), models.CheckConstraint(condition=models.Q(('difficulty__in', ['beginner', 'intermediate', 'advanced'])), name='course_difficulty'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='course_currency'), models.CheckConstraint(condition=models.Q(('price_minor__gte', 0), ('price_minor__lte', 1000000000000)), name='course_price')],
            },
        ),
        migrations.CreateModel(
            name='Achievement',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('slug', models.SlugField(max_length=40, unique=True)),
                ('title', models.CharField(max_length=60)),
                ('description', models.CharField(max_length=200)),
                ('criteria', models.JSONField()),
                ('points', models.PositiveIntegerField(default=0)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('active', 'Active'), ('retired', 'Retired')], default='draft', max_length=8)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('activated_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'ordering': ['position', 'slug'],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'active', 'retired'])), name='achievement_state'), models.CheckConstraint(condition=models.Q(('criteria__type__in', ['course_completion', 'quiz_master', 'streak', 'lessons_completed', 'perfect_quizzes', 'points', 'sessions_attended', 'reviews_done', 'courses_in_category'])), name='achievement_type'), models.CheckConstraint(condition=models.Q(('points__lte', 10000)), name='achievement_points')],
            },
        ),
        migrations.CreateModel(
            name='BoardTally',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('board', models.CharField(max_length=50)),
                ('points', models.IntegerField()),
                ('people', models.IntegerField()),
            ],
            options={
                'verbose_name_plural': 'board tallies',
                'indexes': [models.Index(fields=['board', 'points'], include=('people',), name='board_tally_points')],
            },
        ),
        migrations.CreateModel(
            name='Motivation',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='motivation', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('is_calm', models.BooleanField(default=False)),
                ('wants_boards', models.BooleanField(default=False)),
                ('run', models.PositiveIntegerField(default=0)),
                ('longest', models.PositiveIntegerField(default=0)),
                ('last_on', models.DateField(null=True)),
                ('last_at', models.DateTimeField(null=True)),
                ('holds_on', models.DateField(null=True)),
                ('freezes', models.PositiveSmallIntegerField(default=0)),
                ('frozen_on', django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), default=list, size=None)),
                ('zone', models.CharField(blank=True, max_length=64)),
                ('zone_since', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name_plural': 'motivation',
                'constraints': [models.CheckConstraint(condition=models.Q(('freezes__lte', 2)), name='motivation_freezes_held'), models.CheckConstraint(condition=models.Q(('longest__gte', models.F('run'))), name='motivation_longest')],
            },
        ),
        migrations.CreateModel(
            name='RatingPrior',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('mean', models.PositiveIntegerField(default=3500000)),
                ('ratings', models.PositiveIntegerField(default=0)),
                ('computed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='rating_prior_one_row')],
            },
        ),
        migrations.CreateModel(
            name='RestChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_on', models.DateField()),
                ('weekdays', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), blank=True, default=list, size=None)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='rest_choices', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'from_on'), name='rest_choice_once'), models.CheckConstraint(condition=models.Q(('weekdays__len__lte', 2), ('weekdays__contained_by', [0, 1, 2, 3, 4, 5, 6])), name='rest_choice_weekdays')],
            },
        ),
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('word', models.CharField(max_length=40, primary_key=True, serialize=False)),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GistIndex(django.contrib.postgres.indexes.OpClass('word', name='gist_trgm_ops'), name='search_word_likeness')],
            },
        ),
        migrations.CreateModel(
            name='Activity',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('lesson', 'Lesson'), ('quiz', 'Quiz'), ('exercise', 'Exercise'), ('review', 'Review'), ('session', 'Session'), ('time', 'Time')], max_length=10)),
                ('object_id', models.UUIDField()),
                ('at', models.DateTimeField()),
                ('local_date', models.DateField()),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='activities', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'activities',
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['lesson', 'quiz', 'exercise', 'review', 'session', 'time'])), name='activity_kind'), models.UniqueConstraint(fields=('user', 'kind', 'object_id'), name='activity_once')],
            },
        ),
        migrations.CreateModel(
            name='ActivityDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('local_date', models.DateField()),
                ('first_at', models.DateTimeField(null=True)),
                ('last_at', models.DateTimeField(null=True)),
                ('active_seconds', models.PositiveIntegerField(db_default=0, default=0)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='activity_days', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'local_date'), name='activity_day_once'), models.CheckConstraint(condition=models.Q(models.Q(('first_at', None), ('last_at', None)), ('first_at__lte', models.F('last_at')), _connector='OR'), name='activity_day_order')],
            },
        ),
        migrations.CreateModel(
            name='BoardScore',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('board', models.CharField(max_length=50)),
                ('points', models.IntegerField()),
                ('reached_at', models.DateTimeField()),
                ('is_shown', models.BooleanField()),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='board_scores', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(models.F('board'), django.db.models.expressions.CombinedExpression(models.F('points'), '*', models.Value(-1)), models.F('reached_at'), models.F('user'), condition=models.Q(('is_shown', True)), name='board_score_order')],
                'constraints': [models.UniqueConstraint(fields=('user', 'board'), name='board_score_once')],
            },
        ),
        migrations.CreateModel(
            name='BankItem',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('home', models.SlugField(blank=True, db_index=False, max_length=80)),
                ('key', models.SlugField(db_index=False, max_length=80)),
                ('tags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), blank=True, default=list, size=None)),
                ('archived_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('course', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='bank', to='courses.course')),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['tags'], name='bank_item_tags')],
                'constraints': [models.UniqueConstraint(fields=('course', 'home', 'key'), name='bank_item_key')],
            },
        ),
        migrations.CreateModel(
            name='CourseFile',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=100)),
                ('used_in', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('is_on_cover', models.BooleanField(default=False)),
                ('course', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='files', to='courses.course')),
                ('draft', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storedfile')),
                ('live', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storedfile')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('course', 'name'), name='course_file_name'), models.CheckConstraint(condition=models.Q(('draft__isnull', False), ('live__isnull', False), _connector='OR'), name='course_file_is_something')],
            },
        ),
        migrations.CreateModel(
            name='CoursePrerequisite',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='required_rows', to='courses.course')),
                ('requires', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='courses.course')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('course', 'requires'), name='course_prerequisite_once'), models.CheckConstraint(condition=models.Q(('course', models.F('requires')), _negated=True), name='course_prerequisite_other')],
            },
        ),
        migrations.CreateModel(
            name='CourseRating',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('rating', models.PositiveSmallIntegerField()),
                ('review', models.TextField(blank=True, max_length=4000)),
                ('is_hidden', models.BooleanField(default=False)),
                ('reply', models.TextField(blank=True, max_length=4000)),
                ('replied_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('course', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='ratings', to='courses.course')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='course_ratings', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['course', '-created_at', '-id'], name='course_rating_new')],
                'constraints': [models.UniqueConstraint(fields=('course', 'user'), name='course_rating_once'), models.CheckConstraint(condition=models.Q(('rating__gte', 1), ('rating__lte', 5)), name='course_rating_stars')],
            },
        ),
        migrations.CreateModel(
            name='CourseReview',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('submitted', 'Submitted'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('withdrawn', 'Withdrawn')], default='submitted', max_length=10)),
                ('snapshot', models.JSONField()),
                ('note', models.CharField(blank=True, max_length=500)),
                ('is_breaking', models.BooleanField(default=False)),
                ('submitted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('decided_at', models.DateTimeField(null=True)),
                ('reason', models.TextField(blank=True, max_length=2000)),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='courses.course')),
                ('decided_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submitted_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['submitted', 'approved', 'rejected', 'withdrawn'])), name='course_review_state'), models.UniqueConstraint(condition=models.Q(('state', 'submitted')), fields=('course',), name='course_review_one_open')],
            },
        ),
        migrations.CreateModel(
            name='CourseVersion',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('snapshot', models.JSONField()),
                ('changes', models.JSONField()),
                ('note', models.CharField(blank=True, max_length=500)),
                ('is_breaking', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('author', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('course', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='courses.course')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('course', 'number'), name='course_version_number')],
            },
        ),
        migrations.CreateModel(
            name='Favorite',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='favorites', to='courses.course')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='favorites', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', '-created_at', '-id'], name='favorite_new')],
                'constraints': [models.UniqueConstraint(fields=('user', 'course'), name='favorite_once')],
            },
        ),
        migrations.CreateModel(
            name='LessonRevision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lesson_id', models.UUIDField()),
                ('revision', models.PositiveIntegerField()),
                ('key', models.SlugField(max_length=80)),
                ('title', models.CharField(max_length=120)),
                ('kind', models.CharField(choices=[('text', 'Text'), ('video', 'Video'), ('quiz', 'Quiz'), ('exercise', 'Exercise'), ('file', 'File'), ('embed', 'Embedded page'), ('live', 'Live session')], max_length=10)),
                ('body', models.TextField(blank=True)),
                ('data', models.JSONField(default=dict)),
                ('reason', models.CharField(choices=[('edited', 'Edited'), ('autosaved', 'Autosaved'), ('deleted', 'Deleted'), ('restored', 'Restored'), ('imported', 'Imported')], max_length=10)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('author', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('course', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='lesson_revisions', to='courses.course')),
            ],
            options={
                'indexes': [models.Index(fields=['course', 'lesson_id', '-id'], name='lesson_revision_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['text', 'video', 'quiz', 'exercise', 'file', 'embed', 'live'])), name='lesson_revision_kind'), models.CheckConstraint(condition=models.Q(('reason__in', ['edited', 'autosaved', 'deleted', 'restored', 'imported'])), name='lesson_revision_reason')],
            },
        ),
        migrations.CreateModel(
            name='PointsEntry',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('rule', models.CharField(choices=[('lesson', 'Lesson'), ('quiz', 'Quiz'), ('quiz_first_try', 'Quiz First Try'), ('course', 'Course'), ('review', 'Review'), ('achievement', 'Achievement'), ('correction', 'Correction')], max_length=16)),
                ('object_id', models.UUIDField()),
                ('points', models.IntegerField()),
                ('earned_at', models.DateTimeField()),
                ('local_date', models.DateField()),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('actor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('course', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='courses.course')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='points_entries', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'points entries',
                'indexes': [models.Index(fields=['user', '-earned_at', '-id'], name='points_entry_newest'), models.Index(fields=['user', 'local_date'], name='points_entry_day')],
                'constraints': [models.CheckConstraint(condition=models.Q(('rule__in', ['lesson', 'quiz', 'quiz_first_try', 'course', 'review', 'achievement', 'correction'])), name='points_entry_rule'), models.UniqueConstraint(fields=('user', 'rule', 'object_id'), name='points_entry_once'), models.CheckConstraint(condition=models.Q(('points__gte', 0), ('rule', 'correction'), _connector='OR'), name='points_entry_sign'), models.CheckConstraint(condition=models.Q(models.Q(('rule', 'correction'), _negated=True), models.Q(('actor__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='points_entry_correction')],
            },
        ),
        migrations.CreateModel(
            name='Section',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=120)),
                ('position', models.PositiveIntegerField()),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sections', to='courses.course')),
            ],
            options={
                'constraints': [models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('course', 'position'), name='section_position')],
            },
        ),
        migrations.CreateModel(
            name='SectionDraft',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=120)),
                ('position', models.PositiveIntegerField()),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='section_drafts', to='courses.course')),
            ],
            options={
                'constraints': [models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('course', 'position'), name='section_draft_position')],
            },
        ),
        migrations.CreateModel(
            name='UserAchievement',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('points', models.PositiveIntegerField()),
                ('awarded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('revoked_at', models.DateTimeField(null=True)),
                ('achievement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='awards', to='courses.achievement')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='achievements', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'achievement'), name='user_achievement_once')],
            },
        ),
        migrations.CreateModel(
            name='CourseDraft',
            fields=[
                ('course', models.OneToOneField(db_index=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='draft', serialize=False, to='courses.course')),
                ('facts', models.JSONField()),
                ('revision', models.PositiveIntegerField(default=1)),
                ('is_changed', models.BooleanField(default=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('updated_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='CourseWords',
            fields=[
                ('course', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='found_by', serialize=False, to='courses.course')),
                ('words', django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['words'], name='course_words')],
            },
        ),
        migrations.CreateModel(
            name='Lesson',
            fields=[
                ('title', models.CharField(max_length=120)),
                ('kind', models.CharField(choices=[('text', 'Text'), ('video', 'Video'), ('quiz', 'Quiz'), ('exercise', 'Exercise'), ('file', 'File'), ('embed', 'Embedded page'), ('live', 'Live session')], max_length=10)),
                ('body', models.TextField(blank=True, max_length=100000)),
                ('data', models.JSONField(blank=True, default=dict)),
                ('objectives', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, size=None)),
                ('minutes', models.PositiveSmallIntegerField(default=10)),
                ('is_free_preview', models.BooleanField(default=False)),
                ('is_required', models.BooleanField(default=True)),
                ('drip_days', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('drip_at', models.DateTimeField(blank=True, null=True)),
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.SlugField(max_length=80)),
                ('position', models.PositiveIntegerField()),
                ('is_published', models.BooleanField(default=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lessons', to='courses.course')),
                ('section', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lessons', to='courses.section')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['text', 'video', 'quiz', 'exercise', 'file', 'embed', 'live'])), name='lesson_kind'), models.UniqueConstraint(fields=('course', 'key'), name='lesson_key'), models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('course', 'position'), name='lesson_position'), models.CheckConstraint(condition=models.Q(('drip_days', None), ('drip_at', None), _connector='OR'), name='lesson_drip')],
            },
        ),
        migrations.CreateModel(
            name='LessonDraft',
            fields=[
                ('title', models.CharField(max_length=120)),
                ('kind', models.CharField(choices=[('text', 'Text'), ('video', 'Video'), ('quiz', 'Quiz'), ('exercise', 'Exercise'), ('file', 'File'), ('embed', 'Embedded page'), ('live', 'Live session')], max_length=10)),
                ('body', models.TextField(blank=True, max_length=100000)),
                ('data', models.JSONField(blank=True, default=dict)),
                ('objectives', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, size=None)),
                ('minutes', models.PositiveSmallIntegerField(default=10)),
                ('is_free_preview', models.BooleanField(default=False)),
                ('is_required', models.BooleanField(default=True)),
                ('drip_days', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('drip_at', models.DateTimeField(blank=True, null=True)),
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.SlugField(max_length=80)),
                ('position', models.PositiveIntegerField()),
                ('is_held_back', models.BooleanField(default=False)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lesson_drafts', to='courses.course')),
                ('updated_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('section', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lessons', to='courses.sectiondraft')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['text', 'video', 'quiz', 'exercise', 'file', 'embed', 'live'])), name='lesson_draft_kind'), models.UniqueConstraint(fields=('course', 'key'), name='lesson_draft_key'), models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('course', 'position'), name='lesson_draft_position'), models.CheckConstraint(condition=models.Q(('drip_days', None), ('drip_at', None), _connector='OR'), name='lesson_draft_drip')],
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField(default=1)),
                ('key', models.SlugField(max_length=80)),
                ('kind', models.CharField(choices=[('single', 'Single'), ('multiple', 'Multiple'), ('true_false', 'True False'), ('number', 'Number'), ('text', 'Text'), ('order', 'Order'), ('match', 'Match'), ('open', 'Open')], max_length=12)),
                ('prompt', models.TextField(max_length=10000)),
                ('options', models.JSONField(default=list)),
                ('choices', models.JSONField(default=list)),
                ('keep_order', models.BooleanField(default=False)),
                ('solution', models.JSONField()),
                ('corrected', models.JSONField(blank=True, null=True)),
                ('explanation', models.TextField(blank=True, max_length=10000)),
                ('points', models.DecimalField(decimal_places=2, default=1, max_digits=7)),
                ('retired_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='courses.bankitem')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['single', 'multiple', 'true_false', 'number', 'text', 'order', 'match', 'open'])), name='question_kind'), models.UniqueConstraint(fields=('item', 'number'), name='question_number'), models.UniqueConstraint(condition=models.Q(('retired_at', None)), fields=('item',), name='question_current'), models.CheckConstraint(condition=models.Q(('points__gt', 0)), name='question_points')],
            },
        ),
        migrations.CreateModel(
            name='RatingReport',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.TextField(max_length=1000)),
                ('state', models.CharField(choices=[('open', 'Open'), ('kept', 'Kept'), ('hidden', 'Hidden')], default='open', max_length=8)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('decided_at', models.DateTimeField(null=True)),
                ('rating', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='courses.courserating')),
                ('reporter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['open', 'kept', 'hidden'])), name='rating_report_state'), models.UniqueConstraint(fields=('rating', 'reporter'), name='rating_report_once')],
            },
        ),
        migrations.CreateModel(
            name='Enrollment',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('by_plan', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('active', 'Active'), ('completed', 'Completed'), ('cancelled', 'Cancelled')], default='active', max_length=10)),
                ('percent', models.PositiveSmallIntegerField(default=0)),
                ('last_activity_at', models.DateTimeField(null=True)),
                ('completed_at', models.DateTimeField(null=True)),
                ('completed_version', models.PositiveIntegerField(null=True)),
                ('certified_version', models.PositiveIntegerField(null=True)),
                ('time_factor', models.DecimalField(decimal_places=2, default=1, max_digits=3)),
                ('prompt_dismissed', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enrollments', to='courses.course')),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='enrollments', to='payments.order')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='enrollments', to=settings.AUTH_USER_MODEL)),
                ('last_lesson', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='courses.lesson')),
            ],
            options={
                'indexes': [models.Index(fields=['user', '-last_activity_at'], name='enrollment_recent')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['active', 'completed', 'cancelled'])), name='enrollment_state'), models.UniqueConstraint(fields=('user', 'course'), name='enrollment_once'), models.CheckConstraint(condition=models.Q(('percent__gte', 0), ('percent__lte', 100)), name='enrollment_percent'), models.CheckConstraint(condition=models.Q(('time_factor__gte', 1), ('time_factor__lte', 5)), name='enrollment_time_factor')],
            },
        ),
        migrations.CreateModel(
            name='Quiz',
            fields=[
                ('lesson', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='quiz', serialize=False, to='courses.lesson')),
                ('pass_percent', models.PositiveSmallIntegerField(default=70)),
                ('max_attempts', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('time_limit_minutes', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('cooldown_hours', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('record', models.CharField(choices=[('highest', 'Highest'), ('last', 'Last'), ('first', 'First'), ('average', 'Average')], default='highest', max_length=8)),
                ('review', models.CharField(choices=[('never', 'Never'), ('after_submit', 'After Submit'), ('after_pass', 'After Pass'), ('after_last_attempt', 'After Last Attempt'), ('after_date', 'After Date')], default='after_submit', max_length=20)),
                ('review_from', models.DateTimeField(blank=True, null=True)),
                ('shuffle_questions', models.BooleanField(default=False)),
                ('shuffle_options', models.BooleanField(default=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('review__in', ['never', 'after_submit', 'after_pass', 'after_last_attempt', 'after_date'])), name='quiz_review'), models.CheckConstraint(condition=models.Q(('record__in', ['highest', 'last', 'first', 'average'])), name='quiz_record'), models.CheckConstraint(condition=models.Q(('pass_percent__gte', 1), ('pass_percent__lte', 100)), name='quiz_pass_percent'), models.CheckConstraint(condition=models.Q(models.Q(('review', 'after_date'), _negated=True), ('review_from__isnull', False), _connector='OR'), name='quiz_review_from')],
            },
        ),
        migrations.CreateModel(
            name='Transcript',
            fields=[
                ('lesson', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='transcript', serialize=False, to='courses.lesson')),
                ('said', models.TextField()),
                ('starts', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveIntegerField(), size=None)),
            ],
        ),
        migrations.CreateModel(
            name='LessonBookmark',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at_s', models.PositiveIntegerField(default=0)),
                ('label', models.CharField(blank=True, max_length=120)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bookmarks', to='courses.lesson')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='lesson_bookmarks', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'lesson', 'at_s'), name='bookmark_once')],
            },
        ),
        migrations.CreateModel(
            name='LessonDraftPrerequisite',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='required_rows', to='courses.lessondraft')),
                ('requires', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='courses.lessondraft')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('lesson', 'requires'), name='lesson_draft_prerequisite_once'), models.CheckConstraint(condition=models.Q(('lesson', models.F('requires')), _negated=True), name='lesson_draft_prerequisite_other')],
            },
        ),
        migrations.CreateModel(
            name='LessonNote',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('body', models.TextField(max_length=10000)),
                ('at_s', models.PositiveIntegerField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='courses.lesson')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='lesson_notes', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', 'lesson'], name='lesson_note_own')],
            },
        ),
        migrations.CreateModel(
            name='LessonPrerequisite',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='required_rows', to='courses.lesson')),
                ('requires', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='courses.lesson')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('lesson', 'requires'), name='lesson_prerequisite_once'), models.CheckConstraint(condition=models.Q(('lesson', models.F('requires')), _negated=True), name='lesson_prerequisite_other')],
            },
        ),
        migrations.CreateModel(
            name='KeyCorrection',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('old', models.JSONField()),
                ('new', models.JSONField()),
                ('reason', models.CharField(max_length=500)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('made_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='courses.question')),
            ],
        ),
        migrations.CreateModel(
            name='QuizSlot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('draw', models.PositiveSmallIntegerField(default=1)),
                ('tag', models.CharField(blank=True, max_length=40)),
                ('quiz', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='slots', to='courses.quiz')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('quiz', 'position'), name='quiz_slot_position'), models.CheckConstraint(condition=models.Q(('draw__gte', 1)), name='quiz_slot_draw')],
            },
        ),
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at_s', models.PositiveIntegerField(null=True)),
                ('note', models.CharField(blank=True, max_length=1000)),
                ('with_notes', models.BooleanField(default=False)),
                ('booking_id', models.UUIDField(null=True, unique=True)),
                ('reply', models.TextField(blank=True, max_length=5000)),
                ('replied_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('enrollment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='handovers', to='courses.enrollment')),
                ('student', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tutor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='handovers', to='courses.lesson')),
                ('practice', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='courses.lesson')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('booking_id', None)), fields=('enrollment', 'lesson', 'tutor'), name='handover_one_open'), models.CheckConstraint(condition=models.Q(('student', models.F('tutor')), _negated=True), name='handover_to_somebody_else'), models.CheckConstraint(condition=models.Q(('replied_at', None), ('booking_id__isnull', False), _connector='OR'), name='handover_answered_after_booking')],
            },
        ),
        migrations.CreateModel(
            name='Attendance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('minutes', models.PositiveSmallIntegerField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('recorded_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('enrollment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attendances', to='courses.enrollment')),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attendances', to='courses.lesson')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('enrollment', 'lesson'), name='attendance_once')],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('seed', models.PositiveIntegerField(default=0)),
                ('state', models.CharField(choices=[('open', 'Open'), ('pending_review', 'Pending Review'), ('graded', 'Graded')], default='open', max_length=14)),
                ('pass_percent', models.PositiveSmallIntegerField()),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('deadline_at', models.DateTimeField(null=True)),
                ('submitted_at', models.DateTimeField(null=True)),
                ('score', models.DecimalField(decimal_places=2, max_digits=9, null=True)),
                ('max_score', models.DecimalField(decimal_places=2, max_digits=9)),
                ('passed', models.BooleanField(null=True)),
                ('enrollment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='courses.enrollment')),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='courses.lesson')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['deadline_at'], name='attempt_deadline'), models.Index(condition=models.Q(('state', 'pending_review')), fields=['submitted_at'], name='attempt_to_review')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['open', 'pending_review', 'graded'])), name='attempt_state'), models.UniqueConstraint(fields=('enrollment', 'lesson', 'number'), name='attempt_number'), models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('enrollment', 'lesson'), name='attempt_one_open'), models.CheckConstraint(condition=models.Q(models.Q(('passed', None), ('score', None), ('state__in', ['open', 'pending_review'])), models.Q(('passed__isnull', False), ('score__isnull', False), ('state', 'graded')), _connector='OR'), name='attempt_score')],
            },
        ),
        migrations.CreateModel(
            name='LessonProgress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seconds', models.PositiveIntegerField(default=0)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('resume', models.PositiveSmallIntegerField(default=0)),
                ('sections', models.JSONField(default=dict)),
                ('watched', models.JSONField(default=list)),
                ('opened_at', models.DateTimeField(null=True)),
                ('completed_at', models.DateTimeField(null=True)),
                ('beat_at', models.DateTimeField(null=True)),
                ('enrollment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='progress', to='courses.enrollment')),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='progress', to='courses.lesson')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('enrollment', 'lesson'), name='lesson_progress_once'), models.CheckConstraint(condition=models.Q(('position__lte', 1000), ('resume__lte', 1000)), name='lesson_progress_position')],
            },
        ),
        migrations.CreateModel(
            name='Nudge',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('not_begun', 'Not Begun'), ('stalled', 'Stalled'), ('failing', 'Failing')], max_length=10)),
                ('sent_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('helped_at', models.DateTimeField(null=True)),
                ('enrollment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='nudges', to='courses.enrollment')),
                ('sender', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('reason__in', ['not_begun', 'stalled', 'failing'])), name='nudge_reason'), models.CheckConstraint(condition=models.Q(('helped_at', None), ('helped_at__gte', models.F('sent_at')), _connector='OR'), name='nudge_order')],
            },
        ),
        migrations.CreateModel(
            name='ProgressBeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('client_event_id', models.UUIDField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('enrollment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='beats', to='courses.enrollment')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('enrollment', 'client_event_id'), name='progress_beat_once')],
            },
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('returned', 'Returned'), ('graded', 'Graded')], default='draft', max_length=9)),
                ('text', models.TextField(blank=True, max_length=50000)),
                ('sequence', models.BigIntegerField(default=0)),
                ('revision', models.PositiveIntegerField(default=0)),
                ('rubric', models.JSONField(default=list)),
                ('due_at', models.DateTimeField(null=True)),
                ('submitted_at', models.DateTimeField(null=True)),
                ('days_late', models.PositiveSmallIntegerField(default=0)),
                ('penalty_percent', models.PositiveSmallIntegerField(default=0)),
                ('pass_percent', models.PositiveSmallIntegerField(default=60)),
                ('marks', models.JSONField(default=dict)),
                ('comment', models.TextField(blank=True, max_length=10000)),
                ('score', models.DecimalField(decimal_places=2, max_digits=9, null=True)),
                ('max_score', models.DecimalField(decimal_places=2, max_digits=9, null=True)),
                ('passed', models.BooleanField(null=True)),
                ('marked_at', models.DateTimeField(null=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('enrollment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='courses.enrollment')),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='courses.lesson')),
                ('marked_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'submitted')), fields=['submitted_at'], name='submission_to_mark')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'submitted', 'returned', 'graded'])), name='submission_state'), models.UniqueConstraint(fields=('enrollment', 'lesson', 'number'), name='submission_number'), models.UniqueConstraint(condition=models.Q(('state__in', ['draft', 'submitted'])), fields=('enrollment', 'lesson'), name='submission_one_at_work'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'draft'), ('submitted_at', None)), models.Q(models.Q(('state', 'draft'), _negated=True), ('submitted_at__isnull', False)), _connector='OR'), name='submission_handed_in'), models.CheckConstraint(condition=models.Q(models.Q(('passed__isnull', False), ('score__isnull', False), ('state', 'graded')), models.Q(models.Q(('state', 'graded'), _negated=True), ('passed', None), ('score', None)), _connector='OR'), name='submission_score'), models.CheckConstraint(condition=models.Q(('penalty_percent__lte', 100)), name='submission_penalty')],
            },
        ),
        migrations.CreateModel(
            name='AttemptAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('answer', models.JSONField(null=True)),
                ('sequence', models.BigIntegerField(default=0)),
                ('points', models.DecimalField(decimal_places=2, max_digits=7, null=True)),
                ('comment', models.TextField(blank=True, max_length=5000)),
                ('attempt', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='courses.attempt')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='courses.question')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('attempt', 'question'), name='attempt_answer_once')],
            },
        ),
        migrations.CreateModel(
            name='Regrade',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('old_score', models.DecimalField(decimal_places=2, max_digits=9)),
                ('new_score', models.DecimalField(decimal_places=2, max_digits=9)),
                ('old_passed', models.BooleanField()),
                ('new_passed', models.BooleanField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('attempt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='regrades', to='courses.attempt')),
                ('correction', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='regrades', to='courses.keycorrection')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('correction', 'attempt'), name='regrade_once'), models.CheckConstraint(condition=models.Q(('new_score__gt', models.F('old_score'))), name='regrade_upwards'), models.CheckConstraint(condition=models.Q(('old_passed', False), ('new_passed', True), _connector='OR'), name='regrade_keeps_the_pass')],
            },
        ),
        migrations.CreateModel(
            name='SlotQuestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='courses.question')),
                ('slot', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='pool', to='courses.quizslot')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('slot', 'question'), name='slot_question_once')],
            },
        ),
        migrations.CreateModel(
            name='SubmissionFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('added_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('file', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='submission', to='core.storedfile')),
                ('submission', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to='courses.submission')),
            ],
        ),
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text', models.CharField(max_length=1000)),
                ('state', models.CharField(choices=[('open', 'Open'), ('accepted', 'Accepted'), ('rejected', 'Rejected')], default='open', max_length=8)),
                ('reply', models.CharField(blank=True, max_length=1000)),
                ('decided_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('decided_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('answer', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='appeal', to='courses.attemptanswer')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['created_at'], name='appeal_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['open', 'accepted', 'rejected'])), name='appeal_state'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('state', 'open')), models.Q(('decided_at__isnull', False), ('state__in', ['accepted', 'rejected'])), _connector='OR'), name='appeal_decided')],
            },
        ),
        migrations.CreateModel(
            name='Post',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('body', models.TextField(max_length=5000)),
                ('by_tutor', models.BooleanField(default=False)),
                ('vote_count', models.PositiveIntegerField(default=0)),
                ('edited_at', models.DateTimeField(null=True)),
                ('deleted_at', models.DateTimeField(null=True)),
                ('hidden_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='posts', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [],
            },
        ),
        migrations.CreateModel(
            name='Thread',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=150)),
                ('body', models.TextField(max_length=5000)),
                ('answer_count', models.PositiveIntegerField(default=0)),
                ('vote_count', models.PositiveIntegerField(default=0)),
                ('edited_at', models.DateTimeField(null=True)),
                ('deleted_at', models.DateTimeField(null=True)),
                ('hidden_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('search', models.GeneratedField(db_persist=True, expression=models.Func(output_field=django.contrib.postgres.search.SearchVectorField(), template="setweight(to_tsvector('simple', core_unaccent(title)), 'A') || setweight(to_tsvector('simple', core_unaccent(body)), 'B')"), output_field=django.contrib.postgres.search.SearchVectorField())),
                ('accepted', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='courses.post')),
                ('author', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='threads', to=settings.AUTH_USER_MODEL)),
                ('lesson', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='threads', to='courses.lesson')),
            ],
            options={
                'indexes': [models.Index(fields=['lesson', '-created_at', '-id'], name='thread_newest'), django.contrib.postgres.indexes.GinIndex(fields=['search'], name='thread_search')],
            },
        ),
        migrations.CreateModel(
            name='PostReport',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('spam', 'Spam'), ('rude', 'Rude'), ('gives-away', 'Gives Away'), ('personal', 'Personal'), ('other', 'Other')], max_length=10)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('state', models.CharField(choices=[('open', 'Open'), ('hidden', 'Hidden'), ('dismissed', 'Dismissed')], default='open', max_length=9)),
                ('decided_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('decided_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('post', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='courses.post')),
                ('reporter', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('thread', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='courses.thread')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('post', None), ('thread__isnull', False)), models.Q(('post__isnull', False), ('thread', None)), _connector='OR'), name='post_report_target'), models.CheckConstraint(condition=models.Q(('reason__in', ['spam', 'rude', 'gives-away', 'personal', 'other'])), name='post_report_reason'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'hidden', 'dismissed'])), name='post_report_state'), models.UniqueConstraint(condition=models.Q(('state', 'open'), ('thread__isnull', False)), fields=('reporter', 'thread'), name='post_report_thread_once'), models.UniqueConstraint(condition=models.Q(('post__isnull', False), ('state', 'open')), fields=('reporter', 'post'), name='post_report_post_once')],
            },
        ),
        migrations.CreateModel(
            name='ThreadFollow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('thread', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='follows', to='courses.thread')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'thread'), name='thread_follow_once')],
            },
        ),
        migrations.CreateModel(
            name='Vote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('post', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='votes', to='courses.post')),
                ('thread', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='votes', to='courses.thread')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('post', None), ('thread__isnull', False)), models.Q(('post__isnull', False), ('thread', None)), _connector='OR'), name='vote_target'), models.UniqueConstraint(condition=models.Q(('thread__isnull', False)), fields=('user', 'thread'), name='vote_thread_once'), models.UniqueConstraint(condition=models.Q(('post__isnull', False)), fields=('user', 'post'), name='vote_post_once')],
            },
        ),
        migrations.AddField(
            model_name='course',
            name='prerequisites',
            field=models.ManyToManyField(related_name='leads_to', through='courses.CoursePrerequisite', to='courses.course'),
        ),
        migrations.AddField(
            model_name='lesson',
            name='prerequisites',
            field=models.ManyToManyField(related_name='unlocks', through='courses.LessonPrerequisite', to='courses.lesson'),
        ),
        migrations.AddField(
            model_name='quizslot',
            name='questions',
            field=models.ManyToManyField(related_name='slots', through='courses.SlotQuestion', to='courses.question'),
        ),
        migrations.AddField(
            model_name='lessondraft',
            name='prerequisites',
            field=models.ManyToManyField(related_name='unlocks', through='courses.LessonDraftPrerequisite', to='courses.lessondraft'),
        ),
        migrations.AddField(
            model_name='submission',
            name='files',
            field=models.ManyToManyField(related_name='+', through='courses.SubmissionFile', to='core.storedfile'),
        ),
        migrations.AddField(
            model_name='post',
            name='thread',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='posts', to='courses.thread'),
        ),
        migrations.AddIndex(
            model_name='post',
            index=models.Index(fields=['thread', 'created_at', 'id'], name='post_oldest'),
        ),
        migrations.RunSQL(
            FROZEN,
            "DROP TRIGGER question_frozen ON courses_question;"
            "DROP FUNCTION courses_question_frozen();",
        ),
        migrations.RunSQL(CONFIG, "DROP FUNCTION courses_config(text)"),
        migrations.RunSQL(WORDS, "DROP FUNCTION courses_words(text[])"),
        migrations.RunSQL(QUERY, "DROP FUNCTION courses_query(text)"),
        migrations.RunSQL(STAMP + LEARN + TRIGGERS, WITHOUT),
        migrations.RunSQL(FOUND_BY, NOT_FOUND_BY),
        AppendOnly("courses_pointsentry"),
    ]
