"""What certificates keep about people: they stay verifiable, under the name or without it."""

from collections.abc import Iterator
from uuid import UUID

from django.db import connection

from certificates.models import Certificate, CertificateTemplate
from tutorme.core.files import blobs
from tutorme.core.personal import (
    Attached,
    Erasure,
    Keep,
    Table,
    attaches,
    declare,
    erases,
)

NAME_WITHHELD = "Name withheld"

declare(
    Table(Certificate, "user_id", Keep("verifiable; its name is dealt with before")),
    Table(Certificate, "revoked_by_id", Keep("an admin's act"), is_exported=False),
    Table(CertificateTemplate, "created_by_id", Keep("an admin's act"), is_exported=False),
)


@erases
def withhold_names(wish: Erasure) -> None:
    """Where the person did not want to stay named: the name goes out of what is certified, and the
    printed page that shows it goes too. The database lets nothing else of it change."""
    if wish.keeps_name_on_certificates:
        return
    rows = Certificate.objects.filter(user_id=wish.user_id).select_for_update()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL tutorme.erasing = 'on'")
    for row in rows.order_by("pk"):
        if row.facts.get("recipient") != NAME_WITHHELD:
            facts = {**row.facts, "recipient": NAME_WITHHELD}
            Certificate.objects.filter(pk=row.pk).update(facts=facts)
        if row.storage_key:
            blobs.remove(row.storage_key)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL tutorme.erasing = 'off'")


@attaches
def pages(user_id: UUID) -> Iterator[Attached]:
    for row in Certificate.objects.filter(user_id=user_id).exclude(storage_key=""):
        path = blobs.path_of(row.storage_key)
        if path.exists():
            yield Attached(f"certificates/{row.file_name}", path)
