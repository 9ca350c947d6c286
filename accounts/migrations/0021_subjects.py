from pathlib import Path

import yaml
from django.db import migrations

LIST = Path(__file__).parents[1] / "data" / "subjects.yaml"


def load(apps, schema_editor):
    subject = apps.get_model("accounts", "Subject")
    rows = yaml.safe_load(LIST.read_text(encoding="utf-8"))
    subject.objects.bulk_create(
        [subject(slug=slug, name=name, family=family, also=also) for slug, name, family, also in rows],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0020_people")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
