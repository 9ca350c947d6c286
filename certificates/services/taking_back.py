"""How a certificate ends, and what keeps it: revoked, superseded by the next edition, held."""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from certificates.errors import CertificateNotReady, CertificateRevoked, NotHeld
from certificates.models import Certificate
from certificates.services import deliveries, names
from tutorme.core import audit

State = Certificate.State
REPLACED = "Replaced by a newer edition."


@transaction.atomic
def revoke(*, certificate: Certificate, actor_id: UUID | None, reason: str) -> Certificate:
    """Final. The reason is shown to whoever checks the code."""
    issued = Certificate.objects.filter(pk=certificate.pk, state=State.ISSUED)
    if not issued.update(
        state=State.REVOKED, revoked_at=Now(), revoked_by=actor_id, revoked_reason=reason[:300]
    ):
        certificate.refresh_from_db()
        raise CertificateNotReady if certificate.state == State.PENDING else CertificateRevoked
    audit.record(
        "certificate.revoked",
        target=certificate,
        actor_id=actor_id,
        before={"state": State.ISSUED},
        after={"state": State.REVOKED},
        reason=reason,
    )
    certificate.refresh_from_db()
    deliveries.send_revoked(certificate)
    return certificate


def supersede(newer: Certificate) -> None:
    """Takes the edition before it out of force, in the transaction that issues the newer. One
    that was revoked stays revoked."""
    if newer.supersedes_id is None:
        return
    older = Certificate.objects.filter(pk=newer.supersedes_id, state=State.ISSUED)
    if older.update(state=State.SUPERSEDED, revoked_at=Now(), revoked_reason=REPLACED):
        audit.record(
            "certificate.superseded",
            target=Certificate.objects.get(pk=newer.supersedes_id),
            before={"state": State.ISSUED},
            after={"state": State.SUPERSEDED, "by": newer.serial},
        )


@transaction.atomic
def hold(*, certificate: Certificate, actor_id: UUID | None, reason: str) -> None:
    """A legal hold: until it is released neither age nor a wish removes anything of it."""
    row = Certificate.objects.select_for_update(no_key=True).get(pk=certificate.pk)
    Certificate.objects.filter(pk=row.pk).update(held_at=Now(), held_reason=reason[:300])
    audit.record("certificate.held", target=row, actor_id=actor_id, reason=reason)


@transaction.atomic
def release(*, certificate: Certificate, actor_id: UUID | None) -> None:
    """Ends the hold, and does now what waited for that."""
    row = Certificate.objects.select_for_update(no_key=True).get(pk=certificate.pk)
    if row.held_at is None:
        raise NotHeld
    Certificate.objects.filter(pk=row.pk).update(held_at=None, held_reason="")
    audit.record("certificate.released", target=row, actor_id=actor_id, reason=row.held_reason)
    if row.name_is_due:
        row.refresh_from_db()
        names.withhold([row])
