"""Designs in the admin: written with a preview beside them, proved before they are a version."""

import base64
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from certificates import previews
from certificates.models import CertificateTemplate
from certificates.services import templates
from tutorme.core.errors import DocumentRefused, DomainError, PressUnavailable
from tutorme.core.read_only_admin import TracedAdmin


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = CertificateTemplate
        fields = ("name", "html", "css")
        labels: ClassVar = {"html": "HTML", "css": "CSS"}

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
class TemplateAdmin(TracedAdmin):
    """A version can be added and chosen; none can be edited."""

    list_display = ("name", "version", "is_default", "created_by", "created_at")
    list_select_related = ("created_by",)
    ordering = ("name", "-version")
    form = TemplateForm
    change_form_template = "admin/certificates/template_form.html"
    readonly_fields = ("source_html", "source_css")
    actions = ("make_default",)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: CertificateTemplate | None = None) -> list[str]:
        if obj is None:
            return ["name", "html", "css"]
        about = ["name", "version", "is_default", "created_by", "created_at"]
        return [*about, "source_html", "source_css"]

    @admin.display(description="HTML")
    def source_html(self, row: CertificateTemplate) -> SafeString:
        return _source(row.html)

    @admin.display(description="CSS")
    def source_css(self, row: CertificateTemplate) -> SafeString:
        return _source(row.css)

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

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview)
        own = [path("preview/", view, name="certificates_certificatetemplate_preview")]
        return own + super().get_urls()  # type: ignore[no-any-return]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new version begins as the current one."""
        row = templates.current()
        return {"name": row.name, "html": row.html, "css": row.css}

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        context = {**(extra_context or {}), "preview_names": _names()}
        page: HttpResponse = super().changeform_view(request, object_id, form_url, context)
        return page

    def preview(self, request: HttpRequest) -> HttpResponse:
        """What the press makes of the source in the form, for one name or for all difficult ones:
        as JSON for the page's script, as a page of its own without."""
        html, css = request.POST.get("html", ""), request.POST.get("css", "")
        names = _names()
        if request.method != "POST" or not self.has_add_permission(request):
            return HttpResponse(status=405 if request.method != "POST" else 403)
        if request.headers.get("Accept") == "application/json":
            kind = request.POST.get("preview_kind", "")
            return JsonResponse(_tried(html, css, names.get(kind, templates.SAMPLE_NAME)))
        tried = _all_tried(html, css, names)
        context = {**self.admin_site.each_context(request), "title": _("Preview"), "tried": tried}
        return TemplateResponse(request, "admin/certificates/preview.html", context)

    @admin.action(description=_("Issue from this version"), permissions=["change"])
    def make_default(self, request: HttpRequest, rows: QuerySet[CertificateTemplate]) -> None:
        if rows.count() != 1:
            messages.error(request, _("Choose one version."))
            return
        templates.make_default(template=rows.get(), actor_id=request.user.pk)
        messages.info(request, _("New certificates are printed from it."))


def _source(text: str) -> SafeString:
    return format_html('<pre class="overflow-x-auto whitespace-pre-wrap">{}</pre>', text)


def _names() -> dict[str, str]:
    return {"sample": templates.SAMPLE_NAME, **templates.WORST_NAMES}


def _all_tried(html: str, css: str, names: dict[str, str]) -> list[dict[str, str]]:
    printed = templates.previews(html=html, css=css, recipients=names.values())
    return [
        {"kind": kind, **_shown(name, pdf)}
        for (kind, name), pdf in zip(names.items(), printed, strict=True)
    ]


def _tried(html: str, css: str, name: str) -> dict[str, str]:
    try:
        return _shown(name, templates.preview(html=html, css=css, recipient=name))
    except (DocumentRefused, PressUnavailable) as refusal:
        return _shown(name, refusal)


def _shown(name: str, printed: bytes | DomainError) -> dict[str, str]:
    """A picture, or why there is none."""
    if isinstance(printed, DomainError):
        return {"name": name, "problem": str(printed.detail)}
    picture = base64.b64encode(previews.png(printed)).decode()
    return {"name": name, "picture": f"data:image/png;base64,{picture}"}
