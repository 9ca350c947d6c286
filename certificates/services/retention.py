"""PDFs of organisations leave the disk after a time; what was certified stays verifiable."""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from certificates.models import Certificate
from tutorme.core import audit
from tutorme.core.files import blobs

_AT_A_TIME = 500


def retire_files() -> int:
    """Those older than `CERTIFICATE_RETENTION`, where nobody holds them and no account has them
    among its own. How many. An admin may print one again from its frozen facts."""
    if not settings.CERTIFICATE_RETENTION:
        return 0
    old = Certificate.objects.filter(
        organization__isnull=False,
        user__isnull=True,
        held_at__isnull=True,
        file_removed_at__isnull=True,
        issued_at__lt=timezone.now() - settings.CERTIFICATE_RETENTION,
    )
    ids = list(old.order_by("issued_at").values_list("pk", flat=True)[:_AT_A_TIME])
    return sum(_retire(pk) for pk in ids)


@transaction.atomic
def _retire(certificate_id: UUID) -> bool:
    row = Certificate.objects.select_for_update(of=("self",), no_key=True).get(pk=certificate_id)
    if row.held_at is not None or row.file_removed_at is not None:
        return False
    Certificate.objects.filter(pk=row.pk).update(file_removed_at=Now())
    audit.record("certificate.file_retired", target=row, before={"storage_key": row.storage_key})
    transaction.on_commit(lambda: blobs.remove(row.storage_key))
    return True
