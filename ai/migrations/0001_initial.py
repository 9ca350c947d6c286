import django.db.models.deletion
import django.db.models.functions.datetime
import tutorme.core.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0004_invariant_checks'),
        ('courses', '0001_squashed_0047_handovers'),
    ]

    operations = [
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('course', 'Course'), ('exercise', 'Exercises'), ('quiz', 'Quiz')], max_length=8)),
                ('state', models.CharField(choices=[('queued', 'Waiting its turn'), ('generating', 'Being written'), ('outline_ready', 'The outline waits for you'), ('validating', 'Being checked'), ('draft_ready', 'Ready to be looked over'), ('in_review', 'You are looking it over'), ('published', 'Published'), ('rejected', 'Thrown away'), ('failed', 'Stopped by an error'), ('stopped', 'Stopped by you')], default='queued', max_length=13)),
                ('brief', models.JSONField()),
                ('key', models.CharField(max_length=255)),
                ('title', models.CharField(max_length=120)),
                ('outline', models.JSONField(null=True)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('places', models.JSONField(default=dict)),
                ('starts', models.PositiveSmallIntegerField(default=0)),
                ('error', models.CharField(blank=True, max_length=300)),
                ('counted_on', models.DateField(null=True)),
                ('estimate_micros', models.BigIntegerField(default=0)),
                ('ceiling_micros', models.BigIntegerField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('author', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='ai_drafts', to=settings.AUTH_USER_MODEL)),
                ('course', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='ai_drafts', to='courses.course')),
                ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.job')),
            ],
            options={
                'indexes': [models.Index(fields=['author', '-id'], name='ai_draft_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['course', 'exercise', 'quiz'])), name='ai_draft_kind'), models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'generating', 'outline_ready', 'validating', 'draft_ready', 'in_review', 'published', 'rejected', 'failed', 'stopped'])), name='ai_draft_state'), models.UniqueConstraint(fields=('author', 'key'), name='ai_draft_once'), models.CheckConstraint(condition=models.Q(('ceiling_micros__gt', 0), ('estimate_micros__gte', 0)), name='ai_draft_figures')],
            },
        ),
        migrations.CreateModel(
            name='Ladder',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('task', models.CharField(max_length=500)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('learner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='ladders', to=settings.AUTH_USER_MODEL)),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ladders', to='courses.lesson')),
            ],
            options={
                'indexes': [models.Index(fields=['learner', 'lesson', '-id'], name='ai_ladder_newest')],
            },
        ),
        migrations.CreateModel(
            name='Match',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('wishes', models.JSONField()),
                ('results', models.JSONField()),
                ('worded', models.JSONField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.job')),
                ('student', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='matches', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['student', '-id'], name='ai_match_newest')],
            },
        ),
        migrations.CreateModel(
            name='Usage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('on', models.DateField()),
                ('kind', models.CharField(max_length=8)),
                ('used', models.PositiveIntegerField(default=0)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='ai_usage', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'on', 'kind'), name='ai_usage_once')],
            },
        ),
        migrations.CreateModel(
            name='Material',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=40)),
                ('title', models.CharField(max_length=120)),
                ('text', models.TextField(max_length=20000)),
                ('draft', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='materials', to='ai.draft')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('draft', 'key'), name='ai_material_once')],
            },
        ),
        migrations.CreateModel(
            name='Node',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=40)),
                ('kind', models.CharField(choices=[('outline', 'Outline'), ('lesson', 'Lesson'), ('project', 'Project'), ('set', 'Set')], max_length=7)),
                ('position', models.PositiveSmallIntegerField()),
                ('title', models.CharField(max_length=120)),
                ('form', models.CharField(blank=True, max_length=10)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('written', 'Being checked'), ('ready', 'Ready'), ('needs_human', 'Needs you'), ('failed', 'Not written'), ('accepted', 'Accepted')], default='waiting', max_length=11)),
                ('content', models.JSONField(null=True)),
                ('previous', models.JSONField(null=True)),
                ('findings', models.JSONField(default=list)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('model', models.CharField(blank=True, max_length=120)),
                ('prompt', models.CharField(blank=True, max_length=40)),
                ('tokens', models.PositiveIntegerField(default=0)),
                ('cost_micros', models.BigIntegerField(default=0)),
                ('ai_generated', models.BooleanField(default=True)),
                ('approved_at', models.DateTimeField(null=True)),
                ('lesson_id', models.UUIDField(null=True)),
                ('approved_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('draft', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='nodes', to='ai.draft')),
                ('edited_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ('position',),
                'indexes': [models.Index(fields=['lesson_id'], name='ai_node_lesson')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['outline', 'lesson', 'project', 'set'])), name='ai_node_kind'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'written', 'ready', 'needs_human', 'failed', 'accepted'])), name='ai_node_state'), models.UniqueConstraint(fields=('draft', 'key'), name='ai_node_key'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'accepted'), _negated=True), models.Q(('approved_at__isnull', False), ('lesson_id__isnull', False)), _connector='OR'), name='ai_node_accepted')],
            },
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('node', models.CharField(blank=True, max_length=40)),
                ('purpose', models.CharField(choices=[('outline', 'Outline'), ('lesson', 'Lesson'), ('project', 'Project'), ('exercise', 'Exercises'), ('quiz', 'Quiz'), ('check', 'Second look'), ('hint', 'Hint'), ('match', 'Match')], max_length=8)),
                ('state', models.CharField(choices=[('started', 'No answer yet'), ('answered', 'Answered'), ('unusable', 'Not of the shape asked for'), ('refused', 'Refused by the provider'), ('unavailable', 'Provider did not answer')], default='started', max_length=11)),
                ('prompt', models.CharField(max_length=40)),
                ('model_asked', models.CharField(max_length=120)),
                ('model', models.CharField(blank=True, max_length=120)),
                ('generation', models.CharField(blank=True, max_length=120)),
                ('prompt_tokens', models.PositiveIntegerField(default=0)),
                ('completion_tokens', models.PositiveIntegerField(default=0)),
                ('cost_micros', models.BigIntegerField(default=0)),
                ('ms', models.PositiveIntegerField(default=0)),
                ('error', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('draft', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='runs', to='ai.draft')),
                ('user', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='ai_runs', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', '-id'], name='ai_run_of_user'), models.Index(fields=['-created_at'], name='ai_run_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('purpose__in', ['outline', 'lesson', 'project', 'exercise', 'quiz', 'check', 'hint', 'match'])), name='ai_run_purpose'), models.CheckConstraint(condition=models.Q(('state__in', ['started', 'answered', 'unusable', 'refused', 'unavailable'])), name='ai_run_state'), models.CheckConstraint(condition=models.Q(('cost_micros__gte', 0)), name='ai_run_cost')],
            },
        ),
        migrations.CreateModel(
            name='Rung',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('state', models.CharField(choices=[('asked', 'Being written'), ('given', 'Given'), ('refused', 'Could not be given')], default='asked', max_length=7)),
                ('text', models.TextField(blank=True, max_length=4000)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.job')),
                ('ladder', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rungs', to='ai.ladder')),
            ],
            options={
                'ordering': ('number',),
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['asked', 'given', 'refused'])), name='ai_rung_state'), models.UniqueConstraint(fields=('ladder', 'number'), name='ai_rung_once'), models.CheckConstraint(condition=models.Q(('number__gte', 1), ('number__lte', 4)), name='ai_rung_number')],
            },
        ),
    ]
