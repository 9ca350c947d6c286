from django.db import migrations, models


class Migration(migrations.Migration):
    """A cycle is named by the number of payments so far, which no clock moves."""

    dependencies = [("payments", "0021_ledger_rules")]
    operations = [
        migrations.RemoveConstraint("owedcapture", "owed_capture_once"),
        migrations.RemoveField("owedcapture", "for_failure_at"),
        migrations.AddField(
            "owedcapture",
            "cycle",
            models.PositiveIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            "owedcapture",
            models.UniqueConstraint(
                fields=["subscription", "cycle", "number"], name="owed_capture_once"
            ),
        ),
        migrations.RemoveField("subscription", "paused_cycle"),
        migrations.AddField(
            "subscription", "paused_in_cycle", models.PositiveIntegerField(null=True)
        ),
    ]
