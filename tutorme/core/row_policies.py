"""What PostgreSQL holds of the third wall: a role, two functions, and a policy a table.

They are made from the register after every `migrate`, so a new table is behind the wall with the
migration that makes it, and a dump that was restored where the role is missing gets it back. A
policy is for everybody but the tables' owner: the system, who works as the owner, is not bound.
"""

import hashlib
from dataclasses import dataclass

import structlog
from django.db import DatabaseError, ProgrammingError, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from tutorme.core import row_walls
from tutorme.core.row_session import ROLE

log = structlog.get_logger(__name__)

POLICY = "a_person_sees"
FUNCTIONS = """
CREATE OR REPLACE FUNCTION core_actor() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT nullif(current_setting('tutorme.actor', true), '')::uuid $$;
CREATE OR REPLACE FUNCTION core_staff() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(current_setting('tutorme.staff', true), '') = 'on' $$
"""
# A role belongs to the whole server: another database may make it at the same moment.
MAKE_ROLE = f"""
DO $$ BEGIN
  IF to_regrole('{ROLE}') IS NULL THEN
    CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""
# From PostgreSQL 16 on whoever makes a role is a member of it that may not become it.
_BECOMES = f"""coalesce(pg_has_role(current_user, to_regrole('{ROLE}'),
  CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END),
  false)
"""
TAKE_ROLE = f"""
DO $$ BEGIN IF NOT {_BECOMES} THEN GRANT {ROLE} TO CURRENT_USER; END IF; END $$
"""
STANDS = f"""
SELECT to_regprocedure('core_actor()') IS NOT NULL
   AND {_BECOMES}
   AND coalesce(has_table_privilege(to_regrole('{ROLE}'), to_regclass('django_migrations'),
                                    'SELECT'), false)
"""
_TABLES = f"""
SELECT c.relname, c.relrowsecurity, obj_description(p.oid, 'pg_policy'),
       coalesce(has_table_privilege(to_regrole('{ROLE}'), c.oid, 'SELECT'), false)
  FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = '{POLICY}'
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
   AND pg_has_role(current_user, c.relowner, 'MEMBER')
"""


@dataclass(frozen=True)
class Found:
    """A table as PostgreSQL has it; `policy` is the signature of what its policy was made from."""

    name: str
    is_walled: bool
    policy: str | None
    is_readable: bool


def bring_up(line: BaseDatabaseWrapper) -> bool:
    """Makes role and policies what the register says; whether they stand. What is right already is
    not touched, for a policy's change waits for everybody who reads its table; each table is a
    transaction of its own."""
    with line.cursor() as cursor:
        cursor.execute(_TABLES)
        tables = [Found(*row) for row in cursor.fetchall()]
        cursor.execute("SELECT obj_description(to_regprocedure('core_actor()'), 'pg_proc')")
        wanted = ";\n".join([FUNCTIONS, *(one.definition for one in row_walls.functions())])
        if cursor.fetchone()[0] != _signature(wanted):
            # Of tables that a later migration makes they may ask already.
            cursor.execute(f"SET check_function_bodies = off;\n{wanted}")
            cursor.execute("COMMENT ON FUNCTION core_actor() IS %s", [_signature(wanted)])
            cursor.execute("RESET check_function_bodies")
    walled = row_walls.walled()
    for table in tables:
        entry = walled.get(table.name)
        if entry is None:
            _lower(line, table)
        elif not (table.is_walled and table.policy == _signature(entry.predicate)):
            _raise(line, table.name, entry.predicate)
    return _hand_out(line, [table.name for table in tables if not table.is_readable])


def _signature(told: str) -> str:
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _lower(line: BaseDatabaseWrapper, table: Found) -> None:
    if not table.is_walled:
        return
    name = line.ops.quote_name(table.name)
    with transaction.atomic(using=line.alias), line.cursor() as cursor:
        cursor.execute(f"DROP POLICY IF EXISTS {POLICY} ON {name}")
        cursor.execute(f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY")


def _raise(line: BaseDatabaseWrapper, table: str, predicate: str) -> None:
    """Where the policy cannot be made (a table it asks is of a migration that has yet to come),
    the table stays closed: no policy is nobody's rows."""
    name = line.ops.quote_name(table)
    with line.cursor() as cursor:
        try:
            with transaction.atomic(using=line.alias):
                cursor.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
                cursor.execute(f"DROP POLICY IF EXISTS {POLICY} ON {name}")
                cursor.execute(f"CREATE POLICY {POLICY} ON {name} FOR SELECT USING ({predicate})")
                told = _signature(predicate)
                cursor.execute(f"COMMENT ON POLICY {POLICY} ON {name} IS %s", [told])
        except ProgrammingError as error:
            log.warning("row_policies.not_made", table=table, error=str(error).strip())
            cursor.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")


def _hand_out(line: BaseDatabaseWrapper, unreadable: list[str]) -> bool:
    """The role, and SELECT alone: it writes nothing, so no policy has to say what may be written.
    A server that lets us make no role leaves the wall off; doctor and health say so."""
    with line.cursor() as cursor:
        cursor.execute(STANDS)
        if cursor.fetchone()[0] and not unreadable:
            return True
        try:
            with transaction.atomic(using=line.alias):
                cursor.execute(MAKE_ROLE)
                cursor.execute(TAKE_ROLE)
                cursor.execute(f"GRANT USAGE ON SCHEMA public TO {ROLE}")
                names = ", ".join(map(line.ops.quote_name, unreadable))
                cursor.execute(f"GRANT SELECT ON {names} TO {ROLE}" if names else "SELECT 1")
        except DatabaseError as error:
            log.warning("row_policies.no_role", error=str(error).strip())
            return False
    return True
