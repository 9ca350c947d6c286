"""Files people send, before anything uses them."""

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from tutorme.core.access import SIGNED_IN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import OutputSerializer, StrictSerializer, page_of
from tutorme.core.api.views import ApiViewSet, Idempotency, read_body
from tutorme.core.errors import Conflict, NotFound
from tutorme.core.files import serving, storing
from tutorme.core.models import StoredFile


class UploadIn(StrictSerializer):
    purpose = serializers.CharField(max_length=40)
    file = serializers.FileField(max_length=400)


class UploadOut(OutputSerializer):
    id = serializers.UUIDField()
    purpose = serializers.CharField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)
    is_used = serializers.BooleanField()
    link = serializers.CharField()
    created_at = serializers.DateTimeField()


def shown(file: StoredFile) -> dict[str, Any]:
    plain = "id purpose name content_type size sha256 width height created_at".split()
    return {
        **{name: getattr(file, name) for name in plain},
        "is_used": file.kept_at is not None,
        "link": serving.signed_link(file),
    }


class UploadViewSet(ApiViewSet):
    """A file is uploaded first and named by its id where it is used; unused ones go after a day."""

    access = {
        "list": Grant(SIGNED_IN, Scope.OWN),
        "retrieve": Grant(SIGNED_IN, Scope.OWN),
        "create": Grant(SIGNED_IN, Scope.OWN),
        "destroy": Grant(SIGNED_IN, Scope.OWN),
    }
    parser_classes = (MultiPartParser,)
    # The body is too large to be compared; the same file twice is two rows, the unused one swept.
    idempotency = Idempotency.NONE
    limit_scope = {"create": "write"}

    @extend_schema(operation_id="uploads_list", responses=page_of(UploadOut))
    def list(self, request: Request) -> Response:
        """One's uploads, newest first."""
        page = CursorPage()
        rows = page.paginate_queryset(StoredFile.objects.visible_to(request.user), request, self)
        return page.get_paginated_response([shown(row) for row in rows or []])

    @extend_schema(
        operation_id="uploads_create",
        request={"multipart/form-data": UploadIn},
        responses={201: UploadOut},
    )
    def create(self, request: Request) -> Response:
        """Upload one file for a purpose; what it is, is read from its bytes."""
        body = read_body(UploadIn, request)
        upload: UploadedFile[bytes] = body["file"]
        assert request.user.pk is not None
        row = storing.store(
            owner_id=request.user.pk, purpose=storing.named(body["purpose"]), upload=upload
        )
        row.refresh_from_db()
        return Response(shown(row), status=201)

    @extend_schema(operation_id="uploads_read", responses=UploadOut)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One upload with a link to read it by, which ends within two hours."""
        return Response(shown(self._own(request, pk)))

    @extend_schema(operation_id="uploads_delete", responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Remove an upload that nothing uses."""
        if self._own(request, pk).kept_at is not None:
            raise Conflict("Something uses this file. Remove it there.")
        storing.discard(pk)
        return Response(status=204)

    def _own(self, request: Request, pk: UUID) -> StoredFile:
        row = StoredFile.objects.visible_to(request.user).filter(pk=pk).first()
        if row is None:
            raise NotFound
        return row
