"""Certificates in the admin: read, and everything done to them by the services."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from certificates.models import Certificate, Delivery
from certificates.services import deliveries, issuing, taking_back
from tutorme.core import bulk_admin
from tutorme.core.bulk import By
from tutorme.core.read_only_admin import ReadOnlyAdmin


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("It is kept; of a revocation it is shown to whoever checks the code."),
    )


@bulk_admin.action("certificates.revoke", _("Revoke, for good"), asks=ReasonForm, destroys=True)
def revoke(row: Certificate, by: By) -> None:
    taking_back.revoke(certificate=row, actor_id=by.actor_id, **by.given)


@bulk_admin.action(
    "certificates.reissue", _("Issue anew: a next edition with today's names"), asks=ReasonForm
)
def reissue(row: Certificate, by: By) -> None:
    issuing.reissue(certificate=row, actor_id=by.actor_id, **by.given)


@bulk_admin.action("certificates.hold", _("Put under legal hold"), asks=ReasonForm)
def hold(row: Certificate, by: By) -> None:
    taking_back.hold(certificate=row, actor_id=by.actor_id, **by.given)


@bulk_admin.action("certificates.release", _("Release from legal hold"))
def release(row: Certificate, by: By) -> None:
    taking_back.release(certificate=row, actor_id=by.actor_id)


@bulk_admin.action("certificates.send_again", _("Send to the organisation's contact again"))
def send_again(row: Certificate, by: By) -> None:
    contact = Delivery.Recipient.CONTACT
    deliveries.resend(certificate=row, actor_id=by.actor_id, recipient=contact)


@bulk_admin.action("certificates.reprint", _("Print again"))
def reprint(row: Certificate, by: By) -> None:
    """An issued one from its frozen facts; one whose job failed with today's names."""
    pending = row.state == Certificate.State.PENDING
    again = issuing.retry if pending else issuing.reprint
    again(certificate=row, actor_id=by.actor_id)


@admin.register(Certificate)
class CertificateAdmin(ReadOnlyAdmin):
    list_display = (
        "serial",
        "edition",
        "recipient",
        "course",
        "organization",
        "state",
        "issued_at",
        "held_at",
        "revoked_reason",
    )
    list_select_related = ("organization",)
    list_filter = ("state", "organization", "issued_at")
    search_fields = ("serial", "code", "user__email", "user__display_name", "learner__email")
    ordering = ("-id",)
    actions = (revoke, reissue, reprint, send_again, hold, release)

    @admin.display(description=_("recipient"))
    def recipient(self, row: Certificate) -> str:
        return str(row.facts["recipient"])

    @admin.display(description=_("course"))
    def course(self, row: Certificate) -> str:
        return str(row.facts["course"])
