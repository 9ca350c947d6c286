from django.db import migrations

from tutorme.core.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("payments", "0010_subscriptions")]
    operations = [
        AppendOnly("payments_owedcapture"),
        AppendOnly("payments_subscriptiontransition"),
    ]
