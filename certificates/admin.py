"""Certificates in the admin: read, revoked and printed again through the services."""

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminTextInputWidget

from certificates.models import Certificate, CertificateTemplate
from certificates.services import issuing, taking_back, templates
from tutorme.core.errors import DocumentRefused, DomainError
from tutorme.core.read_only_admin import ReadOnlyAdmin


class ReasonForm(ActionForm):  # type: ignore[misc]
    reason = forms.CharField(
        required=False,
        max_length=300,
        label="",
        widget=UnfoldAdminTextInputWidget(
            attrs={
                "placeholder": _("Public reason to revoke"),
                "aria-label": _("Reason for revoking, shown to whoever checks the code"),
            }
        ),
    )


@admin.register(Certificate)
class CertificateAdmin(ReadOnlyAdmin):
    list_display = ("serial", "recipient", "course", "state", "issued_at", "revoked_reason")
    list_filter = ("state", "issued_at")
    search_fields = ("serial", "code", "user__email", "user__display_name")
    ordering = ("-id",)
    action_form = ReasonForm
    actions = ("revoke", "reprint")
    show_full_result_count = False

    @admin.display(description=_("recipient"))
    def recipient(self, row: Certificate) -> str:
        return str(row.facts["recipient"])

    @admin.display(description=_("course"))
    def course(self, row: Certificate) -> str:
        return str(row.facts["course"])

    @admin.action(description=_("Revoke, for good"))
    def revoke(self, request: HttpRequest, rows: QuerySet[Certificate]) -> None:
        reason = request.POST.get("reason", "").strip()
        if not reason:
            messages.error(request, _("Give a reason: the public page shows it."))
            return
        for row in rows:
            try:
                taking_back.revoke(certificate=row, actor_id=request.user.pk, reason=reason)
                messages.info(request, _("%(serial)s is revoked.") % {"serial": row})
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


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = CertificateTemplate
        fields = ("name", "html", "css")

    def clean(self) -> dict[str, object]:
        """The proof print is the validation: what it refuses does not become a version."""
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                templates.prove(html=cleaned["html"], css=cleaned["css"])
            except DocumentRefused as refusal:
                raise forms.ValidationError(refusal.detail) from refusal
        return cleaned


@admin.register(CertificateTemplate)
class TemplateAdmin(ModelAdmin):  # type: ignore[misc]
    """A version can be added and chosen; none can be edited."""

    list_display = ("name", "version", "is_default", "created_by", "created_at")
    list_select_related = ("created_by",)
    ordering = ("name", "-version")
    form = TemplateForm
    actions = ("make_default",)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: CertificateTemplate,
        form: TemplateForm,
        change: bool,  # noqa: FBT001  the signature is Django's
    ) -> None:
        source = {name: form.cleaned_data[name] for name in ("name", "html", "css")}
        row = templates.add_version(**source, actor_id=request.user.pk)
        obj.pk, obj.version, obj._state.adding = row.pk, row.version, False

    @admin.action(description=_("Issue from this version"))
    def make_default(self, request: HttpRequest, rows: QuerySet[CertificateTemplate]) -> None:
        if rows.count() != 1:
            messages.error(request, _("Choose one version."))
            return
        templates.make_default(template=rows.get(), actor_id=request.user.pk)
        messages.info(request, _("New certificates are printed from it."))
