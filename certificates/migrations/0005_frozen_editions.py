from django.db import migrations

# As before, with what was added: whose it is may be learned later (a learner's account), the
# completion, edition and number never change, and a certificate that was replaced stays replaced.
FROZEN = """
CREATE OR REPLACE FUNCTION certificates_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
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
END $$
"""
VERSIONS = """
UPDATE certificates_certificate c SET course_version = e.completed_version
FROM courses_enrollment e WHERE e.id = c.enrollment_id AND e.completed_version IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("certificates", "0004_organizations")]

    operations = [
        migrations.RunSQL(VERSIONS, migrations.RunSQL.noop),
        migrations.RunSQL(FROZEN, migrations.RunSQL.noop),
    ]
