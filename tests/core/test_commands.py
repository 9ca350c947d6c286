"""What an operator runs by hand."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as live
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection

from tutorme.core.fields import encrypt
from tutorme.core.management.commands.env_docs import example
from tutorme.core.rotation import Column, rotate

ROOT = Path(__file__).parents[2]
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
