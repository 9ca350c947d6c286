"""What every session with PostgreSQL is told before its first statement."""

from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection


@pytest.mark.django_db
def test_a_session_has_its_limits() -> None:
    given = connection.get_connection_params()
    where = {name: given[name] for name in ("dbname", "user", "host", "port") if name in given}
    named = ["jit", "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]
    with psycopg.connect(**where, options=settings.SESSION_OPTIONS) as line:
        rows = line.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [named])
        assert dict(rows) == dict(zip(named, ["off", "5000", "3000", "10000"], strict=True))


def test_the_settings_of_a_running_site_use_them() -> None:
    """The suite has longer limits of its own, and no machine code either."""
    options: Any = settings.DATABASES["default"]["OPTIONS"]
    assert "-c jit=off" in settings.SESSION_OPTIONS
    assert "-c jit=off" in options["options"]
