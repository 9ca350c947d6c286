"""What organisations, their learners and their desks are told about certificates."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from certificates import downloads
from certificates.errors import CertificateRevoked
from certificates.events import DeliveryRequested, LearnersImported, MemberInvited
from certificates.mail_states import reports_mails
from certificates.models import Certificate, Delivery, LearnerImport, Member
from realtime.announcements import Addressee, Announcement, Attachment, Facts, Told, declare
from realtime.models import MailDelivery
from tutorme.core.files.blobs import path_of
from tutorme.core.jobs import RetryJob
from tutorme.core.row_security import as_system

Reason, Recipient = Delivery.Reason, Delivery.Recipient
# Above it a mail carries a link, however the organisation wants it: mail servers refuse more.
_MOST_ATTACHED = 7 * 1024 * 1024
_TOLD = {"complained": "complained_at", "bounced": "bounced_at", "delivered": "delivered_at"}


def _key(delivery_id: UUID) -> str:
    return f"certificate-delivery:{delivery_id}"


def _delivery(event: DeliveryRequested) -> Delivery:
    return Delivery.objects.select_related("certificate").get(pk=event.delivery_id)


def _told(row: Delivery) -> list[Told]:
    certificate = row.certificate
    path = certificate.verify_url.removeprefix(settings.PUBLIC_BASE_URL)
    is_linked = row.as_link or (certificate.pdf_size or 0) > _MOST_ATTACHED
    facts: Facts = {
        "course": certificate.facts["course"],
        "recipient": certificate.facts["recipient"],
        "serial": certificate.serial,
        "certificate": str(certificate.pk),
        "sha256": certificate.pdf_sha256,
        "verify_url": certificate.verify_url,
        "reason": certificate.revoked_reason,
        "as_link": is_linked,
        "link": settings.PUBLIC_BASE_URL + downloads.signed_path(certificate) if is_linked else "",
    }
    to = Addressee(row.to_address, row.to_name[:80], row.locale)
    return [Told(None, _key(row.pk), facts, path, to)]


def _to_contact(event: DeliveryRequested) -> list[Told]:
    row = _delivery(event)
    fits = row.recipient == Recipient.CONTACT and row.reason != Reason.REVOKED
    return _told(row) if fits else []


def _to_learner(event: DeliveryRequested) -> list[Told]:
    row = _delivery(event)
    return _told(row) if row.recipient == Recipient.LEARNER else []


def _of_revocation(event: DeliveryRequested) -> list[Told]:
    row = _delivery(event)
    return _told(row) if row.reason == Reason.REVOKED else []


def _pdf(facts: Facts) -> list[Attachment]:
    """Read when the mail is sent: what was taken back meanwhile is not sent any more."""
    certificate = Certificate.objects.get(pk=facts["certificate"])
    if certificate.state != Certificate.State.ISSUED:
        raise CertificateRevoked
    if facts["as_link"]:
        return []
    try:
        pdf = path_of(certificate.storage_key).read_bytes()
    except FileNotFoundError as error:
        # An operator prints it again from the admin; the mail waits for that.
        raise RetryJob("the certificate's file is missing") from error
    return [Attachment(certificate.file_name, "application/pdf", pdf)]


@reports_mails
@as_system("a desk sees whether a mail it sent arrived; not the mail")
def states(delivery_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Of the mails made for these deliveries: how far they got here, and then what the provider
    told of them, the worst of it first."""
    keys = {_key(pk): pk for pk in delivery_ids}
    rows = MailDelivery.objects.filter(dedupe_key__in=keys)
    return {
        keys[row.dedupe_key]: _told_of(row)
        for row in rows.only("dedupe_key", "state", *_TOLD.values())
    }


def _told_of(row: MailDelivery) -> str:
    told = (state for state, column in _TOLD.items() if getattr(row, column) is not None)
    return next(told, row.state) if row.state == MailDelivery.State.SENT else row.state


declare(
    Announcement(
        kind="certificate-for-contact",
        event=DeliveryRequested,
        who=_to_contact,
        title=_("Certificate of %(recipient)s: %(course)s"),
        body=_("%(recipient)s completed %(course)s. The certificate's serial is %(serial)s."),
        in_page=False,
        mail="certificate_delivery",
        action=_("See its public page"),
        attachments=_pdf,
    )
)
declare(
    Announcement(
        kind="certificate-for-learner",
        event=DeliveryRequested,
        who=_to_learner,
        title=_("Your certificate for %(course)s"),
        body=_("It is issued under the serial %(serial)s. Anybody can check it."),
        in_page=False,
        mail="certificate_delivery",
        action=_("See its public page"),
        attachments=_pdf,
    )
)
declare(
    Announcement(
        kind="certificate-revoked",
        event=DeliveryRequested,
        who=_of_revocation,
        title=_("Revoked: the certificate of %(recipient)s"),
        body=_("The certificate %(serial)s for %(course)s does not count any more: %(reason)s"),
        in_page=False,
        mail="notice",
        action=_("See its public page"),
    )
)


def _invited(event: MemberInvited) -> list[Told]:
    row = Member.objects.select_related("organization", "invited_by").filter(
        pk=event.member_id, user__isnull=True
    )
    member = row.first()
    if member is None:
        return []
    account = User.objects.filter(email__iexact=member.email, is_active=True).first()
    name = account.display_name if account else member.email.partition("@")[0]
    locale = account.locale if account else member.organization.locale
    facts: Facts = {"organization": member.organization.name}
    to = Addressee(member.email, name[:80], locale)
    return [Told(None, f"member-invited:{member.pk}", facts, reverse("org"), to)]


declare(
    Announcement(
        kind="member-invited",
        event=MemberInvited,
        who=_invited,
        title=_("The desk of %(organization)s"),
        body=_(
            "You are invited to the desk of %(organization)s. Log in with this address, or sign up "
            "with it and confirm it; the invitation waits for you there."
        ),
        in_page=False,
        mail="notice",
        action=_("See the invitation"),
    )
)


def _importer(event: LearnersImported) -> list[Told]:
    batch = LearnerImport.objects.select_related("course").get(pk=event.import_id)
    if batch.created_by_id is None or batch.organization_id is None:
        return []
    facts: Facts = {"course": batch.course.name, "rows": batch.good_rows}
    url = reverse("org-import", args=[batch.organization_id, batch.pk])
    return [Told(batch.created_by_id, f"learners-imported:{batch.pk}", facts, url)]


declare(
    Announcement(
        kind="learners-imported",
        event=LearnersImported,
        who=_importer,
        title=_("Your list for %(course)s is written"),
        body=_("Learners on it: %(rows)s. They are being put on Graphy now."),
    )
)
