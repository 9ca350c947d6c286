"""Health in detail and the audit trail, for admins."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tutorme.core import health
from tutorme.core.access import ADMIN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import OutputSerializer, page_of
from tutorme.core.api.views import ApiView
from tutorme.core.models import AuditEntry, InboxMessage, Job, OutboxDelivery


class HealthOut(OutputSerializer):
    checks = serializers.DictField(child=serializers.CharField())
    backlog = serializers.DictField(child=serializers.IntegerField())


class AuditOut(OutputSerializer):
    id = serializers.UUIDField()
    actor = serializers.UUIDField(source="actor_id", allow_null=True)
    action = serializers.CharField()
    target_type = serializers.CharField()
    target_id = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()


class HealthView(ApiView):
    access = {"get": Grant(ADMIN, Scope.ALL)}

    @extend_schema(operation_id="system_health", responses=HealthOut)
    def get(self, request: Request) -> Response:
        """Each dependency's state, and what waits or died in the background."""
        backlog = {
            "outbox_pending": OutboxDelivery.objects.filter(state="pending").count(),
            "outbox_dead": OutboxDelivery.objects.filter(state="dead").count(),
            "inbox_received": InboxMessage.objects.filter(state="received").count(),
            "inbox_dead": InboxMessage.objects.filter(state="dead").count(),
            "jobs_queued": Job.objects.filter(state="queued").count(),
            "jobs_failed": Job.objects.filter(state="failed").count(),
        }
        return Response({"checks": health.readiness(), "backlog": backlog})


class AuditView(ApiView):
    access = {"get": Grant(ADMIN, Scope.ALL)}

    @extend_schema(operation_id="audit_list", responses=page_of(AuditOut))
    def get(self, request: Request) -> Response:
        """Who did what, newest first; `target` narrows to one object's id."""
        rows = AuditEntry.objects.values(
            "id",
            "actor_id",
            "action",
            "target_type",
            "target_id",
            "before",
            "after",
            "reason",
            "created_at",
        )
        if target := request.query_params.get("target"):
            rows = rows.filter(target_id=target[:64])
        page = CursorPage()
        found = page.paginate_queryset(rows, request, self) or []
        return page.get_paginated_response(
            [{"actor" if key == "actor_id" else key: row[key] for key in row} for row in found]
        )
