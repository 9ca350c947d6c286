"""What an operator runs by hand."""

import json
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection

from tutorme.core import surroundings
from tutorme.core.errors import PressUnavailable
from tutorme.core.fields import encrypt
from tutorme.core.management.commands.env_docs import example
from tutorme.core.rotation import Column, rotate

ROOT = Path(__file__).parents[2]
ROW = {"name": "sweep-jobs", "late": True, "failed": False, "last": None}
NEW_KEY = "new:bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleS0="


def test_the_example_file_names_every_variable() -> None:
    assert (ROOT / ".env.example").read_text() == example()


@pytest.mark.django_db
def test_doctor_says_ready_or_what_is_wrong(settings) -> None:
    out = StringIO()
    call_command("doctor", stdout=out)
    assert out.getvalue().endswith("Ready.\n")
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(CommandError, match="redis"):
        call_command("doctor", stdout=StringIO())


@pytest.mark.django_db
def test_rotation_moves_stored_text_to_the_first_key(settings) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE note (id int PRIMARY KEY, secret text)")
        rows = [(n, encrypt(f"secret {n}") if n else "") for n in range(3)]
        cursor.executemany("INSERT INTO note VALUES (%s, %s)", rows)
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY, *live.FIELD_ENCRYPTION_KEYS]
    column = Column('"note"', '"id"', '"secret"')
    assert rotate(column, dry_run=True) == 2
    assert rotate(column) == 2
    assert rotate(column) == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM note WHERE secret LIKE 'new:%'")
        assert cursor.fetchone() == (2,)


@pytest.mark.django_db
def test_deploy_checks_refuse_development_values(settings) -> None:
    settings.SANDBOX_URL = "http://127.0.0.1:8025"
    found = {finding.id for finding in run_checks(include_deployment_checks=True)}
    assert {"core.E001", "core.E003", "core.E004", "core.E005", "core.E006"} <= found


@pytest.mark.django_db
def test_deploy_checks_pass_a_sound_installation(settings) -> None:
    settings.SANDBOX_URL = ""
    settings.PUBLIC_BASE_URL = "https://learn.example"
    settings.SECRET_KEY = "s" * 50
    settings.SIMPLE_JWT = {**settings.SIMPLE_JWT, "SIGNING_KEY": "j" * 50}
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY]
    settings.CERTIFICATE_KEYS = [f"2026:{'c' * 50}"]
    settings.PAYPAL = {**settings.PAYPAL, "base_url": "https://api-m.paypal.com"}
    found = {finding.id or "" for finding in run_checks(include_deployment_checks=True)}
    assert not {name for name in found if name.startswith("core.")}


def _doctor() -> dict[str, Any]:
    out = StringIO()
    with suppress(CommandError):
        call_command("doctor", "--json", stdout=out)
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def _cannot_print(*_: Any) -> bytes:
    raise PressUnavailable("libpango is missing")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("what", "instead", "part", "said"),
    [
        ("print_document", _cannot_print, "printing", "fails: libpango is missing"),
        ("_policy", lambda: "allkeys-lru", "redis keeps", "allkeys-lru"),
        ("_EXTENSIONS", frozenset({"postgis"}), "server", "lacks postgis"),
        ("_OLDEST_SERVER", 990_000, "server", "older than"),
        ("clockwork.rows", lambda: [ROW], "beat", "late: sweep-jobs"),
    ],
)
def test_doctor_names_what_is_broken_and_what_to_do(
    monkeypatch, what: str, instead: Any, part: str, said: str
) -> None:
    assert _doctor()["to_do"] == {}, "the control: here all is well"
    monkeypatch.setattr(f"tutorme.core.surroundings.{what}", instead)
    told = _doctor()
    assert said in told["parts"][part]
    assert told["to_do"] == {part: surroundings.REMEDIES[part]}


@pytest.mark.django_db
def test_doctor_goes_without_backup_tools_and_says_so(settings, monkeypatch) -> None:
    monkeypatch.setattr("tutorme.core.backups.tools_version", lambda: 9)
    told = _doctor()
    assert told["ready"]
    assert "pg_dump 9 cannot read" in told["parts"]["backup tools"]


@pytest.mark.django_db
def test_doctor_has_a_remedy_for_every_part() -> None:
    assert set(_doctor()["parts"]) == set(surroundings.REMEDIES)


@pytest.mark.django_db
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder root cannot write to")
def test_media_that_cannot_be_written_are_not_well(settings) -> None:
    """A folder that exists is not one to write in."""
    settings.MEDIA_ROOT = "/proc/self"
    told = _doctor()
    assert told["parts"]["media"].startswith("not writable")
    assert "media" in told["to_do"]
