import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('payments', '0022_subscription_refunds'),
    ]

    operations = [
        migrations.AddField(
            model_name='document',
            name='period',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='payments.subscriptionperiod'),
        ),
        migrations.AddField(
            model_name='document',
            name='period_refund',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='document', to='payments.subscriptionrefund'),
        ),
        migrations.AlterField(
            model_name='document',
            name='order',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='payments.order'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'receipt')), fields=('period',), name='document_one_period_receipt'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('order__isnull', False), ('period', None), ('period_refund', None)), models.Q(('order', None), ('period__isnull', False), ('refund', None)), _connector='OR'), name='document_about_one_payment'),
        ),
    ]
