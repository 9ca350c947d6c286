from django.db import migrations

from tutorme.core.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0001_initial"),
        ("core", "0002_append_only_and_extensions"),
    ]
    operations = [
        AppendOnly("payments_captureattempt"),
        AppendOnly("payments_ordertransition"),
    ]
