"""Certificates of the signed-in person, and checking anybody's by its code."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from certificates import downloads, queries
from certificates.api import serializers as shapes
from certificates.errors import CertificateUnknown
from certificates.models import Certificate
from certificates.services import issuing
from tutorme.core.access import ADMIN, ANYONE, SIGNED_IN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import ApiView, ApiViewSet, read_body
from tutorme.core.errors import NotFound


def _visible(request: Request, pk: UUID) -> Certificate:
    row = Certificate.objects.visible_to(request.user).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


class CertificateViewSet(ApiViewSet):
    access = {
        "list": Grant(SIGNED_IN, Scope.OWN),
        "retrieve": Grant(SIGNED_IN, Scope.OWN),
        "retry": Grant(SIGNED_IN, Scope.OWN),
        "revoke": Grant(ADMIN, Scope.ALL),
    }

    @extend_schema(operation_id="certificates_list", responses=page_of(shapes.CertificateOut))
    def list(self, request: Request) -> Response:
        """One's certificates, newest first; an admin reads everybody's."""
        page = CursorPage()
        rows = Certificate.objects.visible_to(request.user).values(*queries.COLUMNS)
        found = page.paginate_queryset(rows, request, self) or []
        return page.get_paginated_response([queries.card(row) for row in found])

    @extend_schema(operation_id="certificates_read", responses=shapes.CertificateOut)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One certificate."""
        return Response(self._card(request, pk))

    @extend_schema(operation_id="certificates_retry", request=None, responses=shapes.CertificateOut)
    def retry(self, request: Request, pk: UUID) -> Response:
        """Make a certificate again whose job failed, with the names as they are now."""
        issuing.retry(certificate=_visible(request, pk), actor_id=request.user.pk)
        return Response(self._card(request, pk))

    @extend_schema(
        operation_id="certificates_revoke",
        request=shapes.RevokeIn,
        responses=shapes.CertificateOut,
    )
    def revoke(self, request: Request, pk: UUID) -> Response:
        """Take a certificate back, for good; its public page then says so and why."""
        body = read_body(shapes.RevokeIn, request)
        row = _visible(request, pk)
        issuing.revoke(certificate=row, actor_id=request.user.pk, reason=body["reason"])
        return Response(self._card(request, pk))

    def _card(self, request: Request, pk: UUID) -> dict[str, Any]:
        visible = Certificate.objects.visible_to(request.user)
        row = visible.filter(pk=pk).values(*queries.COLUMNS).first()
        if row is None:
            raise NotFound
        return queries.card(row)


class DownloadView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(
        operation_id="certificates_download",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """The PDF. 409 while it is being made and after it was revoked."""
        return downloads.respond(request, _visible(request, pk))


class VerifyView(ApiView):
    access = {"get": Grant(ANYONE, Scope.SECRET)}
    limit_scope = "verify"

    @extend_schema(operation_id="certificates_verify", responses=shapes.VerifiedOut)
    def get(self, request: Request, code: str) -> Response:
        """Check a certificate by the code printed on it; case, spaces and hyphens do not matter."""
        verified = queries.verify(code)
        if verified is None:
            raise CertificateUnknown
        return Response(asdict(verified), headers={"X-Robots-Tag": "noindex"})
