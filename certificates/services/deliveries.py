"""Who is to be sent what. Sending it is for whoever sends mails; a row here is sent once."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from certificates.errors import CertificateNotReady, CertificateRevoked, NobodyToSendTo, SentJustNow
from certificates.events import DeliveryRequested
from certificates.models import Certificate, Delivery, Organization
from tutorme.core import audit, outbox
from tutorme.core.ids import uuid7

Recipient, Reason = Delivery.Recipient, Delivery.Reason
State = Certificate.State


def send_issued(certificate: Certificate) -> None:
    """To the organisation's contact, and to the learner where the organisation wants that. The
    caller holds the transaction. Whose course is ours is told with the notification."""
    organization = certificate.organization
    if organization is None:
        return
    _request(certificate, Recipient.CONTACT, Reason.ISSUED)
    if organization.tells_learners and certificate.user_id is None:
        _request(certificate, Recipient.LEARNER, Reason.ISSUED)


def send_revoked(certificate: Certificate) -> None:
    if certificate.organization_id is not None:
        _request(certificate, Recipient.CONTACT, Reason.REVOKED)


@transaction.atomic
def resend(*, certificate: Certificate, recipient: str, actor_id: UUID | None) -> Delivery:
    """The certificate once more. Between two to the same person some time has to pass."""
    row = Certificate.objects.select_for_update(of=("self",), no_key=True).get(pk=certificate.pk)
    if row.state == State.PENDING:
        raise CertificateNotReady
    if row.state != State.ISSUED:
        raise CertificateRevoked
    last = row.deliveries.filter(recipient=recipient).order_by("-created_at").first()
    _refuse_haste(last)
    again = row.deliveries.filter(recipient=recipient, reason=Reason.RESENT).count()
    delivery = _request(
        row, Recipient(recipient), Reason.RESENT, number=again + 1, requested_by=actor_id
    )
    audit.record(
        "certificate.resent",
        target=row,
        actor_id=actor_id,
        after={"recipient": recipient, "delivery": str(delivery.pk)},
    )
    return delivery


def _refuse_haste(last: Delivery | None) -> None:
    wait = timedelta(seconds=settings.CERTIFICATE_RESEND_SECONDS)
    left = last.created_at + wait - timezone.now() if last else timedelta()
    if left > timedelta():
        raise SentJustNow(retry_after=int(left.total_seconds()) + 1)


def _request(
    certificate: Certificate,
    recipient: Delivery.Recipient,
    reason: Delivery.Reason,
    *,
    number: int = 1,
    requested_by: UUID | None = None,
) -> Delivery:
    name, address, locale = _addressee(certificate, recipient)
    organization = certificate.organization
    row = Delivery(
        id=uuid7(),
        certificate=certificate,
        recipient=recipient,
        reason=reason,
        number=number,
        to_name=name,
        to_address=address,
        locale=locale,
        as_link=bool(organization and organization.delivery == Organization.Delivery.LINK),
        requested_by_id=requested_by,
    )
    Delivery.objects.bulk_create([row], ignore_conflicts=True)
    kept = Delivery.objects.get(
        certificate=certificate, recipient=recipient, reason=reason, number=number
    )
    outbox.record(DeliveryRequested(kept.pk), key=f"certificate.delivery_requested:{kept.pk}")
    return kept


def _addressee(certificate: Certificate, recipient: Delivery.Recipient) -> tuple[str, str, str]:
    """Name, address and language."""
    organization = certificate.organization
    if recipient == Recipient.CONTACT:
        if organization is None:
            raise NobodyToSendTo
        return organization.contact_name, organization.contact_email, organization.locale
    owner = User.objects.filter(pk=certificate.user_id, is_active=True).first()
    if owner is not None:
        return owner.display_name, owner.email, owner.locale
    address = certificate.facts.get("email", "")
    if organization is None or not address:
        raise NobodyToSendTo
    return certificate.facts["recipient"], address, organization.locale
