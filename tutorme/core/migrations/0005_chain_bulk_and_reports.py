import django.db.models.deletion
import django.db.models.functions.datetime
import tutorme.core.ids
from django.conf import settings
from django.db import migrations, models

from tutorme.core.append_only import AppendOnly

# Whoever writes an entry, and however: the mark commits with it.
MARK = """
CREATE FUNCTION core_audit_waits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO core_auditunsealed (entry_id) VALUES (NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER audit_waits AFTER INSERT ON core_auditentry
  FOR EACH ROW EXECUTE FUNCTION core_audit_waits();
INSERT INTO core_auditunsealed (entry_id) SELECT id FROM core_auditentry;
"""
UNMARK = "DROP TRIGGER audit_waits ON core_auditentry; DROP FUNCTION core_audit_waits()"


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0004_invariant_checks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditUnsealed',
            fields=[
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='unsealed', serialize=False, to='core.auditentry')),
            ],
        ),
        migrations.CreateModel(
            name='AuditSeal',
            fields=[
                ('sequence', models.BigIntegerField(primary_key=True, serialize=False)),
                ('previous', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('sealed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='seal', to='core.auditentry')),
            ],
        ),
        migrations.CreateModel(
            name='BulkRow',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('target_id', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('done', 'Done'), ('refused', 'Refused')], default='waiting', max_length=7)),
                ('detail', models.CharField(blank=True, max_length=500)),
                ('job', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='bulk_rows', to='core.job')),
            ],
            options={
                'indexes': [models.Index(fields=['job', 'state', 'id'], name='bulk_row_left')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'done', 'refused'])), name='bulk_row_state'), models.UniqueConstraint(fields=('job', 'target_id'), name='bulk_row_once')],
            },
        ),
        migrations.CreateModel(
            name='ReportExport',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('report', models.CharField(max_length=20)),
                ('first_on', models.DateField()),
                ('last_on', models.DateField()),
                ('zone', models.CharField(max_length=64)),
                ('expires_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('file', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.storedfile')),
                ('job', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.job')),
                ('owner', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='report_exports', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['owner', '-created_at'], name='report_export_owner'), models.Index(condition=models.Q(('file', None), _negated=True), fields=['expires_at'], name='report_export_over')],
                'constraints': [models.CheckConstraint(condition=models.Q(('last_on__gte', models.F('first_on'))), name='report_export_period')],
            },
        ),
        AppendOnly('core_auditseal'),
        migrations.RunSQL(MARK, UNMARK),
    ]
