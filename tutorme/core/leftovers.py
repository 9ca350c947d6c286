"""What a backup leaves when it is killed, found and removed by the next one.

Whoever writes holds a lock, on a file in the unfinished directory and in PostgreSQL for the scratch
database, which ends with its process however that ends. So what nobody holds is left over, on
whichever machine or in whichever container its writer ran.
"""

import fcntl
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from django.db import connection

log = structlog.get_logger(__name__)

_CLAIM = "being-written"
# Before the claim is there: its writer is about to, or was killed there, or is an older release.
_UNCLAIMED_FOR_SECONDS = 24 * 60 * 60
# Tells these from the application's other advisory locks.
_SCRATCH_LOCK = 7_734_001


@contextmanager
def written(unfinished: Path) -> Iterator[None]:
    """Makes the directory, claimed. Raises FileExistsError where there is one; what is still
    under this name at the end is removed."""
    unfinished.mkdir(parents=True, mode=0o700)
    claim = unfinished / _CLAIM
    try:
        with (unfinished / f"{_CLAIM}.new").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            # Only what is locked has the name, so that nobody finds a claim without its lock.
            Path(file.name).rename(claim)
            yield
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def unclaim(unfinished: Path) -> None:
    """What is about to get its own name needs no claim in it."""
    (unfinished / _CLAIM).unlink()


def remove_directories(root: Path, pattern: str) -> None:
    for path in root.glob(pattern):
        if _is_abandoned(path):
            log.info("backup.leftover_removed", path=str(path))
            shutil.rmtree(path, ignore_errors=True)


def _is_abandoned(directory: Path) -> bool:
    try:
        with (directory / _CLAIM).open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return _is_old(directory)
    except OSError:
        # Held, or another user's: not ours to remove.
        return False
    return True


def _is_old(directory: Path) -> bool:
    try:
        return time.time() - directory.stat().st_mtime > _UNCLAIMED_FOR_SECONDS
    except FileNotFoundError:
        return False


@contextmanager
def scratch_name(prefix: str) -> Iterator[str]:
    """A name for a database, claimed until it is given back. Not the pid: in containers that is
    the same for everybody."""
    name = f"{prefix}{secrets.token_hex(4)}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, hashtext(%s))", [_SCRATCH_LOCK, name])
    try:
        yield name
    finally:
        _let_go(name)


def remove_databases(prefix: str, drop: Callable[[str], object]) -> None:
    """`drop` is given each scratch database of ours whose writer is gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datname, pg_try_advisory_lock(%s, hashtext(datname)) FROM pg_database"
            " WHERE starts_with(datname, %s) AND pg_get_userbyid(datdba) = current_user",
            [_SCRATCH_LOCK, prefix],
        )
        found = cursor.fetchall()
    for name, is_abandoned in found:
        if is_abandoned:
            try:
                log.info("backup.leftover_removed", database=name)
                drop(name)
            finally:
                _let_go(name)


def _let_go(name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [_SCRATCH_LOCK, name])
