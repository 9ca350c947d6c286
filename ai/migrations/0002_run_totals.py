from django.db import migrations, models

# A call ends once, and what it came to changes no more.
COUNT = """
CREATE FUNCTION ai_count_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ai_runtotal AS t (model, purpose, state, calls, read, written, micros)
    VALUES (coalesce(nullif(NEW.model, ''), NEW.model_asked), NEW.purpose, NEW.state, 1,
        NEW.prompt_tokens, NEW.completion_tokens, NEW.cost_micros)
    ON CONFLICT ON CONSTRAINT ai_run_total_once DO UPDATE SET calls = t.calls + 1,
        read = t.read + excluded.read, written = t.written + excluded.written,
        micros = t.micros + excluded.micros;
    RETURN NULL;
END $$;
CREATE TRIGGER counted_new AFTER INSERT ON ai_run
    FOR EACH ROW WHEN (NEW.state <> 'started') EXECUTE FUNCTION ai_count_run();
CREATE TRIGGER counted_ended AFTER UPDATE OF state ON ai_run
    FOR EACH ROW WHEN (OLD.state = 'started' AND NEW.state <> 'started')
    EXECUTE FUNCTION ai_count_run();
-- Nobody ends a call meanwhile: the triggers hold the table.
INSERT INTO ai_runtotal (model, purpose, state, calls, read, written, micros)
SELECT coalesce(nullif(model, ''), model_asked), purpose, state, count(*), sum(prompt_tokens),
    sum(completion_tokens), sum(cost_micros)
FROM ai_run WHERE state <> 'started' GROUP BY 1, 2, 3;
"""
WITHOUT = """
DROP TRIGGER counted_ended ON ai_run;
DROP TRIGGER counted_new ON ai_run;
DROP FUNCTION ai_count_run();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ai', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='RunTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model', models.CharField(max_length=120)),
                ('purpose', models.CharField(max_length=8)),
                ('state', models.CharField(max_length=11)),
                ('calls', models.BigIntegerField()),
                ('read', models.BigIntegerField()),
                ('written', models.BigIntegerField()),
                ('micros', models.BigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('model', 'purpose', 'state'), name='ai_run_total_once')],
            },
        ),
        migrations.RunSQL(COUNT, WITHOUT),
    ]
