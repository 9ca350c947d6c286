import django.db.models.deletion
import django.db.models.functions.datetime
import tutorme.core.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0024_tutor_papers'),
        ('core', '0004_invariant_checks'),
    ]

    operations = [
        migrations.CreateModel(
            name='Channel',
            fields=[
                ('name', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('last_seq', models.BigIntegerField(default=0)),
                ('purged_seq', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Conversation',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('pair', models.CharField(max_length=73, unique=True)),
                ('state', models.CharField(choices=[('open', 'Open'), ('requested', 'Requested'), ('declined', 'Declined')], default='open', max_length=9)),
                ('last_seq', models.PositiveIntegerField(default=0)),
                ('last_message_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'indexes': [models.Index(fields=['-last_message_at'], name='conversation_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['open', 'requested', 'declined'])), name='conversation_state')],
            },
        ),
        migrations.CreateModel(
            name='DigestLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('facts', models.JSONField(default=dict)),
                ('url', models.CharField(blank=True, max_length=300)),
                ('dedupe_key', models.CharField(max_length=200, unique=True)),
                ('taken_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', 'taken_at'], name='digest_line_of_user')],
            },
        ),
        migrations.CreateModel(
            name='MailDelivery',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=40)),
                ('facts', models.JSONField(default=dict)),
                ('url', models.CharField(blank=True, max_length=300)),
                ('dedupe_key', models.CharField(max_length=200, unique=True)),
                ('to_address', models.EmailField(max_length=254)),
                ('to_name', models.CharField(max_length=80)),
                ('locale', models.CharField(max_length=12)),
                ('state', models.CharField(choices=[('held', 'Held'), ('queued', 'Queued'), ('sending', 'Sending'), ('sent', 'Sent'), ('failed', 'Failed'), ('unknown', 'Unknown'), ('suppressed', 'Suppressed')], default='queued', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('resends', models.PositiveSmallIntegerField(default=0)),
                ('message_id', models.CharField(max_length=200, unique=True)),
                ('last_error', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('sending_at', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('held_until', models.DateTimeField(null=True)),
                ('sent_by', models.CharField(blank=True, max_length=10)),
                ('delivered_at', models.DateTimeField(null=True)),
                ('bounced_at', models.DateTimeField(null=True)),
                ('complained_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='mail_deliveries', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'mail deliveries',
                'indexes': [models.Index(fields=['state', '-created_at'], name='mail_state_newest'), models.Index(condition=models.Q(('state', 'held')), fields=['held_until'], name='mail_held')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['held', 'queued', 'sending', 'sent', 'failed', 'unknown', 'suppressed'])), name='mail_state'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'sent'), _negated=True), ('sent_at__isnull', False), _connector='OR'), name='mail_sent_has_time')],
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('seq', models.BigIntegerField()),
                ('kind', models.CharField(max_length=40)),
                ('facts', models.JSONField(default=dict)),
                ('url', models.CharField(blank=True, max_length=300)),
                ('dedupe_key', models.CharField(max_length=200, unique=True)),
                ('read_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('read_at', None)), fields=['user'], name='notification_unread')],
                'constraints': [models.UniqueConstraint(fields=('user', 'seq'), name='notification_seq_once'), models.CheckConstraint(condition=models.Q(('seq__gt', 0)), name='notification_seq_positive')],
            },
        ),
        migrations.CreateModel(
            name='NotificationPreference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=40)),
                ('in_page', models.BooleanField(default=True)),
                ('by_mail', models.BooleanField(default=True)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'kind'), name='notification_preference_once')],
            },
        ),
        migrations.CreateModel(
            name='NotificationSettings',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('digest', models.CharField(choices=[('off', 'Off'), ('daily', 'Daily'), ('weekly', 'Weekly')], default='off', max_length=6)),
                ('quiet_from', models.TimeField(null=True)),
                ('quiet_until', models.TimeField(null=True)),
                ('digest_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name_plural': 'notification settings',
                'indexes': [models.Index(fields=['digest_at'], name='notification_digest_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('digest__in', ['off', 'daily', 'weekly'])), name='notification_digest'), models.CheckConstraint(condition=models.Q(models.Q(('quiet_from', None), ('quiet_until', None)), models.Q(('quiet_from__isnull', False), ('quiet_until__isnull', False)), _connector='OR'), name='notification_quiet_whole')],
            },
        ),
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.CharField(max_length=80)),
                ('since_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('lease_until', models.DateTimeField()),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['lease_until'], name='presence_ending'), models.Index(fields=['user'], name='presence_of_user')],
                'constraints': [models.UniqueConstraint(fields=('channel', 'user'), name='presence_once')],
            },
        ),
        migrations.CreateModel(
            name='Suppression',
            fields=[
                ('address', models.EmailField(max_length=254, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('bounce', 'Bounce'), ('complaint', 'Complaint'), ('operator', 'Operator')], max_length=9)),
                ('detail', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('reason__in', ['bounce', 'complaint', 'operator'])), name='suppression_reason')],
            },
        ),
        migrations.CreateModel(
            name='Block',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('blocked', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('blocker', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('blocker', 'blocked'), name='block_once'), models.CheckConstraint(condition=models.Q(('blocker', models.F('blocked')), _negated=True), name='block_not_oneself')],
            },
        ),
        migrations.CreateModel(
            name='ChannelEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.BigIntegerField()),
                ('event', models.CharField(max_length=40)),
                ('payload', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('channel', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='events', to='realtime.channel')),
                ('speaker', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['created_at'], name='channel_event_age')],
                'constraints': [models.UniqueConstraint(fields=('channel', 'seq'), name='channel_event_once'), models.CheckConstraint(condition=models.Q(('seq__gt', 0)), name='channel_event_positive')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('seq', models.PositiveIntegerField()),
                ('body', models.CharField(blank=True, max_length=5000)),
                ('removed_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('author', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('conversation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='realtime.conversation')),
            ],
            options={
                'indexes': [models.Index(fields=['author'], name='message_of_author')],
                'constraints': [models.UniqueConstraint(fields=('conversation', 'seq'), name='message_seq_once')],
            },
        ),
        migrations.CreateModel(
            name='Participant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('read_seq', models.PositiveIntegerField(default=0)),
                ('told_seq', models.PositiveIntegerField(default=0)),
                ('conversation', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='participants', to='realtime.conversation')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conversations', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('conversation', 'user'), name='participant_once')],
            },
        ),
        migrations.CreateModel(
            name='PushOwed',
            fields=[
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='push_owed', serialize=False, to='realtime.channelevent')),
            ],
        ),
        migrations.CreateModel(
            name='MessageFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storedfile')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='realtime.message')),
            ],
        ),
        migrations.CreateModel(
            name='MessageReport',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('state', models.CharField(choices=[('open', 'Open'), ('upheld', 'Upheld'), ('dismissed', 'Dismissed')], default='open', max_length=9)),
                ('decided_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('decided_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('message', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='realtime.message')),
                ('reporter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['state', 'created_at'], name='message_report_waiting')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['open', 'upheld', 'dismissed'])), name='message_report_state'), models.UniqueConstraint(fields=('message', 'reporter'), name='message_report_once')],
            },
        ),
    ]
