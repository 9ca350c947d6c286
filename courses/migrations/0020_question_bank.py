
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import tutorme.core.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0042_points_append_only'),
        ('payments', '0003_next_check'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('text', models.CharField(max_length=1000)),
                ('state', models.CharField(choices=[('open', 'Open'), ('accepted', 'Accepted'), ('rejected', 'Rejected')], default='open', max_length=8)),
                ('reply', models.CharField(blank=True, max_length=1000)),
                ('decided_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
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
            ],
        ),
        migrations.CreateModel(
            name='KeyCorrection',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('old', models.JSONField()),
                ('new', models.JSONField()),
                ('reason', models.CharField(max_length=500)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
        ),
        migrations.CreateModel(
            name='QuizSlot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('draw', models.PositiveSmallIntegerField(default=1)),
                ('tag', models.CharField(blank=True, max_length=40)),
            ],
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
            ],
        ),
        migrations.CreateModel(
            name='SlotQuestion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='attempt',
            name='attempt_state',
        ),
        migrations.RemoveConstraint(
            model_name='attempt',
            name='attempt_score',
        ),
        migrations.RemoveConstraint(
            model_name='question',
            name='question_kind',
        ),
        migrations.RemoveConstraint(
            model_name='question',
            name='question_current',
        ),
        migrations.RemoveConstraint(
            model_name='quiz',
            name='quiz_review',
        ),
        migrations.AddField(
            model_name='attempt',
            name='seed',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='attemptanswer',
            name='comment',
            field=models.TextField(blank=True, max_length=5000),
        ),
        migrations.AddField(
            model_name='attemptanswer',
            name='sequence',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='enrollment',
            name='time_factor',
            field=models.DecimalField(decimal_places=2, default=1, max_digits=3),
        ),
        migrations.AddField(
            model_name='question',
            name='choices',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='question',
            name='corrected',
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='question',
            name='keep_order',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='question',
            name='number',
            field=models.PositiveIntegerField(default=1),
        ),
        migrations.AddField(
            model_name='quiz',
            name='cooldown_hours',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='quiz',
            name='record',
            field=models.CharField(choices=[('highest', 'Highest'), ('last', 'Last'), ('first', 'First'), ('average', 'Average')], default='highest', max_length=8),
        ),
        migrations.AddField(
            model_name='quiz',
            name='review_from',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='quiz',
            name='shuffle_options',
            field=models.BooleanField(default=True),
        ),
        migrations.AddField(
            model_name='quiz',
            name='shuffle_questions',
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name='attempt',
            name='state',
            field=models.CharField(choices=[('open', 'Open'), ('pending_review', 'Pending Review'), ('graded', 'Graded')], default='open', max_length=14),
        ),
        migrations.AlterField(
            model_name='question',
            name='kind',
            field=models.CharField(choices=[('single', 'Single'), ('multiple', 'Multiple'), ('true_false', 'True False'), ('number', 'Number'), ('text', 'Text'), ('order', 'Order'), ('match', 'Match'), ('open', 'Open')], max_length=12),
        ),
        migrations.AlterField(
            model_name='quiz',
            name='review',
            field=models.CharField(choices=[('never', 'Never'), ('after_submit', 'After Submit'), ('after_pass', 'After Pass'), ('after_last_attempt', 'After Last Attempt'), ('after_date', 'After Date')], default='after_submit', max_length=20),
        ),
        migrations.AddIndex(
            model_name='attempt',
            index=models.Index(condition=models.Q(('state', 'pending_review')), fields=['submitted_at'], name='attempt_to_review'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'pending_review', 'graded'])), name='attempt_state'),
        ),
        migrations.AddConstraint(
            model_name='attempt',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('passed', None), ('score', None), ('state__in', ['open', 'pending_review'])), models.Q(('passed__isnull', False), ('score__isnull', False), ('state', 'graded')), _connector='OR'), name='attempt_score'),
        ),
        migrations.AddConstraint(
            model_name='enrollment',
            constraint=models.CheckConstraint(condition=models.Q(('time_factor__gte', 1), ('time_factor__lte', 5)), name='enrollment_time_factor'),
        ),
        migrations.AddConstraint(
            model_name='quiz',
            constraint=models.CheckConstraint(condition=models.Q(('review__in', ['never', 'after_submit', 'after_pass', 'after_last_attempt', 'after_date'])), name='quiz_review'),
        ),
        migrations.AddConstraint(
            model_name='quiz',
            constraint=models.CheckConstraint(condition=models.Q(('record__in', ['highest', 'last', 'first', 'average'])), name='quiz_record'),
        ),
        migrations.AddConstraint(
            model_name='quiz',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('review', 'after_date'), _negated=True), ('review_from__isnull', False), _connector='OR'), name='quiz_review_from'),
        ),
        migrations.AddField(
            model_name='appeal',
            name='answer',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='appeal', to='courses.attemptanswer'),
        ),
        migrations.AddField(
            model_name='appeal',
            name='decided_by',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bankitem',
            name='course',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='bank', to='courses.course'),
        ),
        migrations.AddField(
            model_name='question',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='courses.bankitem', null=True),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['single', 'multiple', 'true_false', 'number', 'text', 'order', 'match', 'open'])), name='question_kind'),
        ),
        migrations.AddField(
            model_name='keycorrection',
            name='made_by',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='keycorrection',
            name='question',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='courses.question'),
        ),
        migrations.AddField(
            model_name='quizslot',
            name='quiz',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='slots', to='courses.quiz'),
        ),
        migrations.AddField(
            model_name='regrade',
            name='attempt',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='regrades', to='courses.attempt'),
        ),
        migrations.AddField(
            model_name='regrade',
            name='correction',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='regrades', to='courses.keycorrection'),
        ),
        migrations.AddField(
            model_name='slotquestion',
            name='question',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='courses.question'),
        ),
        migrations.AddField(
            model_name='slotquestion',
            name='slot',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='pool', to='courses.quizslot'),
        ),
        migrations.AddField(
            model_name='quizslot',
            name='questions',
            field=models.ManyToManyField(related_name='slots', through='courses.SlotQuestion', to='courses.question'),
        ),
        migrations.AddIndex(
            model_name='appeal',
            index=models.Index(condition=models.Q(('state', 'open')), fields=['created_at'], name='appeal_open'),
        ),
        migrations.AddConstraint(
            model_name='appeal',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['open', 'accepted', 'rejected'])), name='appeal_state'),
        ),
        migrations.AddConstraint(
            model_name='appeal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('state', 'open')), models.Q(('decided_at__isnull', False), ('state__in', ['accepted', 'rejected'])), _connector='OR'), name='appeal_decided'),
        ),
        migrations.AddIndex(
            model_name='bankitem',
            index=django.contrib.postgres.indexes.GinIndex(fields=['tags'], name='bank_item_tags'),
        ),
        migrations.AddConstraint(
            model_name='bankitem',
            constraint=models.UniqueConstraint(fields=('course', 'home', 'key'), name='bank_item_key'),
        ),
        migrations.AddConstraint(
            model_name='regrade',
            constraint=models.UniqueConstraint(fields=('correction', 'attempt'), name='regrade_once'),
        ),
        migrations.AddConstraint(
            model_name='regrade',
            constraint=models.CheckConstraint(condition=models.Q(('new_score__gt', models.F('old_score'))), name='regrade_upwards'),
        ),
        migrations.AddConstraint(
            model_name='regrade',
            constraint=models.CheckConstraint(condition=models.Q(('old_passed', False), ('new_passed', True), _connector='OR'), name='regrade_keeps_the_pass'),
        ),
        migrations.AddConstraint(
            model_name='slotquestion',
            constraint=models.UniqueConstraint(fields=('slot', 'question'), name='slot_question_once'),
        ),
        migrations.AddConstraint(
            model_name='quizslot',
            constraint=models.UniqueConstraint(fields=('quiz', 'position'), name='quiz_slot_position'),
        ),
        migrations.AddConstraint(
            model_name='quizslot',
            constraint=models.CheckConstraint(condition=models.Q(('draw__gte', 1)), name='quiz_slot_draw'),
        ),    ]
