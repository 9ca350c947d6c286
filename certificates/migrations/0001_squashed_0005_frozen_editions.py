import django.db.models.deletion
import django.db.models.functions.datetime
import tutorme.core.ids
from django.conf import settings
from django.db import migrations, models

# The highest rung for "frozen": what an issued certificate says cannot be changed by anybody who
# merely has the application's rights to the table.
FREEZE_FACTS = """
CREATE FUNCTION certificates_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Who is being forgotten may be taken off what is certified: their name and
  -- address, and nothing else.
  IF current_setting('tutorme.erasing', true) = 'on'
     AND NEW.facts - 'recipient' - 'email' = OLD.facts - 'recipient' - 'email'
     AND NEW.facts ? 'recipient' THEN
    OLD.facts := NEW.facts;
  END IF;
  IF (NEW.id, NEW.enrollment_id, NEW.learner_id, NEW.organization_id, NEW.course_version,
      NEW.edition, NEW.supersedes_id, NEW.status_number, NEW.serial, NEW.code)
     IS DISTINCT FROM
     (OLD.id, OLD.enrollment_id, OLD.learner_id, OLD.organization_id, OLD.course_version,
      OLD.edition, OLD.supersedes_id, OLD.status_number, OLD.serial, OLD.code)
     OR OLD.user_id IS NOT NULL AND NEW.user_id IS DISTINCT FROM OLD.user_id
     OR OLD.state <> 'pending' AND
     (NEW.facts, NEW.template_id, NEW.public_base_url, NEW.issued_at)
     IS DISTINCT FROM (OLD.facts, OLD.template_id, OLD.public_base_url, OLD.issued_at)
     OR OLD.state IN ('revoked', 'superseded') AND NEW.state <> OLD.state
     OR OLD.state = 'issued' AND NEW.state = 'pending' THEN
    RAISE EXCEPTION 'certificate % is frozen', OLD.serial USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER frozen BEFORE UPDATE ON certificates_certificate
  FOR EACH ROW EXECUTE FUNCTION certificates_refuse_rewriting();
"""
THAW_FACTS = """
DROP TRIGGER frozen ON certificates_certificate;
DROP FUNCTION certificates_refuse_rewriting();
"""
FREEZE_SOURCE = """
CREATE FUNCTION certificates_refuse_editing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.name, NEW.version, NEW.html, NEW.css, NEW.source_sha256)
     IS DISTINCT FROM (OLD.name, OLD.version, OLD.html, OLD.css, OLD.source_sha256) THEN
    RAISE EXCEPTION 'a template version is never edited' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER frozen BEFORE UPDATE ON certificates_certificatetemplate
  FOR EACH ROW EXECUTE FUNCTION certificates_refuse_editing();
"""
THAW_SOURCE = """
DROP TRIGGER frozen ON certificates_certificatetemplate;
DROP FUNCTION certificates_refuse_editing();
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0004_invariant_checks'),
        ('courses', '0001_squashed_0047_handovers'),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE certificates_serial", "DROP SEQUENCE certificates_serial"
        ),
        migrations.RunSQL("CREATE SEQUENCE certificates_status", "DROP SEQUENCE certificates_status"),
        migrations.CreateModel(
            name='CertificateTemplate',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.SlugField(max_length=60)),
                ('version', models.PositiveIntegerField()),
                ('html', models.TextField(max_length=100000)),
                ('css', models.TextField(max_length=100000)),
                ('source_sha256', models.CharField(max_length=64)),
                ('is_default', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('created_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('name', 'version'), name='certificate_template_version'), models.UniqueConstraint(condition=models.Q(('is_default', True)), fields=('is_default',), name='certificate_template_one_default')],
            },
        ),
        migrations.CreateModel(
            name='Organization',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('website', models.CharField(max_length=253, unique=True)),
                ('contact_name', models.CharField(max_length=80)),
                ('contact_email', models.EmailField(max_length=254)),
                ('locale', models.CharField(default='en', max_length=12)),
                ('delivery', models.CharField(choices=[('attachment', 'Attachment'), ('link', 'Link')], default='attachment', max_length=10)),
                ('tells_learners', models.BooleanField(default=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('archived_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('delivery__in', ['attachment', 'link'])), name='organization_delivery')],
            },
        ),
        migrations.CreateModel(
            name='ExternalCourse',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('external_id', models.CharField(max_length=120, unique=True)),
                ('name', models.CharField(max_length=160)),
                ('instructor', models.CharField(blank=True, max_length=80)),
                ('total_minutes', models.PositiveIntegerField(default=0)),
                ('version', models.PositiveIntegerField(default=1)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('archived_at', models.DateTimeField(editable=False, null=True)),
                ('created_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('template', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='external_courses', to='certificates.certificatetemplate')),
            ],
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('email', models.EmailField(max_length=254)),
                ('role', models.CharField(choices=[('owner', 'Owner'), ('desk', 'Desk')], default='desk', max_length=5)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('joined_at', models.DateTimeField(null=True)),
                ('invited_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='desks', to=settings.AUTH_USER_MODEL)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='certificates.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['email'], name='organization_member_email')],
                'constraints': [models.CheckConstraint(condition=models.Q(('role__in', ['owner', 'desk'])), name='organization_member_role'), models.UniqueConstraint(fields=('organization', 'email'), name='organization_member_address'), models.UniqueConstraint(condition=models.Q(('user__isnull', False)), fields=('organization', 'user'), name='organization_member_once'), models.CheckConstraint(condition=models.Q(('user__isnull', True), ('joined_at__isnull', False), _connector='OR'), name='organization_member_joined')],
            },
        ),
        migrations.CreateModel(
            name='Learner',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('email', models.EmailField(max_length=254)),
                ('state', models.CharField(choices=[('imported', 'Imported'), ('enrolled', 'Enrolled'), ('failed', 'Failed'), ('completed', 'Completed'), ('withdrawn', 'Withdrawn')], default='imported', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('last_error', models.CharField(blank=True, max_length=300)),
                ('enrolled_at', models.DateTimeField(null=True)),
                ('completed_at', models.DateTimeField(null=True)),
                ('completed_version', models.PositiveIntegerField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='learners', to='certificates.externalcourse')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='learners', to='certificates.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', '-created_at'], name='learner_of_organization'), models.Index(fields=['course', 'state'], name='learner_of_course'), models.Index(fields=['email'], name='learner_email')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['imported', 'enrolled', 'failed', 'completed', 'withdrawn'])), name='learner_state'), models.UniqueConstraint(condition=models.Q(('state', 'withdrawn'), _negated=True), fields=('course', 'email'), name='learner_once'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'completed'), _negated=True), models.Q(('completed_at__isnull', False), ('completed_version__isnull', False)), _connector='OR'), name='learner_completed_has_time')],
            },
        ),
        migrations.CreateModel(
            name='LearnerImport',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('checking', 'Checking'), ('refused', 'Refused'), ('checked', 'Checked'), ('discarded', 'Discarded'), ('committing', 'Committing'), ('committed', 'Committed'), ('undoing', 'Undoing'), ('undone', 'Undone')], default='checking', max_length=10)),
                ('sha256', models.CharField(max_length=64)),
                ('storage_key', models.CharField(max_length=120)),
                ('encoding', models.CharField(blank=True, max_length=20)),
                ('delimiter', models.CharField(blank=True, max_length=1)),
                ('rows', models.PositiveIntegerField(default=0)),
                ('good_rows', models.PositiveIntegerField(default=0)),
                ('known_rows', models.PositiveIntegerField(default=0)),
                ('bad_rows', models.PositiveIntegerField(default=0)),
                ('problem', models.JSONField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('committed_at', models.DateTimeField(null=True)),
                ('undone_at', models.DateTimeField(null=True)),
                ('course', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='certificates.externalcourse')),
                ('created_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('job', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.job')),
                ('organization', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='imports', to='certificates.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', '-created_at'], name='learner_import_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['checking', 'refused', 'checked', 'discarded', 'committing', 'committed', 'undoing', 'undone'])), name='learner_import_state'), models.UniqueConstraint(models.F('course'), models.F('sha256'), models.F('organization'), condition=models.Q(('state__in', ['checking', 'checked', 'committing', 'committed'])), name='learner_import_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('course_version', models.PositiveIntegerField(default=1)),
                ('edition', models.PositiveSmallIntegerField(default=1)),
                ('serial', models.CharField(max_length=20, unique=True)),
                ('code', models.CharField(max_length=23, unique=True)),
                ('status_number', models.BigIntegerField(db_default=models.Func(models.Value('certificates_status'), function='nextval'), editable=False, unique=True)),
                ('public_base_url', models.CharField(max_length=200)),
                ('facts', models.JSONField()),
                ('state', models.CharField(choices=[('pending', 'Pending'), ('issued', 'Issued'), ('revoked', 'Revoked'), ('superseded', 'Superseded')], default='pending', max_length=10)),
                ('pdf_sha256', models.CharField(blank=True, max_length=64)),
                ('pdf_size', models.PositiveIntegerField(null=True)),
                ('storage_key', models.CharField(blank=True, max_length=120)),
                ('printed_sha256', models.CharField(blank=True, max_length=64)),
                ('engine', models.CharField(blank=True, max_length=80)),
                ('sealed_by', models.CharField(blank=True, max_length=40)),
                ('issued_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('revoked_reason', models.CharField(blank=True, max_length=300)),
                ('held_at', models.DateTimeField(null=True)),
                ('held_reason', models.CharField(blank=True, max_length=300)),
                ('name_is_due', models.BooleanField(default=False)),
                ('file_removed_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('enrollment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='courses.enrollment')),
                ('job', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='core.job')),
                ('revoked_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('supersedes', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='successor', to='certificates.certificate')),
                ('user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to=settings.AUTH_USER_MODEL)),
                ('template', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='certificates.certificatetemplate')),
                ('learner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='certificates.learner')),
                ('organization', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='certificates', to='certificates.organization')),
            ],
            options={
                'indexes': [models.Index(fields=['user', '-created_at'], name='certificate_owner_newest'), models.Index(fields=['organization', '-created_at'], name='certificate_desk_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['pending', 'issued', 'revoked', 'superseded'])), name='certificate_state'), models.CheckConstraint(condition=models.Q(models.Q(('enrollment__isnull', False), ('learner__isnull', True)), models.Q(('enrollment__isnull', True), ('learner__isnull', False), ('organization__isnull', False)), _connector='OR'), name='certificate_of_one_completion'), models.CheckConstraint(condition=models.Q(('enrollment__isnull', True), ('user__isnull', False), _connector='OR'), name='certificate_of_ours_has_owner'), models.UniqueConstraint(fields=('enrollment', 'course_version', 'edition'), name='certificate_edition_of_enrollment'), models.UniqueConstraint(fields=('learner', 'course_version', 'edition'), name='certificate_edition_of_learner'), models.UniqueConstraint(condition=models.Q(('state', 'issued')), fields=('enrollment', 'course_version'), name='certificate_one_of_enrollment'), models.UniqueConstraint(condition=models.Q(('state', 'issued')), fields=('learner', 'course_version'), name='certificate_one_of_learner'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['issued', 'revoked', 'superseded']), _negated=True), models.Q(('issued_at__isnull', False), ('pdf_size__isnull', False), models.Q(('pdf_sha256', ''), _negated=True), models.Q(('storage_key', ''), _negated=True)), _connector='OR'), name='certificate_issued_has_pdf'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['revoked', 'superseded']), ('revoked_at__isnull', False), models.Q(('revoked_reason', ''), _negated=True)), models.Q(models.Q(('state__in', ['revoked', 'superseded']), _negated=True), ('revoked_at__isnull', True)), _connector='OR'), name='certificate_revoked_has_reason'), models.CheckConstraint(condition=models.Q(('held_at__isnull', True), models.Q(('held_reason', ''), _negated=True), _connector='OR'), name='certificate_held_has_reason')],
            },
        ),
        migrations.CreateModel(
            name='ImportRow',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('line', models.PositiveIntegerField()),
                ('name', models.CharField(max_length=400)),
                ('email', models.CharField(max_length=400)),
                ('website', models.CharField(max_length=400)),
                ('outcome', models.CharField(choices=[('good', 'Good'), ('known', 'Known'), ('bad', 'Bad'), ('committed', 'Committed'), ('undone', 'Undone')], max_length=9)),
                ('problem', models.CharField(blank=True, max_length=40)),
                ('column', models.CharField(blank=True, max_length=20)),
                ('learner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='lines', to='certificates.learner')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='certificates.learnerimport')),
                ('organization', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='certificates.organization')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('outcome__in', ['good', 'known', 'bad', 'committed', 'undone'])), name='import_row_outcome'), models.UniqueConstraint(fields=('batch', 'line'), name='import_row_line')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('recipient', models.CharField(choices=[('learner', 'Learner'), ('contact', 'Contact')], max_length=7)),
                ('reason', models.CharField(choices=[('issued', 'Issued'), ('resent', 'Resent'), ('revoked', 'Revoked')], max_length=7)),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('to_name', models.CharField(max_length=120)),
                ('to_address', models.EmailField(max_length=254)),
                ('locale', models.CharField(default='en', max_length=12)),
                ('as_link', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('certificate', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='certificates.certificate')),
                ('requested_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'deliveries',
                'constraints': [models.CheckConstraint(condition=models.Q(('recipient__in', ['learner', 'contact'])), name='delivery_recipient'), models.CheckConstraint(condition=models.Q(('reason__in', ['issued', 'resent', 'revoked'])), name='delivery_reason'), models.UniqueConstraint(fields=('certificate', 'recipient', 'reason', 'number'), name='delivery_once')],
            },
        ),
        migrations.RunSQL(FREEZE_FACTS, THAW_FACTS),
        migrations.RunSQL(FREEZE_SOURCE, THAW_SOURCE),
    ]
