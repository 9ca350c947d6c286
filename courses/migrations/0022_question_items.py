"""Questions belong to the bank, and no row of theirs changes any more."""

import django.db.models.deletion
from django.db import migrations, models

FROZEN = """
CREATE OR REPLACE FUNCTION courses_question_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.item_id, NEW.number, NEW.kind, NEW.prompt, NEW.options, NEW.choices, NEW.keep_order,
      NEW.solution, NEW.explanation, NEW.points)
     IS DISTINCT FROM
     (OLD.item_id, OLD.number, OLD.kind, OLD.prompt, OLD.options, OLD.choices, OLD.keep_order,
      OLD.solution, OLD.explanation, OLD.points) THEN
    RAISE EXCEPTION 'a version of a question never changes' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER question_frozen BEFORE UPDATE ON courses_question
  FOR EACH ROW EXECUTE FUNCTION courses_question_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("courses", "0021_bank_items")]

    operations = [
        migrations.AlterField(
            model_name='question',
            name='item',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='courses.bankitem'),
        ),
        migrations.RemoveField(
            model_name='question',
            name='lesson',
        ),
        migrations.RemoveField(
            model_name='question',
            name='position',
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.UniqueConstraint(fields=('item', 'number'), name='question_number'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.UniqueConstraint(condition=models.Q(('retired_at', None)), fields=('item',), name='question_current'),
        ),
        migrations.RunSQL(
            FROZEN,
            "DROP TRIGGER question_frozen ON courses_question;"
            "DROP FUNCTION courses_question_frozen();",
        ),
    ]
