"""What certificates keep about people: they stay verifiable, under the name or without it."""

from collections.abc import Iterator
from uuid import UUID

from certificates.models import (
    Certificate,
    CertificateTemplate,
    Delivery,
    ExternalCourse,
    LearnerImport,
    Member,
)
from certificates.services import names
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

declare(
    Table(Certificate, "user_id", Keep("verifiable; its name is dealt with before")),
    Table(Certificate, "revoked_by_id", Keep("an admin's act"), is_exported=False),
    Table(CertificateTemplate, "created_by_id", Keep("an admin's act"), is_exported=False),
    Table(ExternalCourse, "created_by_id", Keep("an admin's act"), is_exported=False),
    Table(Member, "invited_by_id", Keep("an organisation's act"), is_exported=False),
    Table(LearnerImport, "created_by_id", Keep("an organisation's act"), is_exported=False),
    Table(Delivery, "requested_by_id", Keep("an organisation's act"), is_exported=False),
)


@erases
def withhold_names(wish: Erasure) -> None:
    """Where the person did not want to stay named: the name goes out of what is certified, and the
    printed page that shows it goes too."""
    if wish.keeps_name_on_certificates:
        return
    rows = Certificate.objects.filter(user_id=wish.user_id).select_for_update()
    names.withhold(rows.order_by("pk"))


@attaches
def pages(user_id: UUID) -> Iterator[Attached]:
    for row in Certificate.objects.filter(user_id=user_id).exclude(storage_key=""):
        path = blobs.path_of(row.storage_key)
        if path.exists():
            yield Attached(f"certificates/{row.file_name}", path)
