from django.db import migrations

# The highest rung for "frozen": what an issued certificate says cannot be changed by anybody who
# merely has the application's rights to the table.
FREEZE_FACTS = """
CREATE FUNCTION certificates_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.user_id, NEW.enrollment_id, NEW.serial, NEW.code)
     IS DISTINCT FROM (OLD.id, OLD.user_id, OLD.enrollment_id, OLD.serial, OLD.code)
     OR OLD.state <> 'pending' AND
     (NEW.facts, NEW.template_id, NEW.public_base_url, NEW.issued_at)
     IS DISTINCT FROM (OLD.facts, OLD.template_id, OLD.public_base_url, OLD.issued_at)
     OR OLD.state = 'revoked' AND NEW.state <> 'revoked'
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
    dependencies = [("certificates", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE certificates_serial", "DROP SEQUENCE certificates_serial"
        ),
        migrations.RunSQL(FREEZE_FACTS, THAW_FACTS),
        migrations.RunSQL(FREEZE_SOURCE, THAW_SOURCE),
    ]
