"""Work in the background, as its owner follows it."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tutorme.core import jobs
from tutorme.core.access import SIGNED_IN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import OutputSerializer, page_of
from tutorme.core.api.views import ApiViewSet
from tutorme.core.errors import NotFound
from tutorme.core.models import Job

COLUMNS = (
    "id",
    "kind",
    "state",
    "step",
    "done",
    "total",
    "result",
    "error",
    "created_at",
    "finished_at",
)


class JobOut(OutputSerializer):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(choices=Job.State.choices)
    step = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)
    result = serializers.JSONField(allow_null=True)
    error = serializers.JSONField(allow_null=True)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class JobViewSet(ApiViewSet):
    """`state` is queued, running, succeeded, failed or cancelled."""

    access = {
        "list": Grant(SIGNED_IN, Scope.OWN),
        "retrieve": Grant(SIGNED_IN, Scope.OWN),
        "cancel": Grant(SIGNED_IN, Scope.OWN),
    }

    @extend_schema(operation_id="jobs_list", responses=page_of(JobOut))
    def list(self, request: Request) -> Response:
        """One's jobs, newest first."""
        page = CursorPage()
        rows = Job.objects.visible_to(request.user).values(*COLUMNS)
        return page.get_paginated_response(page.paginate_queryset(rows, request, self))

    @extend_schema(operation_id="jobs_read", responses=JobOut)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One job."""
        return Response(self._row(request, pk))

    @extend_schema(operation_id="jobs_cancel", request=None, responses=JobOut)
    def cancel(self, request: Request, pk: UUID) -> Response:
        """Ask a job to stop; a running one stops at its next step."""
        job = Job.objects.visible_to(request.user).filter(pk=pk).first()
        if job is None:
            raise NotFound
        jobs.cancel(job)
        return Response(self._row(request, pk))

    def _row(self, request: Request, pk: UUID) -> dict[str, object]:
        row = Job.objects.visible_to(request.user).filter(pk=pk).values(*COLUMNS).first()
        if row is None:
            raise NotFound
        return dict(row)
