"""What opens a calendar or an account, and who somebody is, is ciphertext in a copy of the
database, with the name of its key beside it, and still readable after new keys were made."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import TutorPrivate, User
from booking.models import CalendarConnection
from tests.accounts.conftest import second_factor  # noqa: F401  a fixture
from tests.booking.calendars import connect
from tests.sandbox_server import Sandbox

pytestmark = pytest.mark.django_db
NEW_KEY = "new:bmV3LWtleS1uZXcta2V5LW5ldy1rZXktbmV3LWtleS0="
NAME, PHONE = "Canary Legal Tess", "+33 6 12 34 56 78"


def dump() -> str:
    """Every row of every table, as text."""
    rows: list[str] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            quoted = connection.ops.quote_name(table)
            cursor.execute(f"SELECT t::text FROM {quoted} t")  # noqa: S608  a table of ours
            rows += [row for (row,) in cursor.fetchall()]
    return "\n".join(rows)


@pytest.fixture
def secrets(sandbox: Sandbox, tess: User, second_factor: Any, drain: Any) -> set[str]:  # noqa: F811
    secret, codes = second_factor(tess)
    row = connect(sandbox, tess, "google")
    drain()
    row.refresh_from_db()
    private, _new = TutorPrivate.objects.get_or_create(profile_id=tess.pk)
    private.legal_name, private.phone = NAME, PHONE
    private.save()
    kept = {secret, *codes, row.access_token, row.refresh_token, row.channel_secret, NAME, PHONE}
    assert all(len(word) > 5 for word in kept - {""})
    return kept - {""}


def test_a_copy_of_the_database_holds_none_of_them(secrets: set[str], tess: User) -> None:
    text = dump()
    assert tess.email in text
    assert [word for word in secrets if word in text] == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_token FROM booking_calendarconnection")
        (stored,) = cursor.fetchone()
    assert stored.partition(":")[0] == "development"


def test_new_keys_open_what_the_old_ones_closed(secrets: set[str], settings: Any) -> None:
    before = CalendarConnection.objects.get().access_token
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY, *settings.FIELD_ENCRYPTION_KEYS]
    assert CalendarConnection.objects.get().access_token == before
    call_command("rotate_field_keys", stdout=StringIO())
    settings.FIELD_ENCRYPTION_KEYS = [NEW_KEY]
    assert CalendarConnection.objects.get().access_token == before
    assert TutorPrivate.objects.get().legal_name == NAME
    assert [word for word in secrets if word in dump()] == []
