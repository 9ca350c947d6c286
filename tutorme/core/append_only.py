"""A migration operation: rows of a table can be added and read, by anybody, and nothing else."""

from django.db import migrations

FUNCTION = """
CREATE OR REPLACE FUNCTION core_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Emptying whole tables is what a test runner does between tests, on a database marked as such.
  IF TG_OP = 'TRUNCATE' AND current_setting('tutorme.throwaway', true) = 'on' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""


class AppendOnly(migrations.RunSQL):
    """`AppendOnly("payments_ledgerentry")`: the database refuses UPDATE, DELETE and TRUNCATE."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(
            sql=[
                f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
                " FOR EACH ROW EXECUTE FUNCTION core_refuse_change()",
                f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change()",
            ],
            reverse_sql=[
                f"DROP TRIGGER append_only ON {table}",
                f"DROP TRIGGER append_only_truncate ON {table}",
            ],
        )

    def deconstruct(self) -> tuple[str, list[str], dict[str, object]]:
        return (self.__class__.__name__, [self.table], {})
