"""Health in detail and the audit trail, for admins."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tutorme.core import inspection
from tutorme.core.access import ADMIN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import OutputSerializer, page_of
from tutorme.core.api.views import ApiView
from tutorme.core.models import AuditEntry


class HealthQueueOut(OutputSerializer):
    name = serializers.CharField()
    waiting = serializers.IntegerField()
    oldest_s = serializers.IntegerField(help_text="How long the oldest has been due.")
    dead = serializers.IntegerField(help_text="Given up; each waits for a person.")


class HealthProviderOut(OutputSerializer):
    name = serializers.CharField()
    breaker = serializers.CharField(help_text="closed: called; open: refused at once for a while.")
    calls = serializers.IntegerField()
    failed = serializers.IntegerField()
    mean_s = serializers.FloatField()


class HealthOut(OutputSerializer):
    status = serializers.ChoiceField(choices=["ok", "degraded", "down"])
    checks = serializers.DictField(child=serializers.CharField())
    backlog = serializers.DictField(child=serializers.IntegerField())
    process = serializers.DictField(child=serializers.JSONField())
    environment = serializers.DictField(child=serializers.JSONField())
    database = serializers.DictField(child=serializers.JSONField())
    redis = serializers.DictField(child=serializers.JSONField())
    migrations = serializers.DictField(child=serializers.JSONField())
    queues = HealthQueueOut(many=True)
    schedules = serializers.DictField(child=serializers.JSONField())
    providers = HealthProviderOut(many=True)
    promises = serializers.DictField(child=serializers.JSONField())
    disk = serializers.DictField(child=serializers.JSONField())


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
        """The process, each dependency, the schema, what waits or died in the background, the
        schedules, the providers and the disk. 200 whatever it finds: `status` says."""
        found = inspection.detailed()
        return Response({**found, "backlog": _backlog(found["queues"])})


def _backlog(queues: list[dict[str, Any]]) -> dict[str, int]:
    """The counts alone, under the names they always had."""
    words = {
        "outbox": ("outbox_pending", "outbox_dead"),
        "inbox": ("inbox_received", "inbox_dead"),
        "jobs": ("jobs_queued", "jobs_failed"),
    }
    counts: dict[str, int] = {}
    for row in queues:
        if row["name"] in words:
            waiting, dead = words[row["name"]]
            counts |= {waiting: row["waiting"], dead: row["dead"]}
    return counts


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
