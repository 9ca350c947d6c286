"""What every session with PostgreSQL is told before its first statement."""

import pytest
from django.db import connection


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("jit", "off"),
        ("statement_timeout", "5s"),
        ("lock_timeout", "3s"),
        ("idle_in_transaction_session_timeout", "10s"),
    ],
)
def test_a_session_has_its_limits(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reset_val, unit FROM pg_settings WHERE name = %s", [name])
        ((found, unit),) = cursor.fetchall()
    said = f"{int(found) // 1000}s" if unit == "ms" else found
    assert said == value
