from django.db import migrations

FROZEN = """
CREATE OR REPLACE FUNCTION certificates_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Who is being forgotten may be taken off what is certified: their name, and nothing else.
  IF current_setting('tutorme.erasing', true) = 'on'
     AND NEW.facts - 'recipient' = OLD.facts - 'recipient'
     AND NEW.facts ? 'recipient' THEN
    OLD.facts := NEW.facts;
  END IF;
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
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("certificates", "0002_serials_and_frozen_facts")]

    # The function before this one only refused more.
    operations = [migrations.RunSQL(FROZEN, migrations.RunSQL.noop)]
