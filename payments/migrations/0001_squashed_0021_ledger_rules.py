import datetime
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import django.db.models.functions.text
import tutorme.core.ids
from django.conf import settings
from django.db import migrations, models

from tutorme.core.append_only import AppendOnly

BALANCED = """
CREATE FUNCTION payments_ledger_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wanted uuid;
  total bigint;
  lines int;
BEGIN
  wanted := CASE TG_TABLE_NAME
    WHEN 'payments_ledgerentry' THEN to_jsonb(NEW)->>'transaction_id' ELSE to_jsonb(NEW)->>'id' END;
  SELECT coalesce(sum(amount_minor), 0), count(*) INTO total, lines
    FROM payments_ledgerentry WHERE transaction_id = wanted;
  IF total <> 0 OR lines < 2 THEN
    RAISE EXCEPTION 'ledger transaction % does not balance: % over % lines', wanted, total, lines
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_balanced';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_balanced AFTER INSERT ON payments_ledgerentry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_ledger_balanced();
CREATE CONSTRAINT TRIGGER ledger_balanced AFTER INSERT ON payments_ledgertransaction
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_ledger_balanced();
"""

FITTING = """
CREATE FUNCTION payments_ledger_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM payments_ledgertransaction t, payments_ledgeraccount a
    WHERE t.id = NEW.transaction_id AND a.id = NEW.account_id AND t.currency <> a.currency
  ) THEN
    RAISE EXCEPTION 'ledger entry in another currency than its transaction'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_one_currency';
  END IF;
  IF EXISTS (SELECT 1 FROM payments_ledgerseal WHERE transaction_id = NEW.transaction_id) THEN
    RAISE EXCEPTION 'ledger transaction % is sealed', NEW.transaction_id
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_sealed';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ledger_fits BEFORE INSERT ON payments_ledgerentry
  FOR EACH ROW EXECUTE FUNCTION payments_ledger_fits();
"""

# An account is what its entries say it is; only the cached balance moves.
ACCOUNT_FIXED = """
CREATE FUNCTION payments_ledger_account_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.kind, OLD.owner_id, OLD.currency, OLD.shard)
     IS DISTINCT FROM (NEW.kind, NEW.owner_id, NEW.currency, NEW.shard) THEN
    RAISE EXCEPTION 'a ledger account does not change hands'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER account_fixed BEFORE UPDATE ON payments_ledgeraccount
  FOR EACH ROW EXECUTE FUNCTION payments_ledger_account_fixed();
"""

# A paper is printed once; nothing else of it moves.
DOCUMENT_FIXED = """
CREATE FUNCTION payments_document_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.sha256 IS NOT NULL
     OR (to_jsonb(OLD) - 'sha256') IS DISTINCT FROM (to_jsonb(NEW) - 'sha256') THEN
    RAISE EXCEPTION 'an issued document does not change' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER document_fixed BEFORE UPDATE OR DELETE ON payments_document
  FOR EACH ROW EXECUTE FUNCTION payments_document_fixed();
"""


def undone(function: str, *triggers: str) -> str:
    drops = "".join(f"DROP TRIGGER {name};" for name in triggers)
    return f"{drops} DROP FUNCTION {function}()"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0024_tutor_papers'),
    ]

    operations = [
        migrations.CreateModel(
            name='BillingDetails',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='billing_details', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('name', models.CharField(blank=True, max_length=120)),
                ('address', models.TextField(blank=True, max_length=400)),
                ('country', models.CharField(blank=True, max_length=2)),
                ('tax_number', models.CharField(blank=True, max_length=40)),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='CommissionSchedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('note', models.CharField(max_length=200)),
                ('tiers', models.JSONField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Coupon',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=30, unique=True)),
                ('per_mille', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('amount_minor', models.BigIntegerField(blank=True, null=True)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('kind', models.CharField(blank=True, max_length=20)),
                ('target_id', models.UUIDField(blank=True, null=True)),
                ('minimum_minor', models.BigIntegerField(default=0)),
                ('starts_at', models.DateTimeField(blank=True, null=True)),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('max_uses', models.PositiveIntegerField(blank=True, null=True)),
                ('max_uses_each', models.PositiveSmallIntegerField(default=1)),
                ('uses', models.PositiveIntegerField(default=0)),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='coupons', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('code', django.db.models.functions.text.Upper('code')), ('code__regex', '^[A-Z0-9-]{3,30}$')), name='coupon_code_form'), models.CheckConstraint(condition=models.Q(models.Q(('amount_minor', None), ('currency', ''), ('per_mille__gte', 1), ('per_mille__lte', 1000)), models.Q(('amount_minor__gt', 0), ('currency__regex', '^[A-Z]{3}$'), ('per_mille', None)), _connector='OR'), name='coupon_percent_or_amount'), models.CheckConstraint(condition=models.Q(('max_uses', None), ('uses__lte', models.F('max_uses')), _connector='OR'), name='coupon_uses'), models.CheckConstraint(condition=models.Q(('target_id', None), models.Q(('kind', ''), _negated=True), _connector='OR'), name='coupon_target_has_kind')],
            },
        ),
        migrations.CreateModel(
            name='CreditLot',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('currency', models.CharField(max_length=3)),
                ('amount_minor', models.BigIntegerField()),
                ('left_minor', models.BigIntegerField()),
                ('source', models.CharField(choices=[('bought', 'Bought'), ('granted', 'Granted'), ('refunded', 'Refunded')], max_length=10)),
                ('reference', models.CharField(max_length=80, unique=True)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('expires_at', models.DateTimeField(null=True)),
                ('warned_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('granted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credit_lots', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('left_minor__gt', 0)), fields=['owner', 'currency'], name='credit_lot_spendable'), models.Index(condition=models.Q(('left_minor__gt', 0)), fields=['expires_at'], name='credit_lot_ending')],
                'constraints': [models.CheckConstraint(condition=models.Q(('source__in', ['bought', 'granted', 'refunded'])), name='credit_lot_source'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='credit_lot_currency'), models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0), ('left_minor__gte', 0), ('left_minor__lte', models.F('amount_minor'))), name='credit_lot_left')],
            },
        ),
        migrations.CreateModel(
            name='CreditPack',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('amount_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('price_minor', models.BigIntegerField()),
                ('valid_days', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('is_offered', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='credit_pack_currency'), models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0), ('price_minor__gt', 0)), name='credit_pack_amount')],
            },
        ),
        migrations.CreateModel(
            name='DocumentSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=12)),
                ('year', models.PositiveSmallIntegerField()),
                ('last', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'year'), name='document_series_once')],
            },
        ),
        migrations.CreateModel(
            name='LedgerAccount',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('student_cash', 'Student Cash'), ('credits', 'Credits'), ('credit_hold', 'Credit Hold'), ('escrow', 'Escrow'), ('tutor_pending', 'Tutor Pending'), ('tutor_available', 'Tutor Available'), ('payout_transit', 'Payout Transit'), ('paid_out', 'Paid Out'), ('platform_fee', 'Platform Fee'), ('processor_fee', 'Processor Fee'), ('tax', 'Tax'), ('refunds', 'Refunds'), ('chargeback', 'Chargeback'), ('promotions', 'Promotions')], max_length=20)),
                ('currency', models.CharField(max_length=3)),
                ('shard', models.PositiveSmallIntegerField(default=0)),
                ('balance_minor', models.BigIntegerField(default=0)),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ledger_accounts', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['student_cash', 'credits', 'credit_hold', 'escrow', 'tutor_pending', 'tutor_available', 'payout_transit', 'paid_out', 'platform_fee', 'processor_fee', 'tax', 'refunds', 'chargeback', 'promotions'])), name='ledger_account_kind'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='ledger_account_currency'), models.UniqueConstraint(fields=('kind', 'owner', 'currency', 'shard'), name='ledger_account_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ('credits', 'credit_hold', 'escrow', 'tutor_pending', 'payout_transit')), _negated=True), ('balance_minor__gte', 0), _connector='OR'), name='ledger_account_covered')],
            },
        ),
        migrations.CreateModel(
            name='PackageOffer',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=120)),
                ('unit_kind', models.CharField(default='booking', max_length=20)),
                ('unit_target_id', models.UUIDField(blank=True, null=True)),
                ('units', models.PositiveSmallIntegerField()),
                ('price_minor', models.BigIntegerField()),
                ('single_price_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('valid_days', models.PositiveSmallIntegerField(default=180)),
                ('is_offered', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('seller', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='packages', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='package_offer_currency'), models.CheckConstraint(condition=models.Q(('price_minor__gt', 0), ('single_price_minor__gt', 0), ('units__gte', 2), ('units__lte', 50), ('valid_days__gte', 7), ('valid_days__lte', 730)), name='package_offer_amounts')],
            },
        ),
        migrations.CreateModel(
            name='PayoutBatch',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('currency', models.CharField(max_length=3)),
                ('total_minor', models.BigIntegerField()),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('approved', 'Approved'), ('submitted', 'Submitted'), ('processing', 'Processing'), ('paid', 'Paid'), ('partially_failed', 'Partially Failed'), ('failed', 'Failed'), ('rejected', 'Rejected')], default='draft', max_length=20)),
                ('provider_batch_id', models.CharField(max_length=64, null=True, unique=True)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('submitted_at', models.DateTimeField(null=True)),
                ('busy_until', models.DateTimeField(null=True)),
                ('next_check_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('finished_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'payout batches',
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'approved', 'submitted', 'processing', 'paid', 'partially_failed', 'failed', 'rejected'])), name='payout_batch_state'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='payout_batch_currency')],
            },
        ),
        migrations.CreateModel(
            name='PayoutMethod',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='payout_method', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('email', models.EmailField(max_length=254)),
                ('usable_from', models.DateTimeField()),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('email', django.db.models.functions.text.Lower('email'))), name='payout_method_lower')],
            },
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('slug', models.SlugField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('description', models.CharField(max_length=120)),
                ('features', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('premium_courses', 'every premium course'), ('ai', 'the AI studio'), ('video', 'recordings of your lessons')], max_length=30), size=None)),
                ('is_offered', models.BooleanField(default=True)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('features__contained_by', ['premium_courses', 'ai', 'video'])), name='plan_features')],
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=20)),
                ('target_id', models.UUIDField()),
                ('description', models.CharField(max_length=200)),
                ('url', models.CharField(blank=True, max_length=300)),
                ('amount_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('discount_minor', models.BigIntegerField(default=0)),
                ('promoted_minor', models.BigIntegerField(default=0)),
                ('credit_minor', models.BigIntegerField(default=0)),
                ('tax_minor', models.BigIntegerField(default=0)),
                ('commission_per_mille', models.PositiveSmallIntegerField(default=0)),
                ('share_minor', models.BigIntegerField(default=0)),
                ('units', models.PositiveSmallIntegerField(default=1)),
                ('in_escrow', models.BooleanField(default=False)),
                ('refunded_minor', models.BigIntegerField(default=0)),
                ('fee_minor', models.BigIntegerField(null=True)),
                ('state', models.CharField(choices=[('created', 'Created'), ('approved', 'Approved'), ('capturing', 'Capturing'), ('capture_pending', 'Capture Pending'), ('captured', 'Captured'), ('partially_refunded', 'Partially Refunded'), ('refunded', 'Refunded'), ('declined', 'Declined'), ('expired', 'Expired'), ('cancelled', 'Cancelled'), ('voided', 'Voided'), ('disputed', 'Disputed'), ('reversed', 'Reversed'), ('review', 'Review')], default='created', max_length=20)),
                ('provider', models.CharField(choices=[('paypal', 'PayPal'), ('none', 'None')], default='paypal', max_length=10)),
                ('provider_order_id', models.CharField(max_length=64, null=True, unique=True)),
                ('provider_capture_id', models.CharField(max_length=64, null=True, unique=True)),
                ('approve_url', models.CharField(blank=True, max_length=500)),
                ('busy_until', models.DateTimeField(null=True)),
                ('next_check_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('note', models.CharField(blank=True, max_length=300)),
                ('expires_at', models.DateTimeField(db_default=django.db.models.expressions.CombinedExpression(django.db.models.functions.datetime.Now(), '+', models.Value(datetime.timedelta(seconds=10800))))),
                ('captured_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to=settings.AUTH_USER_MODEL)),
                ('commission_schedule', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.commissionschedule')),
                ('payee', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sales', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['buyer', '-id'], name='order_buyer'), models.Index(condition=models.Q(('state__in', ('created', 'approved', 'capturing', 'capture_pending'))), fields=['next_check_at'], name='order_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['created', 'approved', 'capturing', 'capture_pending', 'captured', 'partially_refunded', 'refunded', 'declined', 'expired', 'cancelled', 'voided', 'disputed', 'reversed', 'review'])), name='order_state'), models.CheckConstraint(condition=models.Q(('provider__in', ['paypal', 'none'])), name='order_provider'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='order_currency'), models.CheckConstraint(condition=models.Q(('amount_minor__gte', 0), ('amount_minor__lte', 1000000000000)), name='order_amount'), models.CheckConstraint(condition=models.Q(('refunded_minor__gte', 0), ('refunded_minor__lte', django.db.models.expressions.CombinedExpression(models.F('amount_minor'), '+', models.F('credit_minor')))), name='order_refunded'), models.CheckConstraint(condition=models.Q(('commission_per_mille__lte', 1000), ('credit_minor__gte', 0), ('discount_minor__gte', 0), ('promoted_minor__gte', 0), ('promoted_minor__lte', models.F('discount_minor')), ('share_minor__gte', 0), ('tax_minor__gte', 0), ('tax_minor__lte', django.db.models.expressions.CombinedExpression(models.F('amount_minor'), '+', models.F('credit_minor'))), ('units__gte', 1)), name='order_parts'), models.UniqueConstraint(condition=models.Q(('state__in', ('created', 'approved', 'capturing', 'capture_pending'))), fields=('buyer', 'kind', 'target_id'), name='order_one_open')],
            },
        ),
        migrations.CreateModel(
            name='PayoutApproval',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('approved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='approvals', to='payments.payoutbatch')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('batch', 'approved_by'), name='payout_approval_once')],
            },
        ),
        migrations.CreateModel(
            name='PayoutItem',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('amount_minor', models.BigIntegerField()),
                ('fee_minor', models.BigIntegerField(null=True)),
                ('email', models.EmailField(max_length=254)),
                ('state', models.CharField(choices=[('queued', 'Queued'), ('success', 'Success'), ('pending', 'Pending'), ('unclaimed', 'Unclaimed'), ('onhold', 'Onhold'), ('blocked', 'Blocked'), ('returned', 'Returned'), ('failed', 'Failed'), ('refunded', 'Refunded'), ('rejected', 'Rejected')], default='queued', max_length=10)),
                ('provider_item_id', models.CharField(max_length=64, null=True, unique=True)),
                ('failure', models.CharField(blank=True, max_length=100)),
                ('finished_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='payments.payoutbatch')),
                ('payee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payouts', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['payee', '-id'], name='payout_item_by_payee')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['queued', 'success', 'pending', 'unclaimed', 'onhold', 'blocked', 'returned', 'failed', 'refunded', 'rejected'])), name='payout_item_state'), models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='payout_item_amount'), models.UniqueConstraint(fields=('batch', 'payee'), name='payout_item_payee')],
            },
        ),
        migrations.CreateModel(
            name='PlanVersion',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('unit', models.CharField(choices=[('week', 'week'), ('month', 'month'), ('year', 'year')], default='month', max_length=5)),
                ('count', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1)])),
                ('amount_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('active', 'Active'), ('retiring', 'Retiring'), ('retired', 'Retired')], default='draft', max_length=8)),
                ('provider_plan_id', models.CharField(max_length=50, null=True, unique=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('plan', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='payments.plan')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['draft', 'active', 'retiring', 'retired'])), name='plan_version_state'), models.CheckConstraint(condition=models.Q(('unit__in', ['week', 'month', 'year'])), name='plan_version_unit'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='plan_version_currency'), models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0), ('count__gte', 1), ('count__lte', 12)), name='plan_version_price'), models.UniqueConstraint(fields=('plan', 'number'), name='plan_version_number'), models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('plan',), name='plan_one_draft'), models.UniqueConstraint(condition=models.Q(('state', 'active')), fields=('plan',), name='plan_one_active')],
            },
        ),
        migrations.CreateModel(
            name='LedgerTransaction',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=30)),
                ('reference', models.CharField(max_length=80)),
                ('currency', models.CharField(max_length=3)),
                ('memo', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='payments.order')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'reference'), name='ledger_posted_once'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='ledger_transaction_currency')],
            },
        ),
        migrations.CreateModel(
            name='Earning',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('part', models.PositiveSmallIntegerField(default=1)),
                ('currency', models.CharField(max_length=3)),
                ('amount_minor', models.BigIntegerField()),
                ('reversed_minor', models.BigIntegerField(default=0)),
                ('state', models.CharField(choices=[('escrow', 'Escrow'), ('pending', 'Pending'), ('available', 'Available')], max_length=10)),
                ('available_at', models.DateTimeField(null=True)),
                ('held_at', models.DateTimeField(null=True)),
                ('held_for', models.CharField(blank=True, max_length=100)),
                ('moves', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('payee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='earnings', to=settings.AUTH_USER_MODEL)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='earnings', to='payments.order')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('held_at', None), ('state', 'pending')), fields=['available_at'], name='earning_due'), models.Index(fields=['payee', '-id'], name='earning_payee')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['escrow', 'pending', 'available'])), name='earning_state'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='earning_currency'), models.UniqueConstraint(fields=('order', 'part'), name='earning_part'), models.CheckConstraint(condition=models.Q(('amount_minor__gte', 0), ('reversed_minor__gte', 0), ('reversed_minor__lte', models.F('amount_minor'))), name='earning_amount')],
            },
        ),
        migrations.CreateModel(
            name='CreditUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_minor', models.BigIntegerField()),
                ('state', models.CharField(choices=[('held', 'Held'), ('spent', 'Spent'), ('released', 'Released')], default='held', max_length=10)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('lot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='payments.creditlot')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credit_uses', to='payments.order')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['held', 'spent', 'released'])), name='credit_use_state'), models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='credit_use_amount')],
            },
        ),
        migrations.CreateModel(
            name='CouponUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('held', 'Held'), ('used', 'Used'), ('released', 'Released')], default='held', max_length=10)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('coupon', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='redemptions', to='payments.coupon')),
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='coupon_use', to='payments.order')),
            ],
            options={
                'indexes': [models.Index(fields=['coupon', 'buyer'], name='coupon_use_buyer')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['held', 'used', 'released'])), name='coupon_use_state')],
            },
        ),
        migrations.CreateModel(
            name='CaptureAttempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='payments.order')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('order', 'number'), name='capture_attempt_number')],
            },
        ),
        migrations.CreateModel(
            name='OrderTransition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_state', models.CharField(max_length=20)),
                ('to_state', models.CharField(max_length=20)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transitions', to='payments.order')),
            ],
        ),
        migrations.CreateModel(
            name='Package',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('unit_kind', models.CharField(max_length=20)),
                ('unit_target_id', models.UUIDField(null=True)),
                ('units', models.PositiveSmallIntegerField()),
                ('used', models.PositiveSmallIntegerField(default=0)),
                ('single_price_minor', models.BigIntegerField()),
                ('state', models.CharField(choices=[('active', 'Active'), ('used_up', 'Used Up'), ('ended', 'Ended'), ('expired', 'Expired')], default='active', max_length=10)),
                ('expires_at', models.DateTimeField()),
                ('warned_days', models.PositiveSmallIntegerField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('order', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='package', to='payments.order')),
                ('seller', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sold', to='payments.packageoffer')),
            ],
            options={
                'indexes': [models.Index(fields=['buyer', 'seller'], name='package_buyer'), models.Index(condition=models.Q(('state', 'active')), fields=['expires_at'], name='package_ending')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['active', 'used_up', 'ended', 'expired'])), name='package_state'), models.CheckConstraint(condition=models.Q(('used__lte', models.F('units'))), name='package_used')],
            },
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('amount_minor', models.BigIntegerField()),
                ('credit_minor', models.BigIntegerField(default=0)),
                ('origin', models.CharField(choices=[('admin', 'Admin'), ('buyer', 'Buyer'), ('seller', 'Seller'), ('provider', 'Provider')], default='admin', max_length=10)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('rejected', 'Rejected'), ('requested', 'Requested'), ('pending', 'Pending'), ('completed', 'Completed'), ('failed', 'Failed')], default='requested', max_length=10)),
                ('provider_refund_id', models.CharField(max_length=64, null=True, unique=True)),
                ('is_reversal', models.BooleanField(default=False)),
                ('failure', models.CharField(blank=True, max_length=100)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='payments.order')),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['proposed', 'rejected', 'requested', 'pending', 'completed', 'failed'])), name='refund_state'), models.CheckConstraint(condition=models.Q(('origin__in', ['admin', 'buyer', 'seller', 'provider'])), name='refund_origin'), models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='refund_amount'), models.CheckConstraint(condition=models.Q(('credit_minor__gte', 0), ('credit_minor__lte', models.F('amount_minor'))), name='refund_credit')],
            },
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('change_url', models.CharField(blank=True, max_length=500)),
                ('state', models.CharField(choices=[('approval_pending', 'Approval Pending'), ('approved', 'Approved'), ('active', 'Active'), ('past_due', 'Past Due'), ('suspended', 'Suspended'), ('cancelled', 'Cancelled'), ('expired', 'Expired')], default='approval_pending', max_length=20)),
                ('wish', models.CharField(blank=True, choices=[('', 'Nothing'), ('pause', 'Pause'), ('resume', 'Resume'), ('cancel', 'Cancel')], default='', max_length=8)),
                ('wished_at', models.DateTimeField(null=True)),
                ('provider_subscription_id', models.CharField(max_length=50, null=True, unique=True)),
                ('approve_url', models.CharField(blank=True, max_length=500)),
                ('starts_at', models.DateTimeField(null=True)),
                ('next_billing_at', models.DateTimeField(null=True)),
                ('paid_through', models.DateTimeField(null=True)),
                ('access_until', models.DateTimeField(null=True)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('last_failure_at', models.DateTimeField(null=True)),
                ('next_try_at', models.DateTimeField(null=True)),
                ('owed_minor', models.BigIntegerField(default=0)),
                ('paused_at', models.DateTimeField(null=True)),
                ('paused_in_cycle', models.PositiveIntegerField(null=True)),
                ('review', models.CharField(blank=True, max_length=300)),
                ('busy_until', models.DateTimeField(null=True)),
                ('next_check_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('activated_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('change_to', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.planversion')),
                ('next_version', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.planversion')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='subscriptions', to=settings.AUTH_USER_MODEL)),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.planversion')),
            ],
            options={
                'indexes': [models.Index(fields=['user', 'access_until'], name='subscription_access'), models.Index(condition=models.Q(('state__in', ('approval_pending', 'approved', 'active', 'past_due', 'suspended'))), fields=['next_check_at'], name='subscription_due')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['approval_pending', 'approved', 'active', 'past_due', 'suspended', 'cancelled', 'expired'])), name='subscription_state'), models.CheckConstraint(condition=models.Q(('wish__in', ['', 'pause', 'resume', 'cancel'])), name='subscription_wish'), models.UniqueConstraint(condition=models.Q(('state__in', ('approval_pending', 'approved', 'active', 'past_due', 'suspended'))), fields=('user',), name='subscription_one_live')],
            },
        ),
        migrations.CreateModel(
            name='LedgerUnsealed',
            fields=[
                ('transaction', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='unsealed', serialize=False, to='payments.ledgertransaction')),
            ],
        ),
        migrations.CreateModel(
            name='LedgerSeal',
            fields=[
                ('sequence', models.BigIntegerField(primary_key=True, serialize=False)),
                ('previous', models.CharField(max_length=64)),
                ('digest', models.CharField(max_length=64)),
                ('sealed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('transaction', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='seal', to='payments.ledgertransaction')),
            ],
        ),
        migrations.CreateModel(
            name='LedgerEntry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('amount_minor', models.BigIntegerField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='payments.ledgeraccount')),
                ('transaction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='payments.ledgertransaction')),
            ],
            options={
                'indexes': [models.Index(fields=['account', '-id'], name='ledger_entry_account')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_minor', 0), _negated=True), name='ledger_entry_says_something')],
            },
        ),
        migrations.CreateModel(
            name='PackageUse',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=80, unique=True)),
                ('state', models.CharField(choices=[('taken', 'Taken'), ('delivered', 'Delivered'), ('returned', 'Returned')], default='taken', max_length=10)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('earning', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.earning')),
                ('package', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='payments.package')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['taken', 'delivered', 'returned'])), name='package_use_state'), models.UniqueConstraint(condition=models.Q(('state', 'returned'), _negated=True), fields=('earning',), name='package_use_one_earning')],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('receipt', 'Receipt'), ('credit_note', 'Credit Note')], max_length=12)),
                ('year', models.PositiveSmallIntegerField()),
                ('number', models.PositiveIntegerField()),
                ('facts', models.JSONField()),
                ('sha256', models.CharField(max_length=64, null=True)),
                ('issued_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='payments.order')),
                ('refund', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='document', to='payments.refund')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['receipt', 'credit_note'])), name='document_kind'), models.UniqueConstraint(fields=('kind', 'year', 'number'), name='document_number'), models.UniqueConstraint(condition=models.Q(('kind', 'receipt')), fields=('order',), name='document_one_receipt')],
            },
        ),
        migrations.CreateModel(
            name='OwedCapture',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('amount_minor', models.BigIntegerField()),
                ('cycle', models.PositiveIntegerField()),
                ('number', models.PositiveSmallIntegerField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('subscription', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='owed_captures', to='payments.subscription')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('subscription', 'cycle', 'number'), name='owed_capture_once')],
            },
        ),
        migrations.CreateModel(
            name='SubscriptionPeriod',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('sale_id', models.CharField(max_length=64, unique=True)),
                ('paid_at', models.DateTimeField()),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('amount_minor', models.BigIntegerField()),
                ('fee_minor', models.BigIntegerField(default=0)),
                ('currency', models.CharField(max_length=3)),
                ('state', models.CharField(choices=[('granted', 'Granted'), ('revoked', 'Revoked')], default='granted', max_length=8)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('subscription', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='periods', to='payments.subscription')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='payments.planversion')),
            ],
            options={
                'indexes': [models.Index(fields=['subscription', '-paid_at'], name='subscription_period_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['granted', 'revoked'])), name='subscription_period_state'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='subscription_period_currency'), models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0), ('ends_at__gt', models.F('starts_at'))), name='subscription_period_facts')],
            },
        ),
        migrations.CreateModel(
            name='SubscriptionTransition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_state', models.CharField(max_length=20)),
                ('to_state', models.CharField(max_length=20)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('subscription', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transitions', to='payments.subscription')),
            ],
        ),
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.UUIDField(default=tutorme.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('provider_dispute_id', models.CharField(max_length=255, unique=True)),
                ('state', models.CharField(choices=[('open', 'Open'), ('won', 'Won'), ('lost', 'Lost')], default='open', max_length=4)),
                ('status', models.CharField(max_length=40)),
                ('reason', models.CharField(blank=True, max_length=60)),
                ('stage', models.CharField(blank=True, max_length=40)),
                ('outcome', models.CharField(blank=True, max_length=40)),
                ('amount_minor', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('respond_by', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('resolved_at', models.DateTimeField(null=True)),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='payments.order')),
                ('period', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='payments.subscriptionperiod')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['open', 'won', 'lost'])), name='dispute_state'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='dispute_currency'), models.CheckConstraint(condition=models.Q(('order', None), ('period', None), _connector='XOR'), name='dispute_about_one')],
            },
        ),
        AppendOnly("payments_captureattempt"),
        AppendOnly("payments_ordertransition"),
        AppendOnly("payments_owedcapture"),
        AppendOnly("payments_subscriptiontransition"),
        migrations.RunSQL(
            BALANCED,
            undone(
                "payments_ledger_balanced",
                "ledger_balanced ON payments_ledgerentry",
                "ledger_balanced ON payments_ledgertransaction",
            ),
        ),
        migrations.RunSQL(
            FITTING, undone("payments_ledger_fits", "ledger_fits ON payments_ledgerentry")
        ),
        migrations.RunSQL(
            ACCOUNT_FIXED,
            undone("payments_ledger_account_fixed", "account_fixed ON payments_ledgeraccount"),
        ),
        migrations.RunSQL(
            DOCUMENT_FIXED,
            undone("payments_document_fixed", "document_fixed ON payments_document"),
        ),
        AppendOnly("payments_ledgertransaction"),
        AppendOnly("payments_ledgerentry"),
        AppendOnly("payments_ledgerseal"),
        AppendOnly("payments_commissionschedule"),
        AppendOnly("payments_payoutapproval"),
    ]
