"""The messages providers sent, for those who run the site."""

from typing import Any
from uuid import UUID

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tutorme.core import audit, inbox
from tutorme.core.access import ADMIN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import OutputSerializer, PageSize, StrictSerializer, page_of
from tutorme.core.api.views import ApiViewSet, read_query
from tutorme.core.errors import NotFound
from tutorme.core.models import InboxMessage

_FIELDS = (
    "id",
    "provider",
    "delivery_id",
    "kind",
    "state",
    "attempts",
    "duplicates",
    "conflicts",
    "last_error",
    "request_id",
    "received_at",
    "applied_at",
    "run_after",
)


class EventsQuery(StrictSerializer):
    provider = serializers.CharField(required=False, max_length=20)
    state = serializers.ChoiceField(required=False, choices=InboxMessage.State.choices)
    kind = serializers.CharField(required=False, max_length=120)
    cursor = serializers.CharField(required=False)
    page_size = PageSize(required=False)


class WebhookEventOut(OutputSerializer):
    id = serializers.UUIDField()
    provider = serializers.CharField()
    delivery_id = serializers.CharField(help_text="The provider's own number of the message.")
    kind = serializers.CharField()
    state = serializers.ChoiceField(choices=InboxMessage.State.choices)
    attempts = serializers.IntegerField()
    duplicates = serializers.IntegerField(help_text="How often it came again.")
    conflicts = serializers.IntegerField(help_text="How often it came again with another body.")
    last_error = serializers.CharField()
    request_id = serializers.CharField()
    received_at = serializers.DateTimeField()
    applied_at = serializers.DateTimeField(allow_null=True)
    run_after = serializers.DateTimeField(help_text="When it is tried next, while received.")


class WebhookEventDetailOut(WebhookEventOut):
    headers = serializers.DictField(child=serializers.CharField())
    payload = serializers.CharField(help_text="The body as it came.")


class WebhookEventViewSet(ApiViewSet):
    access = dict.fromkeys(("list", "retrieve", "retry"), Grant(ADMIN, Scope.ALL))
    page_ordering = ("-id",)

    @extend_schema(
        operation_id="webhook_events_list",
        parameters=[EventsQuery],
        responses=page_of(WebhookEventOut),
    )
    def list(self, request: Request) -> Response:
        """Messages of providers, newest first; by `provider`, `state` or `kind`."""
        asked = read_query(EventsQuery, request)
        wanted = {name: asked[name] for name in ("provider", "state", "kind") if name in asked}
        page = CursorPage()
        rows = InboxMessage.objects.filter(**wanted).defer("body", "headers")
        found = page.paginate_queryset(rows, request, self) or []
        return page.get_paginated_response([card(row) for row in found])

    @extend_schema(operation_id="webhook_events_read", responses=WebhookEventDetailOut)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One message with its headers (nothing secret is kept) and its body."""
        row = self._row(pk)
        payload = bytes(row.body).decode("utf-8", "replace")
        return Response({**card(row), "headers": row.headers, "payload": payload})

    @extend_schema(operation_id="webhook_events_retry", request=None, responses=WebhookEventOut)
    def retry(self, request: Request, pk: UUID) -> Response:
        """Apply it again, as if it had just come. Messages are applied forward only."""
        row = self._row(pk)
        with transaction.atomic():
            if inbox.retry(InboxMessage.objects.filter(pk=row.pk)):
                audit.record("webhook_event.retried", target=row, actor_id=request.user.pk)
        return Response(card(self._row(pk)))

    def _row(self, pk: UUID) -> InboxMessage:
        row = InboxMessage.objects.filter(pk=pk).first()
        if row is None:
            raise NotFound
        return row


def card(row: InboxMessage) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _FIELDS}
