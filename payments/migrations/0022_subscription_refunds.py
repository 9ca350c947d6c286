import django.db.models.deletion
import django.db.models.functions.datetime
import tutorme.core.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0001_squashed_0021_ledger_rules'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SubscriptionRefund',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('amount_minor', models.BigIntegerField()),
                ('as_credit', models.BooleanField(default=False)),
                ('origin', models.CharField(choices=[('admin', 'Admin'), ('buyer', 'Buyer'), ('seller', 'Seller'), ('provider', 'Provider')], default='admin', max_length=10)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('rejected', 'Rejected'), ('requested', 'Requested'), ('pending', 'Pending'), ('completed', 'Completed'), ('failed', 'Failed')], default='requested', max_length=10)),
                ('provider_refund_id', models.CharField(max_length=64, null=True, unique=True)),
                ('is_reversal', models.BooleanField(default=False)),
                ('failure', models.CharField(blank=True, max_length=100)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
        ),
        migrations.AddField(
            model_name='plan',
            name='credit_minor',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='subscriptionperiod',
            name='refunded_minor',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name='subscriptionperiod',
            constraint=models.CheckConstraint(condition=models.Q(('refunded_minor__gte', 0), ('refunded_minor__lte', models.F('amount_minor'))), name='subscription_period_refunded'),
        ),
        migrations.AddField(
            model_name='subscriptionrefund',
            name='decided_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='subscriptionrefund',
            name='period',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='payments.subscriptionperiod'),
        ),
        migrations.AddField(
            model_name='subscriptionrefund',
            name='requested_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='subscriptionrefund',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'rejected', 'requested', 'pending', 'completed', 'failed'])), name='subscription_refund_state'),
        ),
        migrations.AddConstraint(
            model_name='subscriptionrefund',
            constraint=models.CheckConstraint(condition=models.Q(('origin__in', ['admin', 'buyer', 'seller', 'provider'])), name='subscription_refund_origin'),
        ),
        migrations.AddConstraint(
            model_name='subscriptionrefund',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='subscription_refund_amount'),
        ),
        # What was revoked before this had gone back whole.
        migrations.RunSQL(
            "UPDATE payments_subscriptionperiod SET refunded_minor = amount_minor"
            " WHERE state = 'revoked'",
            migrations.RunSQL.noop,
        ),
    ]
