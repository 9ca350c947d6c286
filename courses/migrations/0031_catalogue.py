import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.datetime
import tutorme.core.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0030_search_functions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
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
            ],
        ),
        migrations.CreateModel(
            name='Favorite',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='LessonBookmark',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at_s', models.PositiveIntegerField(default=0)),
                ('label', models.CharField(blank=True, max_length=120)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='LessonNote',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('body', models.TextField(max_length=10000)),
                ('at_s', models.PositiveIntegerField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
        ),
        migrations.CreateModel(
            name='RatingPrior',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('mean', models.PositiveIntegerField(default=3500000)),
                ('ratings', models.PositiveIntegerField(default=0)),
                ('computed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='RatingReport',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.TextField(max_length=1000)),
                ('state', models.CharField(choices=[('open', 'Open'), ('kept', 'Kept'), ('hidden', 'Hidden')], default='open', max_length=8)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('decided_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('word', models.CharField(max_length=40, primary_key=True, serialize=False)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='lessonprogress',
            name='lesson_progress_position',
        ),
        migrations.RemoveIndex(
            model_name='course',
            name='course_likeness',
        ),
        migrations.AddField(
            model_name='course',
            name='rated_1',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='course',
            name='rated_2',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='course',
            name='rated_3',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='course',
            name='rated_4',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='course',
            name='rated_5',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='course',
            name='average_rating',
            field=models.GeneratedField(db_persist=True, expression=models.Func(output_field=models.DecimalField(decimal_places=2, max_digits=3), template='(CASE WHEN (rated_1 + rated_2 + rated_3 + rated_4 + rated_5) = 0 THEN 0 ELSE round((rated_1 + 2 * rated_2 + 3 * rated_3 + 4 * rated_4 + 5 * rated_5)::numeric / (rated_1 + rated_2 + rated_3 + rated_4 + rated_5), 2) END)'), output_field=models.DecimalField(decimal_places=2, max_digits=3)),
        ),
        migrations.AddField(
            model_name='course',
            name='half_stars',
            field=models.GeneratedField(db_persist=True, expression=models.Func(output_field=models.SmallIntegerField(), template='(CASE WHEN (rated_1 + rated_2 + rated_3 + rated_4 + rated_5) < 3 THEN 0 ELSE floor(2.0 * (rated_1 + 2 * rated_2 + 3 * rated_3 + 4 * rated_4 + 5 * rated_5) / (rated_1 + rated_2 + rated_3 + rated_4 + rated_5)) END)'), output_field=models.SmallIntegerField()),
        ),
        migrations.AddField(
            model_name='course',
            name='price_band',
            field=models.GeneratedField(db_persist=True, expression=models.Func(output_field=models.SmallIntegerField(), template="(CASE WHEN price_minor = 0 THEN 0 ELSE 1 + width_bucket((CASE WHEN currency IN ('HUF', 'JPY', 'TWD') THEN price_minor * 100 ELSE price_minor END), ARRAY[1000, 2500, 5000, 10000]::bigint[]) END)"), output_field=models.SmallIntegerField()),
        ),
        migrations.AddField(
            model_name='course',
            name='price_hundredths',
            field=models.GeneratedField(db_persist=True, expression=models.Func(output_field=models.BigIntegerField(), template="(CASE WHEN currency IN ('HUF', 'JPY', 'TWD') THEN price_minor * 100 ELSE price_minor END)"), output_field=models.BigIntegerField()),
        ),
        migrations.AddField(
            model_name='course',
            name='rating_count',
            field=models.GeneratedField(db_persist=True, expression=models.Func(output_field=models.IntegerField(), template='(rated_1 + rated_2 + rated_3 + rated_4 + rated_5)'), output_field=models.IntegerField()),
        ),
        migrations.AddField(
            model_name='course',
            name='rating_rank',
            field=models.IntegerField(default=3500000),
        ),
        migrations.AddField(
            model_name='course',
            name='rating_sum',
            field=models.GeneratedField(db_persist=True, expression=models.Func(output_field=models.IntegerField(), template='(rated_1 + 2 * rated_2 + 3 * rated_3 + 4 * rated_4 + 5 * rated_5)'), output_field=models.IntegerField()),
        ),
        migrations.AddField(
            model_name='enrollment',
            name='prompt_dismissed',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='lessonprogress',
            name='resume',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='lessonprogress',
            name='sections',
            field=models.JSONField(default=dict),
        ),
        # A generated column cannot change its expression: it goes, and comes again.
        migrations.RemoveIndex(model_name='course', name='course_search'),
        migrations.RemoveField(model_name='course', name='search'),
        migrations.AddField(
            model_name='course',
            name='search',
            field=models.GeneratedField(db_persist=True, expression=models.Func(output_field=django.contrib.postgres.search.SearchVectorField(), template="setweight(to_tsvector(courses_config(language), core_unaccent(title)), 'A') || setweight(to_tsvector(courses_config(language), core_unaccent(category)), 'B') || setweight(to_tsvector(courses_config(language), core_unaccent(courses_words(tags))), 'B') || setweight(to_tsvector(courses_config(language), core_unaccent(summary)), 'C') || setweight(to_tsvector(courses_config(language), core_unaccent(description)), 'D') || setweight(to_tsvector('simple'::regconfig, core_unaccent(title)), 'A') || setweight(to_tsvector('simple'::regconfig, core_unaccent(category)), 'B') || setweight(to_tsvector('simple'::regconfig, core_unaccent(courses_words(tags))), 'B') || setweight(to_tsvector('simple'::regconfig, core_unaccent(summary)), 'C') || setweight(to_tsvector('simple'::regconfig, core_unaccent(description)), 'D')"), output_field=django.contrib.postgres.search.SearchVectorField()),
        ),
        migrations.AddIndex(
            model_name='course',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search'], name='course_search'),
        ),
        migrations.AddIndex(
            model_name='course',
            index=models.Index(condition=models.Q(('state', 'published')), fields=['-enrollment_count', '-id'], name='course_popular'),
        ),
        migrations.AddIndex(
            model_name='course',
            index=models.Index(condition=models.Q(('state', 'published')), fields=['-rating_rank', '-id'], name='course_rated'),
        ),
        migrations.AddIndex(
            model_name='course',
            index=models.Index(condition=models.Q(('state', 'published')), fields=['price_hundredths', 'id'], name='course_priced'),
        ),
        migrations.AddIndex(
            model_name='course',
            index=models.Index(condition=models.Q(('state', 'published')), fields=['title', 'id'], name='course_titled'),
        ),
        migrations.AddConstraint(
            model_name='lessonprogress',
            constraint=models.CheckConstraint(condition=models.Q(('position__lte', 1000), ('resume__lte', 1000)), name='lesson_progress_position'),
        ),
        migrations.AddField(
            model_name='courserating',
            name='course',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='ratings', to='courses.course'),
        ),
        migrations.AddField(
            model_name='courserating',
            name='user',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='course_ratings', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='favorite',
            name='course',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='favorites', to='courses.course'),
        ),
        migrations.AddField(
            model_name='favorite',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='favorites', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='lessonbookmark',
            name='lesson',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bookmarks', to='courses.lesson'),
        ),
        migrations.AddField(
            model_name='lessonbookmark',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='lesson_bookmarks', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='lessonnote',
            name='lesson',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='courses.lesson'),
        ),
        migrations.AddField(
            model_name='lessonnote',
            name='user',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='lesson_notes', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='ratingprior',
            constraint=models.CheckConstraint(condition=models.Q(('id', 1)), name='rating_prior_one_row'),
        ),
        migrations.AddField(
            model_name='ratingreport',
            name='rating',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='courses.courserating'),
        ),
        migrations.AddField(
            model_name='ratingreport',
            name='reporter',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='searchword',
            index=django.contrib.postgres.indexes.GistIndex(django.contrib.postgres.indexes.OpClass('word', name='gist_trgm_ops'), name='search_word_likeness'),
        ),
        migrations.AddIndex(
            model_name='courserating',
            index=models.Index(fields=['course', '-created_at', '-id'], name='course_rating_new'),
        ),
        migrations.AddConstraint(
            model_name='courserating',
            constraint=models.UniqueConstraint(fields=('course', 'user'), name='course_rating_once'),
        ),
        migrations.AddConstraint(
            model_name='courserating',
            constraint=models.CheckConstraint(condition=models.Q(('rating__gte', 1), ('rating__lte', 5)), name='course_rating_stars'),
        ),
        migrations.AddIndex(
            model_name='favorite',
            index=models.Index(fields=['user', '-created_at', '-id'], name='favorite_new'),
        ),
        migrations.AddConstraint(
            model_name='favorite',
            constraint=models.UniqueConstraint(fields=('user', 'course'), name='favorite_once'),
        ),
        migrations.AddConstraint(
            model_name='lessonbookmark',
            constraint=models.UniqueConstraint(fields=('user', 'lesson', 'at_s'), name='bookmark_once'),
        ),
        migrations.AddIndex(
            model_name='lessonnote',
            index=models.Index(fields=['user', 'lesson'], name='lesson_note_own'),
        ),
        migrations.AddConstraint(
            model_name='ratingreport',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'kept', 'hidden'])), name='rating_report_state'),
        ),
        migrations.AddConstraint(
            model_name='ratingreport',
            constraint=models.UniqueConstraint(fields=('rating', 'reporter'), name='rating_report_once'),
        ),
    ]
