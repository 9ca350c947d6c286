"""Designs: read, proved, added as a new version, and tried out."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from certificates import previews
from certificates.api import shapes
from certificates.models import CertificateTemplate
from certificates.services import templates
from tutorme.core.access import ADMIN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import ApiView, ApiViewSet, Idempotency, read_body
from tutorme.core.errors import NotFound

_SHOWN = {
    (200, "application/pdf"): OpenApiTypes.BINARY,
    (200, "image/png"): OpenApiTypes.BINARY,
}
_COLUMNS = ("id", "name", "version", "is_default", "source_sha256", "created_at")


def _row(pk: UUID) -> CertificateTemplate:
    row = CertificateTemplate.objects.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


class TemplateViewSet(ApiViewSet):
    access = dict.fromkeys(("list", "retrieve", "create", "make_default"), Grant(ADMIN, Scope.ALL))

    @extend_schema(operation_id="certificate_templates_list", responses=page_of(shapes.TemplateOut))
    def list(self, request: Request) -> Response:
        """All versions of all designs, newest first."""
        page = CursorPage()
        rows = CertificateTemplate.objects.values(*_COLUMNS)
        return page.get_paginated_response(page.paginate_queryset(rows, request, self))

    @extend_schema(operation_id="certificate_templates_read", responses=shapes.TemplateDetailOut)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One version with its source."""
        return Response(self._card(_row(pk)))

    @extend_schema(
        operation_id="certificate_templates_create",
        request=shapes.TemplateIn,
        responses={201: shapes.TemplateDetailOut},
    )
    def create(self, request: Request) -> Response:
        """Add a version of a design. It is printed with difficult names first; 422 says what is
        wrong with it. A version is never edited: send the changed one."""
        body = read_body(shapes.TemplateIn, request)
        templates.prove(html=body["html"], css=body["css"])
        row = templates.add_version(**body, actor_id=request.user.pk)
        return Response(self._card(row), status=201)

    @extend_schema(
        operation_id="certificate_templates_make_default",
        request=None,
        responses=shapes.TemplateDetailOut,
    )
    def make_default(self, request: Request, pk: UUID) -> Response:
        """Issue from this version from now on."""
        templates.make_default(template=_row(pk), actor_id=request.user.pk)
        return Response(self._card(_row(pk)))

    def _card(self, row: CertificateTemplate) -> dict[str, Any]:
        return {name: getattr(row, name) for name in (*_COLUMNS, "html", "css")}


class PreviewView(ApiView):
    access = {"post": Grant(ADMIN, Scope.ALL)}
    idempotency = Idempotency.NONE

    @extend_schema(
        operation_id="certificate_templates_preview",
        request=shapes.PreviewIn,
        responses=_SHOWN,
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Print a source that is not a version yet, by the press and rules certificates have."""
        body = read_body(shapes.PreviewIn, request)
        return _shown(body["html"], body["css"], body)


class StoredPreviewView(ApiView):
    access = {"post": Grant(ADMIN, Scope.ALL)}
    idempotency = Idempotency.NONE

    @extend_schema(
        operation_id="certificate_templates_preview_version",
        request=shapes.StoredPreviewIn,
        responses=_SHOWN,
    )
    def post(self, request: Request, pk: UUID) -> HttpResponseBase:
        """Print a version with sample words."""
        body = read_body(shapes.StoredPreviewIn, request)
        row = _row(pk)
        return _shown(row.html, row.css, body)


def _shown(html: str, css: str, wish: dict[str, Any]) -> HttpResponseBase:
    pdf = templates.preview(html=html, css=css, recipient=wish.get("recipient"))
    if wish["format"] == "png":
        return HttpResponse(previews.png(pdf), content_type="image/png")
    return HttpResponse(pdf, content_type="application/pdf")
