import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import tutorme.core.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('booking', '0001_squashed_0201_meetings_leases'),
    ]

    operations = [
        migrations.CreateModel(
            name='Room',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=120)),
                ('source', models.CharField(max_length=80, null=True, unique=True)),
                ('state', models.CharField(choices=[('open', 'Open'), ('ended', 'Ended')], default='open', max_length=5)),
                ('provider', models.CharField(choices=[('builtin', "TutorMe's room"), ('twilio', 'Twilio')], default='builtin', max_length=7)),
                ('epoch', models.PositiveIntegerField(default=1)),
                ('provider_room', models.CharField(blank=True, max_length=64)),
                ('capacity', models.PositiveSmallIntegerField(default=4)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('opens_at', models.DateTimeField()),
                ('closes_at', models.DateTimeField()),
                ('last_seq', models.BigIntegerField(default=0)),
                ('notes', models.TextField(blank=True, max_length=20000)),
                ('notes_version', models.PositiveIntegerField(default=0)),
                ('taping', models.CharField(choices=[('off', 'Off'), ('asked', 'Asked'), ('on', 'On')], default='off', max_length=5)),
                ('started_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('host', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rooms_hosted', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'open')), fields=['closes_at'], name='room_closing')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['open', 'ended'])), name='room_state'), models.CheckConstraint(condition=models.Q(('provider__in', ['builtin', 'twilio'])), name='room_provider'), models.CheckConstraint(condition=models.Q(('taping__in', ['off', 'asked', 'on'])), name='room_taping'), models.CheckConstraint(condition=models.Q(('closes_at__gte', models.F('ends_at')), ('ends_at__gt', models.F('starts_at')), ('opens_at__lte', models.F('starts_at'))), name='room_hours'), models.CheckConstraint(condition=models.Q(('state', 'open'), ('ended_at__isnull', False), _connector='XOR'), name='room_ended_at'), models.CheckConstraint(condition=models.Q(('capacity__gte', 2), ('capacity__lte', 50)), name='room_capacity')],
            },
        ),
        migrations.CreateModel(
            name='ChatLine',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text', models.CharField(max_length=2000)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('room', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='chat', to='video.room')),
            ],
            options={
                'ordering': ('id',),
                'indexes': [models.Index(fields=['room', 'id'], name='chat_of_room')],
            },
        ),
        migrations.CreateModel(
            name='CallRating',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('stars', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)])),
                ('trouble', models.CharField(blank=True, choices=[('', '-'), ('picture', 'Picture'), ('sound', 'Sound'), ('connection', 'Connection'), ('other', 'Other')], max_length=10)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('room', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='ratings', to='video.room')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('room', 'user'), name='call_rating_once'), models.CheckConstraint(condition=models.Q(('stars__gte', 1), ('stars__lte', 5)), name='call_rating_stars'), models.CheckConstraint(condition=models.Q(('trouble__in', ['', 'picture', 'sound', 'connection', 'other'])), name='call_rating_trouble')],
            },
        ),
        migrations.CreateModel(
            name='RoomMember',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(choices=[('host', 'Host'), ('guest', 'Guest')], max_length=5)),
                ('consented_at', models.DateTimeField(null=True)),
                ('removed_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('booking', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='room_members', to='booking.booking')),
                ('room', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='members', to='video.room')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['host', 'guest'])), name='room_member_role'), models.UniqueConstraint(fields=('room', 'user'), name='room_member_once')],
            },
        ),
        migrations.CreateModel(
            name='Signal',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('seq', models.BigIntegerField()),
                ('kind', models.CharField(choices=[('description', 'Description'), ('candidates', 'Candidates'), ('media', 'Media'), ('hand', 'Hand'), ('caption', 'Caption'), ('chat', 'Chat'), ('notes', 'Notes'), ('joined', 'Joined'), ('left', 'Left'), ('provider', 'Provider'), ('taping', 'Taping'), ('closed', 'Closed')], max_length=11)),
                ('sender', models.UUIDField(null=True)),
                ('recipient', models.UUIDField(null=True)),
                ('payload', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('room', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='signals', to='video.room')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['description', 'candidates', 'media', 'hand', 'caption', 'chat', 'notes', 'joined', 'left', 'provider', 'taping', 'closed'])), name='signal_kind'), models.UniqueConstraint(fields=('room', 'seq'), name='signal_once')],
            },
        ),
        migrations.CreateModel(
            name='Recording',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('sid', models.CharField(max_length=40, unique=True)),
                ('media', models.CharField(max_length=8)),
                ('state', models.CharField(choices=[('started', 'Started'), ('completed', 'Completed'), ('failed', 'Failed'), ('deleted', 'Deleted')], default='started', max_length=9)),
                ('seconds', models.PositiveIntegerField(null=True)),
                ('size_bytes', models.BigIntegerField(null=True)),
                ('started_at', models.DateTimeField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('room', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='recordings', to='video.room')),
                ('member', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='recordings', to='video.roommember')),
            ],
            options={
                'ordering': ('-started_at', 'id'),
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['started', 'completed', 'failed', 'deleted'])), name='recording_state')],
            },
        ),
        migrations.CreateModel(
            name='Presence',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('session', models.UUIDField(unique=True)),
                ('seat', models.PositiveSmallIntegerField()),
                ('joined_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('left_at', models.DateTimeField(null=True)),
                ('ending', models.CharField(blank=True, choices=[('', '-'), ('left', 'Left'), ('lapsed', 'Lapsed'), ('replaced', 'Replaced'), ('removed', 'Removed'), ('closed', 'Closed')], max_length=8)),
                ('room', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='presences', to='video.room')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='presences', to='video.roommember')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('left_at', None)), fields=['seen_at'], name='presence_lapsing'), models.Index(fields=['room', 'joined_at'], name='presence_of_room')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ending__in', ['', 'left', 'lapsed', 'replaced', 'removed', 'closed'])), name='presence_ending'), models.UniqueConstraint(condition=models.Q(('left_at', None)), fields=('room', 'seat'), name='presence_seat_once'), models.UniqueConstraint(condition=models.Q(('left_at', None)), fields=('member',), name='presence_member_once'), models.CheckConstraint(condition=models.Q(('seat__gte', 1), ('seat__lte', 50), ('seen_at__gte', models.F('joined_at'))), name='presence_times')],
            },
        ),
        migrations.CreateModel(
            name='CallEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64, unique=True)),
                ('kind', models.CharField(max_length=40)),
                ('at', models.DateTimeField()),
                ('seconds', models.PositiveIntegerField(null=True)),
                ('facts', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('room', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='call_events', to='video.room')),
                ('member', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='call_events', to='video.roommember')),
            ],
            options={
                'indexes': [models.Index(fields=['room', 'at'], name='call_event_of_room')],
            },
        ),
    ]
