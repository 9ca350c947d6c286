"""What the database itself holds of the books: transactions balance, in one currency, and neither
they nor their lines ever change."""

from django.db import migrations

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
    dependencies = [("payments", "0020_books")]
    operations = [
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
