"""Taking a name off what stays certified."""

from collections.abc import Iterable

from django.db import connection, transaction

from certificates.models import Certificate
from tutorme.core.files import blobs

WITHHELD = "Name withheld"


def withhold(rows: Iterable[Certificate]) -> None:
    """The name and address go out of what is certified, and the printed page that shows them goes
    too; the database lets nothing else of it change. What is held waits for its release. The
    caller holds the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL tutorme.erasing = 'on'")
    for row in rows:
        _withhold(row)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL tutorme.erasing = 'off'")


def _withhold(row: Certificate) -> None:
    mine = Certificate.objects.filter(pk=row.pk)
    if row.held_at is not None:
        mine.update(name_is_due=True)
        return
    gone = {"recipient": WITHHELD, "email": ""}
    mine.update(facts={**row.facts, **gone}, name_is_due=False)
    if row.storage_key:
        transaction.on_commit(lambda: blobs.remove(row.storage_key))
