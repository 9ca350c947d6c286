"""A copy of everything that matters, and the proof that it can be read back.

A backup is a directory: `database.dump` (pg_dump's own format), `media.tar`, `manifest.json` with
sizes, SHA-256 and row counts. It appears under its name only when it is whole. Redis is left out:
the sweeps find in PostgreSQL what has to be done. FIELD_ENCRYPTION_KEYS are not in it on purpose.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from django.db.backends.postgresql.client import DatabaseClient
from django.utils import timezone

from tutorme.core import leftovers
from tutorme.core.errors import DomainError

DATABASE, MEDIA, MANIFEST = "database.dump", "media.tar", "manifest.json"
_CHUNK = 1 << 20


class BackupUnusable(DomainError):
    code = "backup-unusable"
    title = "The backup cannot be used"
    status = 422
    explanation = "A file of the backup is missing, damaged, or cannot be restored."


@dataclass(frozen=True)
class Scratch:
    """A database that exists for the length of a check."""

    name: str


def make(root: Path) -> Path:
    """The directory of the new backup. The rows are those of one moment; a file that was uploaded
    while they were read may be in it without its row, never the other way round."""
    name = f"tutorme-{timezone.now():%Y%m%dT%H%M%SZ}"
    unfinished, finished = root / f".{name}", root / name
    leftovers.remove_directories(root, ".tutorme-*")
    try:
        with leftovers.written(unfinished):
            counts = _dump(unfinished / DATABASE)
            _pack(Path(settings.MEDIA_ROOT), unfinished / MEDIA)
            _write_manifest(unfinished, counts)
            leftovers.unclaim(unfinished)
            _keep(unfinished)
            unfinished.rename(finished)
            _keep_names(root)
    except FileExistsError:
        raise BackupUnusable("Another backup is being written here at this second.") from None
    return finished


def _keep(directory: Path) -> None:
    """A power cut right after the name appears finds the files whole."""
    for path in directory.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    _keep_names(directory)


def _keep_names(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _dump(to: Path) -> dict[str, int]:
    """pg_dump reads the same snapshot in which the rows are counted."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        counts = _counts(cursor)
        _run("pg_dump", ["-Fc", "--no-owner", f"--snapshot={snapshot}", f"--file={to}"])
    return counts


def _counts(cursor: Any) -> dict[str, int]:
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608  our own table's name
            found[model._meta.db_table] = cursor.fetchone()[0]
    return found


def _pack(media: Path, to: Path) -> None:
    with tarfile.open(to, "w") as tar:
        if media.exists():
            tar.add(media, arcname=".")


def _write_manifest(directory: Path, counts: Mapping[str, int]) -> None:
    files = {
        name: {"size": (directory / name).stat().st_size, "sha256": _sha256(directory / name)}
        for name in (DATABASE, MEDIA)
    }
    told = {
        "made_at": timezone.now().isoformat(),
        "database": connection.settings_dict["NAME"],
        "rows": dict(counts),
        "files": files,
    }
    (directory / MANIFEST).write_text(json.dumps(told, indent=2) + "\n")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def verify(directory: Path) -> dict[str, Any]:
    """The manifest of a backup whose files are what they were; `BackupUnusable` otherwise."""
    try:
        told: dict[str, Any] = json.loads((directory / MANIFEST).read_text())
        files, _rows = told["files"], told["rows"]
        for name in (DATABASE, MEDIA):
            was = files[name]
            if _sha256(directory / name) != was["sha256"]:
                raise BackupUnusable(f"{name} is not what was written.")
    except OSError as error:
        raise BackupUnusable(f"{error.filename}: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BackupUnusable(f"{directory / MANIFEST} is no manifest of ours.") from error
    return told


def drill(directory: Path) -> dict[str, int]:
    """Restores into a scratch database and counts; returns the tables whose rows differ, with the
    difference. Nothing of this installation is touched."""
    told = verify(directory)
    with tarfile.open(directory / MEDIA) as tar:
        tar.getmembers()
    with _scratch() as scratch:
        _restore_database(directory, scratch.name)
        found = _counts_in(scratch, list(told["rows"]))
    return {
        table: found[table] - rows for table, rows in told["rows"].items() if found[table] != rows
    }


@contextmanager
def _scratch() -> Iterator[Scratch]:
    prefix = f"{_ours()}_drill_"
    leftovers.remove_databases(prefix, _drop)
    with leftovers.scratch_name(prefix) as name:
        _run("createdb", ["--template=template0", name], database=None)
        try:
            yield Scratch(name)
        finally:
            _drop(name)


def _drop(name: str) -> None:
    _run("dropdb", ["--if-exists", name], database=None)


def _counts_in(scratch: Scratch, tables: Sequence[str]) -> dict[str, int]:
    """By psql: a second Django connection would outlive the database."""
    quote = connection.ops.quote_name
    lines = (f"SELECT '{name}', count(*) FROM {quote(name)}" for name in tables)  # noqa: S608
    union = " UNION ALL ".join(lines)
    told = _run("psql", ["-XAtF", "\t", "-c", union], database=scratch.name)
    return {name: int(count) for name, count in re.findall(r"(.+)\t(\d+)", told)}


def unpack(packed: Path, media: Path) -> None:
    """Folders and files, inside `media` alone. tarfile's own filter for that came with Python
    3.11.4, which not every system of ours has."""
    media.mkdir(parents=True, exist_ok=True)
    with tarfile.open(packed) as tar:
        for member in tar:
            target = (media / member.name).resolve()
            if not target.is_relative_to(media.resolve()) or member.issym() or member.isdev():
                raise BackupUnusable(f"{member.name} in {packed} leads out of the media.")
            if member.isdir():
                target.mkdir(parents=True, exist_ok=True)
            elif content := tar.extractfile(member):
                target.parent.mkdir(parents=True, exist_ok=True)
                with content, target.open("wb") as file:
                    shutil.copyfileobj(content, file, _CHUNK)
                target.chmod(member.mode & 0o755 | 0o600)


def _restore_database(directory: Path, name: str) -> None:
    options = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    _run("pg_restore", [*options, f"--dbname={name}", str(directory / DATABASE)], database=None)


def _run(program: str, arguments: Sequence[str], *, database: str | None = "") -> str:
    """One of PostgreSQL's programs against our server. `database` "" is ours, None says none."""
    where, secrets = _server()
    named = [] if database is None else [database or _ours()]
    done = subprocess.run(  # noqa: S603  our own programs and names
        [_program(program), *where, *arguments, *named],
        env={**os.environ, **secrets},
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise BackupUnusable(f"{program}: {done.stderr.strip()[:1000]}")
    return done.stdout


def _server() -> tuple[list[str], dict[str, str]]:
    given, secrets = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    return given[1:-1], secrets or {}


def _ours() -> str:
    return str(connection.settings_dict["NAME"])


@dataclass
class Running:
    """One of PostgreSQL's programs; what it complained about is there when it has ended."""

    process: subprocess.Popen[bytes]
    last_words: str = ""


@contextmanager
def program(name: str, arguments: Sequence[str], *, to_database: bool) -> Iterator[Running]:
    """Spoken to and connected with our database where `to_database`; else listened to."""
    server, secrets = _server()
    told = [*server, *arguments, _ours()] if to_database else arguments
    with TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603  our own programs and names
            [_program(name), *told],
            env={**os.environ, **secrets},
            stdin=subprocess.PIPE if to_database else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if to_database else subprocess.PIPE,
            stderr=errors,
        )
        running = Running(process)
        try:
            yield running
        finally:
            if process.stdout:
                process.stdout.close()
            process.wait()
            errors.seek(0)
            running.last_words = errors.read(4000).decode(errors="replace").strip()[:1000]


def tools_version() -> int:
    """The major version of pg_dump here. Raises `BackupUnusable` where there is none."""
    told = subprocess.run(  # noqa: S603  our own program
        [_program("pg_dump"), "--version"], check=False, capture_output=True, text=True
    ).stdout
    found = re.search(r"\d+", told)
    if found is None:
        raise BackupUnusable("pg_dump does not say its version.")
    return int(found[0])


def _program(name: str) -> str:
    """From PG_BIN, Debian's newest, or PATH: pg_dump must not be older than the server."""
    directories = [Path(settings.PG_BIN)] if settings.PG_BIN else []
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    directories += sorted(debian, key=lambda path: int(path.parent.name), reverse=True)
    for directory in directories:
        if (directory / name).exists():
            return str(directory / name)
    if found := shutil.which(name):
        return found
    raise BackupUnusable(f"{name} is not on this machine: install PostgreSQL's client programs.")
