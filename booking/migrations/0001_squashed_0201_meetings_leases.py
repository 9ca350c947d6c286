import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.datetime
import tutorme.core.fields
import tutorme.core.ids
from django.conf import settings
from django.db import migrations, models

from tutorme.core.append_only import AppendOnly


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0024_tutor_papers'),
        ('payments', '0001_squashed_0021_ledger_rules'),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='calendar_feed', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('token', tutorme.core.fields.EncryptedTextField()),
                ('rotated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='TutorStanding',
            fields=[
                ('tutor', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='standing', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('reviews', models.PositiveIntegerField(default=0)),
                ('stars', models.PositiveIntegerField(default=0)),
                ('lessons', models.PositiveIntegerField(default=0)),
                ('minutes', models.PositiveIntegerField(default=0)),
                ('marks', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='CalendarConnection',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('provider', models.CharField(choices=[('google', 'Google'), ('microsoft', 'Microsoft')], max_length=9)),
                ('account', models.CharField(max_length=254)),
                ('state', models.CharField(choices=[('active', 'Active'), ('broken', 'Broken'), ('ending', 'Ending')], default='active', max_length=6)),
                ('access_token', tutorme.core.fields.EncryptedTextField(blank=True)),
                ('refresh_token', tutorme.core.fields.EncryptedTextField(blank=True)),
                ('access_until', models.DateTimeField()),
                ('taken_until', models.DateTimeField(null=True)),
                ('sync_token', models.TextField(blank=True)),
                ('synced_at', models.DateTimeField(null=True)),
                ('read_whole_at', models.DateTimeField(null=True)),
                ('sync_wanted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('channel_id', models.CharField(blank=True, max_length=100)),
                ('channel_resource', models.CharField(blank=True, max_length=300)),
                ('channel_secret', tutorme.core.fields.EncryptedTextField(blank=True)),
                ('channel_until', models.DateTimeField(null=True)),
                ('problem', models.CharField(blank=True, max_length=300)),
                ('broken_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='calendars', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('created_at',),
                'indexes': [models.Index(condition=models.Q(('state', 'active')), fields=['sync_wanted_at'], name='calendar_to_sync'), models.Index(condition=models.Q(('channel_id', ''), _negated=True), fields=['channel_id'], name='calendar_channel')],
                'constraints': [models.CheckConstraint(condition=models.Q(('provider__in', ['google', 'microsoft'])), name='calendar_provider'), models.CheckConstraint(condition=models.Q(('state__in', ['active', 'broken', 'ending'])), name='calendar_state'), models.UniqueConstraint(fields=('user', 'provider', 'account'), name='calendar_connected_once')],
            },
        ),
        migrations.CreateModel(
            name='CalendarImport',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('url', tutorme.core.fields.EncryptedTextField(blank=True)),
                ('times', models.PositiveIntegerField(default=0)),
                ('read_at', models.DateTimeField(null=True)),
                ('next_at', models.DateTimeField(null=True)),
                ('problem', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_imports', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('created_at',),
                'indexes': [models.Index(condition=models.Q(('next_at__isnull', False)), fields=['next_at'], name='calendar_import_due')],
            },
        ),
        migrations.CreateModel(
            name='FreeIndex',
            fields=[
                ('tutor', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('built_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('built_on', models.DateField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['built_on'], name='free_index_built')],
            },
        ),
        migrations.CreateModel(
            name='FreeStart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('closes_at', models.DateTimeField()),
                ('tutor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['starts_at'], include=('tutor', 'ends_at', 'closes_at'), name='free_start_at')],
                'constraints': [models.UniqueConstraint(fields=('tutor', 'starts_at', 'ends_at'), name='free_start_once'), models.CheckConstraint(condition=models.Q(('closes_at__lte', models.F('starts_at')), ('ends_at__gt', models.F('starts_at'))), name='free_start_forward')],
            },
        ),
        migrations.CreateModel(
            name='LessonType',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=80)),
                ('minutes', models.PositiveSmallIntegerField(default=60)),
                ('price_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('is_trial', models.BooleanField(default=False)),
                ('capacity', models.PositiveSmallIntegerField(default=1)),
                ('is_offered', models.BooleanField(default=True)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('tutor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lesson_types', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('position', 'id'),
                'indexes': [models.Index(fields=['tutor', 'position'], name='lesson_type_of_tutor')],
                'constraints': [models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='lesson_type_currency'), models.CheckConstraint(condition=models.Q(('capacity__gte', 1), ('capacity__lte', 50), ('minutes__gte', 15), ('minutes__lte', 480), ('price_minor__gte', 0)), name='lesson_type_figures'), models.UniqueConstraint(condition=models.Q(('is_offered', True), ('is_trial', True)), fields=('tutor',), name='lesson_type_one_trial')],
            },
        ),
        migrations.CreateModel(
            name='Schedule',
            fields=[
                ('tutor', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='schedule', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('time_zone', models.CharField(max_length=64)),
                ('slot_minutes', models.PositiveSmallIntegerField(blank=True, default=60, null=True)),
                ('buffer_before', models.PositiveSmallIntegerField(default=0)),
                ('buffer_after', models.PositiveSmallIntegerField(default=0)),
                ('notice_minutes', models.PositiveIntegerField(default=720)),
                ('horizon_days', models.PositiveSmallIntegerField(default=60)),
                ('max_per_day', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('cancellation', models.CharField(choices=[('flexible', 'Flexible'), ('moderate', 'Moderate'), ('strict', 'Strict')], default='moderate', max_length=8)),
                ('needs_approval', models.BooleanField(default=False)),
                ('is_open', models.BooleanField(default=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('cancellation__in', ['flexible', 'moderate', 'strict'])), name='schedule_cancellation'), models.CheckConstraint(condition=models.Q(('slot_minutes', None), models.Q(('slot_minutes__gte', 5), ('slot_minutes__lte', 480)), _connector='OR'), name='schedule_figures'), models.CheckConstraint(condition=models.Q(('buffer_after__lte', 240), ('buffer_before__lte', 240), ('horizon_days__gte', 1), ('horizon_days__lte', 365), ('notice_minutes__lte', 43200)), name='schedule_bounds')],
            },
        ),
        migrations.CreateModel(
            name='BusyTime',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=40)),
                ('reference', models.CharField(max_length=300)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('tutor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='busy_times', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['tutor', 'ends_at'], name='busy_time_of_tutor')],
                'constraints': [models.UniqueConstraint(fields=('tutor', 'source', 'reference', 'starts_at'), name='busy_time_once'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='busy_time_forward')],
            },
        ),
        migrations.CreateModel(
            name='GroupSession',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('capacity', models.PositiveSmallIntegerField()),
                ('state', models.CharField(choices=[('open', 'Open'), ('over', 'Over'), ('cancelled', 'Cancelled')], default='open', max_length=9)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('blocked_from', models.DateTimeField()),
                ('blocked_until', models.DateTimeField()),
                ('on', models.DateField()),
                ('tutor_zone', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('tutor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='groups_given', to=settings.AUTH_USER_MODEL)),
                ('lesson_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='groups', to='booking.lessontype')),
            ],
            options={
                'indexes': [models.Index(fields=['tutor', 'starts_at'], name='group_session_of_tutor')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['open', 'over', 'cancelled'])), name='group_session_state'), models.CheckConstraint(condition=models.Q(('blocked_from__lte', models.F('starts_at')), ('blocked_until__gte', models.F('ends_at')), ('capacity__gte', 2), ('capacity__lte', 50), ('ends_at__gt', models.F('starts_at'))), name='group_session_figures'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('state', 'open')), expressions=[('tutor', '='), (models.Func(models.F('blocked_from'), models.F('blocked_until'), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=False), function='tstzrange', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='group_session_tutor_once')],
            },
        ),
        migrations.CreateModel(
            name='DateOverride',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('windows', models.JSONField(default=list)),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='overrides', to='booking.schedule')),
            ],
            options={
                'ordering': ('on',),
                'constraints': [models.UniqueConstraint(fields=('schedule', 'on'), name='date_override_once')],
            },
        ),
        migrations.CreateModel(
            name='Series',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('time_zone', models.CharField(max_length=64)),
                ('starts_at', models.DateTimeField()),
                ('every_weeks', models.PositiveSmallIntegerField(default=1)),
                ('lessons', models.PositiveSmallIntegerField()),
                ('price_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('lesson_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='series', to='booking.lessontype')),
                ('student', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='series_taken', to=settings.AUTH_USER_MODEL)),
                ('tutor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='series_given', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'series',
                'constraints': [models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='series_currency'), models.CheckConstraint(condition=models.Q(('every_weeks__gte', 1), ('every_weeks__lte', 4), ('lessons__gte', 1), ('lessons__lte', 26), ('price_minor__gte', 0)), name='series_figures')],
            },
        ),
        migrations.CreateModel(
            name='WeeklyHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day_of_week', models.PositiveSmallIntegerField()),
                ('starts', models.TimeField()),
                ('ends', models.TimeField()),
                ('schedule', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='weekly', to='booking.schedule')),
            ],
            options={
                'ordering': ('day_of_week', 'starts'),
                'constraints': [models.CheckConstraint(condition=models.Q(('day_of_week__lte', 6)), name='weekly_hours_day'), models.UniqueConstraint(fields=('schedule', 'day_of_week', 'starts'), name='weekly_hours_once')],
            },
        ),
        migrations.CreateModel(
            name='Booking',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('earning_part', models.PositiveSmallIntegerField(null=True)),
                ('state', models.CharField(choices=[('held', 'Held'), ('pending_payment', 'Pending Payment'), ('pending_approval', 'Pending Approval'), ('confirmed', 'Confirmed'), ('in_progress', 'In Progress'), ('completed', 'Completed'), ('expired', 'Expired'), ('declined', 'Declined'), ('cancelled_by_student', 'Cancelled By Student'), ('cancelled_by_tutor', 'Cancelled By Tutor'), ('cancelled_by_platform', 'Cancelled By Platform'), ('no_show_student', 'No Show Student'), ('no_show_tutor', 'No Show Tutor'), ('disputed', 'Disputed'), ('resolved', 'Resolved')], default='held', max_length=21)),
                ('version', models.PositiveIntegerField(default=1)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('blocked_from', models.DateTimeField()),
                ('blocked_until', models.DateTimeField()),
                ('on', models.DateField()),
                ('tutor_zone', models.CharField(max_length=64)),
                ('price_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('cancellation', models.CharField(max_length=8)),
                ('needs_approval', models.BooleanField(default=False)),
                ('note', models.CharField(blank=True, max_length=1000)),
                ('expires_at', models.DateTimeField(null=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='payments.order')),
                ('package', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='payments.package')),
                ('student', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lessons_taken', to=settings.AUTH_USER_MODEL)),
                ('tutor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='lessons_given', to=settings.AUTH_USER_MODEL)),
                ('group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='booking.groupsession')),
                ('lesson_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='booking.lessontype')),
                ('series', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='booking.series')),
            ],
            options={
                'indexes': [models.Index(fields=['tutor', 'starts_at'], name='booking_of_tutor'), models.Index(fields=['student', 'starts_at'], name='booking_of_student'), models.Index(condition=models.Q(('state__in', ('held', 'pending_payment', 'pending_approval'))), fields=['expires_at'], name='booking_ending'), models.Index(condition=models.Q(('state__in', ('confirmed', 'in_progress'))), fields=['ends_at'], name='booking_to_judge')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['held', 'pending_payment', 'pending_approval', 'confirmed', 'in_progress', 'completed', 'expired', 'declined', 'cancelled_by_student', 'cancelled_by_tutor', 'cancelled_by_platform', 'no_show_student', 'no_show_tutor', 'resolved', 'disputed'])), name='booking_state'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='booking_currency'), models.CheckConstraint(condition=models.Q(('blocked_from__lte', models.F('starts_at')), ('blocked_until__gte', models.F('ends_at')), ('ends_at__gt', models.F('starts_at')), ('price_minor__gte', 0)), name='booking_figures'), models.CheckConstraint(condition=models.Q(('tutor', models.F('student')), _negated=True), name='booking_not_with_oneself'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('state__in', ('held', 'pending_payment', 'pending_approval', 'confirmed', 'in_progress'))), deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], expressions=[('tutor', '='), (models.Func(models.F('blocked_from'), models.F('blocked_until'), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=False), function='tstzrange', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&'), (django.db.models.functions.comparison.Coalesce('group', 'id', output_field=models.UUIDField()), '<>')], name='booking_tutor_once'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('state__in', ('held', 'pending_payment', 'pending_approval', 'confirmed', 'in_progress'))), deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], expressions=[('student', '='), (models.Func(models.F('starts_at'), models.F('ends_at'), django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=False), function='tstzrange', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='booking_student_once'), models.UniqueConstraint(condition=models.Q(('series', None), ('state', 'held')), fields=('student', 'tutor'), name='booking_one_hold')],
            },
        ),
        migrations.CreateModel(
            name='LessonDispute',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('tutor_away', 'Tutor Away'), ('student_away', 'Student Away'), ('cut_short', 'Cut Short'), ('not_as_agreed', 'Not As Agreed'), ('other', 'Other'), ('nobody_seen', 'Nobody Seen')], max_length=14)),
                ('text', models.CharField(blank=True, max_length=2000)),
                ('was', models.CharField(max_length=21)),
                ('state', models.CharField(choices=[('open', 'Open'), ('decided', 'Decided')], default='open', max_length=7)),
                ('refund_percent', models.PositiveSmallIntegerField(null=True)),
                ('decision', models.CharField(blank=True, max_length=1000)),
                ('decided_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('booking', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='dispute', to='booking.booking')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('opened_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('reason__in', ['tutor_away', 'student_away', 'cut_short', 'not_as_agreed', 'other', 'nobody_seen'])), name='lesson_dispute_reason'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'decided'])), name='lesson_dispute_state'), models.CheckConstraint(condition=models.Q(models.Q(('refund_percent', None), ('state', 'open')), models.Q(('refund_percent__lte', 100), ('state', 'decided')), _connector='OR'), name='lesson_dispute_decided')],
            },
        ),
        migrations.CreateModel(
            name='LessonReview',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('stars', models.PositiveSmallIntegerField()),
                ('text', models.TextField(blank=True, max_length=4000)),
                ('is_hidden', models.BooleanField(default=False)),
                ('reply', models.TextField(blank=True, max_length=4000)),
                ('replied_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('booking', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='booking.booking')),
                ('student', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reviews_given', to=settings.AUTH_USER_MODEL)),
                ('tutor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='reviews_had', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['tutor', '-created_at', '-id'], name='tutor_review_new')],
                'constraints': [models.UniqueConstraint(fields=('tutor', 'student'), name='tutor_review_once'), models.CheckConstraint(condition=models.Q(('stars__gte', 1), ('stars__lte', 5)), name='tutor_review_stars'), models.CheckConstraint(condition=models.Q(('tutor', models.F('student')), _negated=True), name='tutor_review_not_of_oneself')],
            },
        ),
        migrations.CreateModel(
            name='MoveProposal',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('note', models.CharField(blank=True, max_length=500)),
                ('state', models.CharField(choices=[('open', 'Open'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn'), ('expired', 'Expired')], default='open', max_length=9)),
                ('expires_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('booking', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='booking.booking')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['booking', '-id'], name='move_proposal_of_booking')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['open', 'accepted', 'declined', 'withdrawn', 'expired'])), name='move_proposal_state'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='move_proposal_forward'), models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('booking',), name='move_proposal_one_open')],
            },
        ),
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('joined', models.BooleanField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('booking', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='presences', to='booking.booking')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('booking', 'user', 'at', 'joined'), name='lesson_presence_once')],
            },
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('day_before', 'Day Before'), ('hour_before', 'Hour Before'), ('review', 'Review')], max_length=11)),
                ('version', models.PositiveIntegerField()),
                ('due_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('due', 'Due'), ('sent', 'Sent'), ('dropped', 'Dropped')], default='due', max_length=7)),
                ('settled_at', models.DateTimeField(null=True)),
                ('booking', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='reminders', to='booking.booking')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'due')), fields=['due_at'], name='reminder_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['day_before', 'hour_before', 'review'])), name='reminder_kind'), models.CheckConstraint(condition=models.Q(('state__in', ['due', 'sent', 'dropped'])), name='reminder_state'), models.UniqueConstraint(fields=('booking', 'kind', 'version'), name='reminder_once')],
            },
        ),
        migrations.CreateModel(
            name='WaitlistEntry',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('earliest', models.DateTimeField()),
                ('latest', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('offered', 'Offered'), ('taken', 'Taken'), ('passed', 'Passed'), ('left', 'Left')], default='waiting', max_length=7)),
                ('offer_until', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('booking', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='offer_from', to='booking.booking')),
                ('group', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='waitlist', to='booking.groupsession')),
                ('lesson_type', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='booking.lessontype')),
                ('student', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='waitlist_entries', to=settings.AUTH_USER_MODEL)),
                ('tutor', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'waitlist entries',
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['tutor', 'created_at'], name='waitlist_waiting')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'offered', 'taken', 'passed', 'left'])), name='waitlist_state'), models.CheckConstraint(condition=models.Q(('latest__gt', models.F('earliest'))), name='waitlist_entry_forward'), models.UniqueConstraint(condition=models.Q(('group', None), ('state__in', ('waiting', 'offered'))), fields=('student', 'lesson_type'), name='waitlist_entry_once'), models.UniqueConstraint(condition=models.Q(('state__in', ('waiting', 'offered'))), fields=('student', 'group'), name='waitlist_entry_group_once')],
            },
        ),
        migrations.CreateModel(
            name='WrittenEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(blank=True, max_length=400)),
                ('version', models.PositiveIntegerField(default=0)),
                ('is_gone', models.BooleanField(default=False)),
                ('taken_until', models.DateTimeField(null=True)),
                ('booking', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='written', to='booking.booking')),
                ('connection', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='written', to='booking.calendarconnection')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('connection', 'booking'), name='written_event_once')],
            },
        ),
        migrations.CreateModel(
            name='Meeting',
            fields=[
                ('booking', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='meeting', serialize=False, to='booking.booking')),
                ('platform', models.CharField(choices=[('room', "TutorMe's room"), ('zoom', 'Zoom'), ('meet', 'Google Meet'), ('teams', 'Microsoft Teams')], max_length=5)),
                ('state', models.CharField(choices=[('wanted', 'Wanted'), ('making', 'Making'), ('pending', 'Pending'), ('ready', 'Ready'), ('failed', 'Failed'), ('gone', 'Gone')], default='wanted', max_length=7)),
                ('reference', models.CharField(blank=True, max_length=400)),
                ('was_asked', models.BooleanField(default=False)),
                ('join_url', models.CharField(blank=True, max_length=2000)),
                ('version', models.PositiveIntegerField(default=0)),
                ('starts_at', models.DateTimeField(null=True)),
                ('ends_at', models.DateTimeField(null=True)),
                ('taken_until', models.DateTimeField(null=True)),
                ('problem', models.CharField(blank=True, max_length=300)),
                ('updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('connection', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='meetings', to='booking.calendarconnection')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state__in', ('wanted', 'making', 'pending'))), fields=['updated_at'], name='meeting_unsettled')],
                'constraints': [models.CheckConstraint(condition=models.Q(('platform__in', ['room', 'zoom', 'meet', 'teams'])), name='meeting_platform'), models.CheckConstraint(condition=models.Q(('state__in', ['wanted', 'making', 'pending', 'ready', 'failed', 'gone'])), name='meeting_state')],
            },
        ),
        migrations.CreateModel(
            name='BookingChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField()),
                ('state', models.CharField(max_length=21)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('was_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('actor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('booking', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='booking.booking')),
            ],
            options={
                'ordering': ('id',),
                'constraints': [models.UniqueConstraint(fields=('booking', 'version'), name='booking_change_once')],
            },
        ),
        migrations.CreateModel(
            name='ReviewReport',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.TextField(max_length=1000)),
                ('state', models.CharField(choices=[('open', 'Open'), ('kept', 'Kept'), ('hidden', 'Hidden')], default='open', max_length=8)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('decided_at', models.DateTimeField(null=True)),
                ('reporter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='booking.lessonreview')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['open', 'kept', 'hidden'])), name='review_report_state'), models.UniqueConstraint(fields=('review', 'reporter'), name='review_report_once')],
            },
        ),
        AppendOnly("booking_bookingchange"),
        AppendOnly("booking_presence"),
    ]
