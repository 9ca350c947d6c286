"""Taking one's data along, and leaving."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.security import require_recent
from accounts.models import DataExport, Deletion, User
from accounts.services import erasure, export
from tutorme.core.access import SIGNED_IN, Grant, Scope
from tutorme.core.api.serializers import OutputSerializer, StrictSerializer
from tutorme.core.api.views import ApiView, read_body
from tutorme.core.errors import NotFound
from tutorme.core.files import serving


class DataExportOut(OutputSerializer):
    id = serializers.UUIDField()
    job = serializers.UUIDField()
    state = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)
    link = serializers.CharField(allow_null=True, help_text="Ends within two hours.")


class DeletionIn(StrictSerializer):
    keep_name_on_certificates = serializers.BooleanField(required=False, default=False)


class DeletionOut(OutputSerializer):
    due_at = serializers.DateTimeField()
    keep_name_on_certificates = serializers.BooleanField()
    can_be_cancelled = serializers.BooleanField()


class ExportView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN), "post": Grant(SIGNED_IN, Scope.OWN)}
    limit_scope = {"post": "write"}

    @extend_schema(operation_id="me_export", responses=DataExportOut(many=True))
    def get(self, request: Request) -> Response:
        """Copies of one's data, newest first."""
        assert isinstance(request.user, User)
        rows = DataExport.objects.filter(user=request.user).select_related("job", "file")
        return Response([_export(row) for row in rows.order_by("-created_at")[:20]])

    @extend_schema(operation_id="me_export_begin", request=None, responses={202: DataExportOut})
    def post(self, request: Request) -> Response:
        """Begin a copy of everything kept about the caller; 401 `reauthentication-required` where
        the caller has not shown lately that it is them. Follow the job; the link comes with it."""
        require_recent(request)
        assert isinstance(request.user, User)
        row = export.begin(user=request.user)
        where = reverse("jobs-read", args=[row.job_id])
        return Response(_export(row), status=202, headers={"Location": where})


def _export(row: DataExport) -> dict[str, Any]:
    return {
        "id": row.pk,
        "job": row.job_id,
        "state": row.job.state,
        "expires_at": row.expires_at,
        "link": serving.signed_link(row.file) if row.file else None,
    }


class MeView(ApiView):
    access = {"delete": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(operation_id="me_delete", request=DeletionIn, responses={202: DeletionOut})
    def delete(self, request: Request) -> Response:
        """Ask for the account to be deleted. It can be taken back until `due_at`."""
        require_recent(request)
        assert isinstance(request.user, User)
        body = read_body(DeletionIn, request)
        row = erasure.request(
            user=request.user, keeps_name_on_certificates=body["keep_name_on_certificates"]
        )
        return Response(_deletion(row), status=202)


class DeletionView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN), "delete": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(operation_id="me_deletion", responses=DeletionOut)
    def get(self, request: Request) -> Response:
        """The wish to be deleted, while there is one; 404 otherwise."""
        assert isinstance(request.user, User)
        row = erasure.open_deletion(request.user)
        if row is None:
            raise NotFound
        return Response(_deletion(row))

    @extend_schema(operation_id="me_deletion_cancel", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Take it back."""
        assert isinstance(request.user, User)
        if not erasure.cancel(user=request.user):
            raise NotFound
        return Response(status=204)


def _deletion(row: Deletion) -> dict[str, Any]:
    return {
        "due_at": row.due_at,
        "keep_name_on_certificates": row.keeps_name_on_certificates,
        "can_be_cancelled": row.announced_at is None,
    }
