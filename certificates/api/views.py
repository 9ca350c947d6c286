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
from certificates.api import shapes as desk_shapes
from certificates.errors import CertificateUnknown
from certificates.models import Certificate
from certificates.services import deliveries, issuing, messages, taking_back
from tutorme.core.access import ADMIN, ANYONE, SIGNED_IN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import ApiView, ApiViewSet, Idempotency, read_body
from tutorme.core.errors import BodyTooLarge, NotFound

_MAX_WEBHOOK_BYTES = 64 * 1024


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
        "reissue": Grant(ADMIN, Scope.ALL),
        "hold": Grant(ADMIN, Scope.ALL),
        "release": Grant(ADMIN, Scope.ALL),
        "resend": Grant(SIGNED_IN, Scope.OWN),
        "deliveries": Grant(SIGNED_IN, Scope.OWN),
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
        taking_back.revoke(certificate=row, actor_id=request.user.pk, reason=body["reason"])
        return Response(self._card(request, pk))

    @extend_schema(
        operation_id="certificates_reissue",
        request=shapes.RevokeIn,
        responses={202: shapes.CertificateOut},
    )
    def reissue(self, request: Request, pk: UUID) -> Response:
        """Make the next edition with today's names; the one before ends when it is printed."""
        body = read_body(shapes.RevokeIn, request)
        row = issuing.reissue(
            certificate=_visible(request, pk), actor_id=request.user.pk, reason=body["reason"]
        )
        return Response(self._card(request, row.pk), status=202)

    @extend_schema(
        operation_id="certificates_hold", request=shapes.RevokeIn, responses=shapes.CertificateOut
    )
    def hold(self, request: Request, pk: UUID) -> Response:
        """Put a certificate under legal hold: nothing of it is removed until it is released."""
        body = read_body(shapes.RevokeIn, request)
        row = _visible(request, pk)
        taking_back.hold(certificate=row, actor_id=request.user.pk, reason=body["reason"])
        return Response(self._card(request, pk))

    @extend_schema(
        operation_id="certificates_release", request=None, responses=shapes.CertificateOut
    )
    def release(self, request: Request, pk: UUID) -> Response:
        """End a legal hold; what waited for that is done now."""
        taking_back.release(certificate=_visible(request, pk), actor_id=request.user.pk)
        return Response(self._card(request, pk))

    @extend_schema(
        operation_id="certificates_resend",
        request=desk_shapes.ResendIn,
        responses={202: desk_shapes.DeliveryOut},
    )
    def resend(self, request: Request, pk: UUID) -> Response:
        """Send a certificate again, to its learner or to the organisation's contact. Between two
        to the same person some minutes have to pass."""
        body = read_body(desk_shapes.ResendIn, request)
        row = _visible(request, pk)
        delivery = deliveries.resend(
            certificate=row, recipient=body["recipient"], actor_id=request.user.pk
        )
        found = next(one for one in queries.deliveries_of(row) if one["id"] == delivery.pk)
        return Response(found, status=202)

    @extend_schema(
        operation_id="certificates_deliveries", responses=desk_shapes.DeliveryOut(many=True)
    )
    def deliveries(self, request: Request, pk: UUID) -> Response:
        """To whom a certificate was sent, and what became of each mail; the last fifty."""
        return Response(queries.deliveries_of(_visible(request, pk)))

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


class CredentialView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(
        operation_id="certificates_credential",
        responses={(200, "application/vc+ld+json"): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """The certificate as an Open Badges 3.0 credential, signed."""
        return downloads.credential(_visible(request, pk))


class BundleView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(
        operation_id="certificates_bundle",
        responses={(200, "application/zip"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """The ZIP a bundling job of one's own made."""
        return downloads.bundle(request, pk)


class GraphyWebhookView(ApiView):
    access = {"post": Grant(ANYONE, Scope.SIGNED)}
    authentication_classes = ()
    idempotency = Idempotency.NONE

    @extend_schema(
        operation_id="certificates_graphy_webhook",
        request=shapes.GraphyCompletionIn,
        responses={202: None},
    )
    def post(self, request: Request) -> Response:
        """Graphy says that a learner completed a course; signed over the raw body. Kept once by its
        `event_id` and applied in the background."""
        if int(request.headers.get("Content-Length") or 0) > _MAX_WEBHOOK_BYTES:
            raise BodyTooLarge
        messages.receive(headers=request.headers, body=request.body)
        return Response(status=202)
