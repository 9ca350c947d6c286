import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import User
from tutorme.core import audit
from tutorme.core.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "attempt",
    [
        "UPDATE core_auditentry SET action = 'nothing happened'",
        "DELETE FROM core_auditentry",
    ],
)
def test_the_database_itself_refuses_to_forget(sam: User, attempt: str) -> None:
    audit.record("user.suspended", target=sam, reason="spam")
    with pytest.raises((IntegrityError, DatabaseError), match="append-only"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(attempt)
    assert AuditEntry.objects.get().action == "user.suspended"


def test_truncate_is_refused_outside_a_throwaway_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL tutorme.throwaway = 'off'")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE core_auditentry CASCADE")


def test_control_a_table_without_the_rule_forgets(sam: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET display_name = 'someone else'")
    sam.refresh_from_db()
    assert sam.display_name == "someone else"
