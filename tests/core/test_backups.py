"""The backup drill: what was copied comes back, and a copy that is not whole is refused."""

import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import AuthSession, Deletion, User
from accounts.services import erased, erasure
from tests import cast
from tests.house.sources import ROOT
from tutorme.core import backups, jobs, leftovers, restoring, row_policies, row_security
from tutorme.core.row_session import ROLE

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def made(media: Path, tmp_path: Path) -> Path:
    cast.person("Sam")
    (media / "avatars").mkdir()
    (media / "avatars" / "one.webp").write_bytes(b"picture")
    return backups.make(tmp_path / "backups")


def test_what_was_lost_comes_back(made: Path, media: Path) -> None:
    User.objects.filter(username="sam").delete()
    cast.person("Late")
    (media / "avatars" / "one.webp").unlink()
    out = StringIO()
    call_command("restore", str(made), "--yes", stdout=out)
    assert list(User.objects.values_list("username", flat=True)) == ["sam"]
    assert (media / "avatars" / "one.webp").read_bytes() == b"picture"


@pytest.mark.parametrize("name", ["../beside.txt", "/beside.txt", "link"])
def test_media_stay_where_media_are(tmp_path: Path, name: str) -> None:
    member = tarfile.TarInfo(name)
    if name == "link":
        member.type, member.linkname = tarfile.SYMTYPE, "/etc"
    with tarfile.open(tmp_path / "evil.tar", "w") as tar:
        tar.addfile(member)
    with pytest.raises(backups.BackupUnusable, match="leads out"):
        backups.unpack(tmp_path / "evil.tar", tmp_path / "media")
    assert not list((tmp_path / "media").iterdir())
    assert not (tmp_path / "beside.txt").exists()


def test_the_third_wall_comes_back_on_a_server_that_never_had_its_role(made: Path) -> None:
    """Nothing that is restored names the role; what it may read is handed out afterwards."""
    script = backups._run(
        "pg_restore",
        ["--no-owner", "--no-privileges", "-f-", str(made / backups.DATABASE)],
        database=None,
    )
    assert f"CREATE POLICY {row_policies.POLICY}" in script
    assert ROLE not in script
    call_command("restore", str(made), "--yes", stdout=StringIO())
    assert row_security.state(connection) == "ok"
    with row_security.reading():
        row_security.begin(AnonymousUser())
        assert not AuthSession.objects.exists()


def test_a_copy_from_before_an_upgrade_comes_back_over_it(made: Path) -> None:
    """The way back from an upgrade that went wrong: its tables hang on those of the copy."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TYPE later_kind AS ENUM ('a')")
        cursor.execute(
            "CREATE TABLE later_thing (id int PRIMARY KEY, kind later_kind, "
            "owner uuid REFERENCES accounts_user (id))"
        )
        cursor.execute("ALTER TABLE accounts_user ADD COLUMN later text")
    call_command("restore", str(made), "--yes", stdout=StringIO())
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('later_thing'), to_regtype('later_kind')")
        assert cursor.fetchone() == (None, None)
    assert User.objects.get().username == "sam"


@pytest.mark.parametrize("program", ["pg_restore", "psql"])
def test_a_restore_that_ends_early_changes_nothing(
    made: Path, settings, tmp_path: Path, program: str
) -> None:
    """Half of it was said, or heard, when the program died."""
    cast.person("Late")
    real = {name: backups._program(name) for name in ("pg_restore", "psql")}
    settings.PG_BIN = str(tmp_path)
    for name, path in real.items():
        dies = f'{path} "$@" | head -c 20000; exit 1'
        deaf = f'head -c 20000 | {path} "$@"; exit 1'
        line = {"pg_restore": dies, "psql": deaf}[name] if name == program else f'{path} "$@"'
        (tmp_path / name).write_text(f"#!/bin/sh\n{line}\n")
        (tmp_path / name).chmod(0o755)
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("restore", str(made), "--yes", stdout=StringIO())
    assert User.objects.count() == 2


def test_a_restore_waits_for_nobody_for_ever(made: Path, monkeypatch) -> None:
    """Something still uses the database: here a table that is dropped after most others."""
    monkeypatch.setattr(restoring, "_PATIENCE", "300ms")
    elsewhere = connection.copy()
    try:
        with elsewhere.cursor() as cursor:
            cursor.execute("CREATE TABLE used_elsewhere ()")
            cursor.execute("BEGIN; LOCK TABLE used_elsewhere IN ACCESS SHARE MODE")
        with pytest.raises(CommandError) as told:
            call_command("restore", str(made), "--yes", stdout=StringIO())
    finally:
        with elsewhere.cursor() as cursor:
            cursor.execute("ROLLBACK; DROP TABLE used_elsewhere")
        elsewhere.close()
    said = str(told.value)
    assert "Nothing was changed: stop everything that uses the database first." in said
    assert "lock timeout" in said
    assert "NOTICE" not in said, "a hundred of them would hide the error"
    assert User.objects.get().username == "sam"


def test_who_was_erased_since_the_copy_is_erased_in_what_comes_back(made: Path) -> None:
    sam = User.objects.get(username="sam")
    wish = erasure.request(user=sam, keeps_name_on_certificates=False)
    with transaction.atomic():
        erasure.erase(wish.pk)
    out = StringIO()
    call_command("restore", str(made), "--yes", "--json", stdout=out)
    assert json.loads(out.getvalue())["again"] == {"erased": 1}
    back = User.objects.get(pk=sam.pk)
    assert (back.erased_at is not None, back.is_active) == (True, False)
    assert not User.objects.filter(email=sam.email).exists()


def test_a_lost_database_is_no_way_back_either(made: Path) -> None:
    """The notes are beside it; the job writes them before the rows go."""
    sam = User.objects.get(username="sam")
    wish = erasure.request(user=sam, keeps_name_on_certificates=True)
    Deletion.objects.filter(pk=wish.pk).update(due_at=timezone.now(), announced_at=timezone.now())
    row = jobs.enqueue(erasure.JOB, key="erase", args={"deletion_id": str(wish.pk)})
    jobs.run(row.pk)
    Deletion.objects.all().delete()
    call_command("restore", str(made), "--yes", stdout=StringIO())
    assert User.objects.get(pk=sam.pk).erased_at is not None
    assert Deletion.objects.get().keeps_name_on_certificates
    assert erased.erase_again() == 0


def test_the_control_without_its_note_somebody_comes_back(made: Path, media: Path) -> None:
    sam = User.objects.get(username="sam")
    sam.erased_at = timezone.now()
    sam.save()
    call_command("restore", str(made), "--yes", stdout=StringIO())
    assert User.objects.get(pk=sam.pk).erased_at is None


def test_the_drill_touches_nothing_and_counts(made: Path) -> None:
    cast.person("Late")
    out = StringIO()
    call_command("restore", str(made), "--check", "--json", stdout=out)
    assert json.loads(out.getvalue())["differences"] == {}
    assert User.objects.count() == 2
    manifest = made / backups.MANIFEST
    told = json.loads(manifest.read_text())
    told["rows"]["accounts_user"] += 1
    manifest.write_text(json.dumps(told))
    with pytest.raises(CommandError, match="other rows"):
        call_command("restore", str(made), "--check", stdout=StringIO())


def test_the_command_copies_and_proves_it(media: Path, tmp_path: Path) -> None:
    cast.person("Sam")
    out = StringIO()
    call_command("backup", "--to", str(tmp_path), "--json", stdout=out)
    assert json.loads(out.getvalue())
    (copy,) = tmp_path.iterdir()
    call_command("restore", str(copy), "--check", stdout=StringIO())


def test_a_damaged_or_missing_file_is_refused(made: Path) -> None:
    for name in (backups.DATABASE, backups.MEDIA):
        content = (made / name).read_bytes()
        (made / name).write_bytes(content[:40] + b"!" + content[41:])
        with pytest.raises(backups.BackupUnusable, match=name):
            backups.verify(made)
        (made / name).write_bytes(content)
    backups.verify(made)
    (made / backups.MANIFEST).unlink()
    with pytest.raises(backups.BackupUnusable):
        backups.verify(made)


@pytest.mark.parametrize("told", ["[]", "{}", '{"files": {}, "rows": {}}', "null", "{"])
def test_what_is_no_manifest_is_refused(made: Path, told: str) -> None:
    """One that names no files would else prove nothing."""
    (made / backups.MANIFEST).write_text(told)
    with pytest.raises(CommandError, match="no manifest of ours"):
        call_command("restore", str(made), "--check", stdout=StringIO())


def test_a_folder_that_cannot_be_written_is_named() -> None:
    with pytest.raises(CommandError, match=r"^/proc/.*\.$"):
        call_command("backup", "--to", "/proc/none", stdout=StringIO())


def test_an_unfinished_copy_has_no_name(media: Path, tmp_path: Path, settings) -> None:
    settings.PG_BIN = str(tmp_path)
    (tmp_path / "pg_dump").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "pg_dump").chmod(0o755)
    with pytest.raises(backups.BackupUnusable):
        backups.make(tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


_BEGUN = """
import sys
from pathlib import Path
import django
django.setup()
from tutorme.core import backups, leftovers
with leftovers.written(Path(sys.argv[1])), leftovers.scratch_name(sys.argv[2]) as name:
    backups._run("createdb", ["--template=template0", name], database=None)
    print(name, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def other(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another backup, which has begun both and goes on until it is killed."""
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    env = {**os.environ, "DATABASE_URL": f"{server}/{connection.settings_dict['NAME']}"}
    arguments = [str(tmp_path / ".tutorme-20260101T000000Z"), f"{backups._ours()}_drill_"]
    with subprocess.Popen(
        [sys.executable, "-c", _BEGUN, *arguments],
        cwd=ROOT,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        process.kill()


def databases() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {name for (name,) in cursor.fetchall()}


def test_what_a_killed_backup_leaves_goes_with_the_next_and_what_runs_stays(
    other: subprocess.Popen[str], media: Path, tmp_path: Path
) -> None:
    assert other.stdout is not None
    scratch, begun = other.stdout.readline().strip(), tmp_path / ".tutorme-20260101T000000Z"
    call_command("backup", "--to", str(tmp_path), stdout=StringIO())
    assert begun.exists()
    assert scratch in databases()
    other.kill()
    other.wait()
    time.sleep(1)  # a name lasts a second
    call_command("backup", "--to", str(tmp_path), stdout=StringIO())
    assert scratch not in databases()
    assert not begun.exists()
    assert all(path.name.startswith("tutorme-") for path in tmp_path.glob("*tutorme-*"))


def test_a_folder_nobody_claimed_is_left_for_a_day(media: Path, tmp_path: Path) -> None:
    """Its writer may be about to; or of a release that knew no claims."""
    begun = tmp_path / ".tutorme-20260101T000000Z"
    begun.mkdir()
    backups.make(tmp_path)
    assert begun.exists()
    os.utime(begun, (0, 0))
    leftovers.remove_directories(tmp_path, ".tutorme-*")
    assert not begun.exists()


def test_production_is_not_overwritten_by_the_way(made: Path, settings) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="--yes"):
        call_command("restore", str(made), stdout=StringIO())
