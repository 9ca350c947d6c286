"""Putting a backup back: the whole database in one transaction, the media, and then what has to be
done anew because it happened after the copy was made.

What stands in the database is dropped first, whatever release it is of: a copy taken before an
upgrade comes back over the tables the upgrade made.
"""

import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from tutorme.core import backups, row_policies

log = structlog.get_logger(__name__)
# How long something that still uses the database is waited for.
_PATIENCE = "30s"
# Of the schema everything is in, what no extension brought. What falls with what is not told: a
# hundred such notices would come before the one error.
_CLEAR = """
BEGIN;
SET LOCAL lock_timeout = :'patience';
SET LOCAL client_min_messages = warning;
DO $clear$
DECLARE one record;
BEGIN
  FOR one IN SELECT format('DROP %s IF EXISTS %s CASCADE', word, name) AS said FROM (
    SELECT CASE relkind WHEN 'S' THEN 4 ELSE 1 END AS turn,
           CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW'
             WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS word, oid::regclass::text AS name,
           oid, 'pg_class'::regclass AS kept_in
      FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r','p','v','m','S')
    UNION ALL
    SELECT 2, 'ROUTINE', oid::regprocedure::text, oid, 'pg_proc'::regclass
      FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind <> 'a'
    UNION ALL
    SELECT 3, 'TYPE', oid::regtype::text, oid, 'pg_type'::regclass
      FROM pg_type WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e','d')
  ) AS there WHERE NOT EXISTS (SELECT FROM pg_depend
      WHERE objid = there.oid AND classid = there.kept_in AND deptype = 'e')
  ORDER BY turn
  LOOP
    EXECUTE one.said;
  END LOOP;
END $clear$;
"""


@dataclass(frozen=True)
class Rite:
    """`before` saves beside the database what an older copy would not know; `again` does it anew
    in the restored rows and says how many. Both may be repeated."""

    before: Callable[[], int]
    again: Callable[[], int]


_rites: dict[str, Rite] = {}


def declare(name: str, rite: Rite) -> None:
    _rites[name] = rite


def restore(directory: Path) -> dict[str, int | str]:
    """Puts database and media back as they were; what was done again, by its name. The caller has
    stopped everything else."""
    backups.verify(directory)
    _save()
    # First what can do no harm: files are added and never changed, and the disk may be full.
    backups.unpack(directory / backups.MEDIA, Path(settings.MEDIA_ROOT))
    connection.close()
    _replace_database(directory)
    # Who may read what is the server's, not the dump's: the role may be missing here.
    row_policies.bring_up(connection)
    return _again()


def _save() -> None:
    for name, rite in _rites.items():
        try:
            rite.before()
        except DatabaseError as error:
            # An empty database, or one that cannot be read: what was saved earlier has to do.
            log.warning("restore.not_saved", what=name, error=str(error).splitlines()[0])


def _again() -> dict[str, int | str]:
    found: dict[str, int | str] = {}
    for name, rite in _rites.items():
        try:
            found[name] = rite.again()
        except DatabaseError:
            found[name] = "not yet: run `manage.py migrate`, then `manage.py reconcile`"
    return found


def _replace_database(directory: Path) -> None:
    """By psql, which is told to commit only when pg_restore has said everything: where either
    ends early the database is what it was."""
    whole, arguments = backups.DATABASE, ["--no-owner", "--no-privileges", "--file=-"]
    obeying = ["-XqAt", "-v", "ON_ERROR_STOP=1", "-v", f"patience={_PATIENCE}"]
    with (
        backups.program(
            "pg_restore", [*arguments, str(directory / whole)], to_database=False
        ) as said,
        backups.program("psql", obeying, to_database=True) as heard,
        # Where psql refused something it says so, and listens no more.
        suppress(BrokenPipeError),
    ):
        _say(said.process, heard.process)
    if heard.process.returncode or said.process.returncode:
        told = heard.last_words or said.last_words
        hint = ": stop everything that uses the database first" if "lock timeout" in told else ""
        raise backups.BackupUnusable(f"Nothing was changed{hint}. {told}")


def _say(said: subprocess.Popen[bytes], heard: subprocess.Popen[bytes]) -> None:
    assert said.stdout is not None
    assert heard.stdin is not None
    with heard.stdin as mouth:
        mouth.write(_CLEAR.encode())
        while chunk := said.stdout.read(1 << 20):
            mouth.write(chunk)
        if said.wait() == 0:
            mouth.write(b"\nCOMMIT;\n")
