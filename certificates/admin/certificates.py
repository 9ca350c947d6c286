"""Certificates in the admin: read, and everything done to them by the services."""

from collections.abc import Callable

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminTextInputWidget

from certificates.models import Certificate, Delivery
from certificates.services import deliveries, issuing, taking_back
from tutorme.core.errors import DomainError
from tutorme.core.read_only_admin import ReadOnlyAdmin


class ReasonForm(ActionForm):  # type: ignore[misc]
    reason = forms.CharField(
        required=False,
        max_length=300,
        label="",
        widget=UnfoldAdminTextInputWidget(
            attrs={
                "placeholder": _("Reason"),
                "aria-label": _("Reason; of a revocation it is shown to whoever checks the code"),
            }
        ),
    )


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
    action_form = ReasonForm
    actions = ("revoke", "reissue", "reprint", "send_again", "hold", "release")
    show_full_result_count = False

    @admin.display(description=_("recipient"))
    def recipient(self, row: Certificate) -> str:
        return str(row.facts["recipient"])

    @admin.display(description=_("course"))
    def course(self, row: Certificate) -> str:
        return str(row.facts["course"])

    @admin.action(description=_("Revoke, for good"))
    def revoke(self, request: HttpRequest, rows: QuerySet[Certificate]) -> None:
        if reason := self._reason(request):
            self._each(request, rows, taking_back.revoke, _("is revoked."), reason=reason)

    @admin.action(description=_("Issue anew: a next edition with today's names"))
    def reissue(self, request: HttpRequest, rows: QuerySet[Certificate]) -> None:
        if reason := self._reason(request):
            self._each(request, rows, issuing.reissue, _("gets a new edition."), reason=reason)

    @admin.action(description=_("Put under legal hold"))
    def hold(self, request: HttpRequest, rows: QuerySet[Certificate]) -> None:
        if reason := self._reason(request):
            self._each(request, rows, taking_back.hold, _("is held."), reason=reason)

    @admin.action(description=_("Release from legal hold"))
    def release(self, request: HttpRequest, rows: QuerySet[Certificate]) -> None:
        self._each(request, rows, taking_back.release, _("is released."))

    @admin.action(description=_("Send to the organisation's contact again"))
    def send_again(self, request: HttpRequest, rows: QuerySet[Certificate]) -> None:
        contact = Delivery.Recipient.CONTACT
        self._each(request, rows, deliveries.resend, _("is on its way."), recipient=contact)

    def _reason(self, request: HttpRequest) -> str:
        reason = request.POST.get("reason", "").strip()
        if not reason:
            messages.error(request, _("Give a reason: it is kept, and shown where it revokes."))
        return reason

    def _each(
        self,
        request: HttpRequest,
        rows: QuerySet[Certificate],
        act: Callable[..., object],
        done: str | Promise,
        **how: str,
    ) -> None:
        """One that cannot be done leaves the others."""
        for row in rows:
            try:
                act(certificate=row, actor_id=request.user.pk, **how)
                messages.info(request, f"{row} {done}")
            except DomainError as error:
                messages.warning(request, f"{row}: {error.detail}")

    @admin.action(description=_("Print again"))
    def reprint(self, request: HttpRequest, rows: QuerySet[Certificate]) -> None:
        """An issued one from its frozen facts; one whose job failed with today's names."""
        for row in rows:
            pending = row.state == Certificate.State.PENDING
            again = issuing.retry if pending else issuing.reprint
            try:
                again(certificate=row, actor_id=request.user.pk)
                messages.info(request, _("%(serial)s is being printed.") % {"serial": row})
            except DomainError as error:
                messages.warning(request, f"{row}: {error.detail}")
