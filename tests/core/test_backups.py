"""The backup drill: what was copied comes back, and a copy that is not whole is refused."""

import json
import tarfile
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import AuthSession, User
from tests import cast
from tutorme.core import backups, row_policies, row_security
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
        backups._unpack(tmp_path / "evil.tar", tmp_path / "media")
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


def test_an_unfinished_copy_has_no_name(media: Path, tmp_path: Path, settings) -> None:
    settings.PG_BIN = str(tmp_path)
    (tmp_path / "pg_dump").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "pg_dump").chmod(0o755)
    with pytest.raises(backups.BackupUnusable):
        backups.make(tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_production_is_not_overwritten_by_the_way(made: Path, settings) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="--yes"):
        call_command("restore", str(made), stdout=StringIO())
