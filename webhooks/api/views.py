"""Where one's programs hear what happens, and the log of what they were told."""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from tutorme.core.access import SIGNED_IN, Grant, Scope
from tutorme.core.api import jobs
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import (
    IF_MATCH,
    ApiViewSet,
    Idempotency,
    read_body,
    read_query,
    require_match,
)
from tutorme.core.errors import NotFound
from webhooks import queries
from webhooks.api import shapes
from webhooks.models import Delivery, Endpoint
from webhooks.services import endpoints, publishing, replaying

OWN = Grant(SIGNED_IN, Scope.OWN)


def person(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


def own(request: Request, pk: UUID) -> Endpoint:
    row = Endpoint.objects.visible_to(request.user).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def own_delivery(request: Request, pk: UUID) -> Delivery:
    rows = Delivery.objects.visible_to(request.user).select_related("message", "endpoint")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def told(made: endpoints.Made, status: int = 200) -> Response:
    made.row.refresh_from_db()
    shape = {**queries.card(made.row), "secret": made.secret}
    return Response(shape, status=status, headers={"ETag": queries.tag(made.row)})


class WebhookViewSet(ApiViewSet):
    access = dict.fromkeys(
        (
            *("list", "create", "types", "retrieve", "partial_update", "destroy"),
            *("rotate", "test", "replay", "deliveries"),
        ),
        OWN,
    )
    # An answer that is kept would keep the secret.
    idempotency = {"create": Idempotency.NONE, "rotate": Idempotency.NONE}

    @extend_schema(operation_id="webhooks_list", responses=page_of(shapes.WebhookOut))
    def list(self, request: Request) -> Response:
        """One's endpoints, those of organisations one owns, and for admins the site's."""
        page = CursorPage()
        found = page.paginate_queryset(Endpoint.objects.visible_to(request.user), request, self)
        return page.get_paginated_response([queries.card(row) for row in found or []])

    @extend_schema(operation_id="webhooks_types", responses=shapes.WebhookTypeOut(many=True))
    def types(self, request: Request) -> Response:
        """The events one can hear of."""
        return Response(queries.kinds(to_site=person(request).is_admin))

    @extend_schema(
        operation_id="webhooks_create",
        request=shapes.WebhookIn,
        responses={201: shapes.WebhookMadeOut},
    )
    def create(self, request: Request) -> Response:
        """Add an endpoint. The answer holds the secret its messages are signed with."""
        body = read_body(shapes.WebhookIn, request)
        whose = endpoints.whom(
            person(request), organization_id=body.pop("organization", None), site=body.pop("site")
        )
        return told(endpoints.make(whose=whose, actor_id=person(request).pk, **body), 201)

    @extend_schema(operation_id="webhooks_read", responses=shapes.WebhookOut)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One endpoint. Its ETag goes into If-Match of an edit."""
        row = own(request, pk)
        return Response(queries.card(row), headers={"ETag": queries.tag(row)})

    @extend_schema(
        operation_id="webhooks_update",
        parameters=[IF_MATCH],
        request=shapes.WebhookEdit,
        responses=shapes.WebhookOut,
    )
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change an endpoint, pause it, or make it active again."""
        row = own(request, pk)
        require_match(request, queries.tag(row))
        body = read_body(shapes.WebhookEdit, request)
        row = endpoints.change(row=row, changes=body, actor_id=person(request).pk)
        return Response(queries.card(row), headers={"ETag": queries.tag(row)})

    @extend_schema(operation_id="webhooks_delete", responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Remove an endpoint and its log."""
        endpoints.remove(row=own(request, pk), actor_id=person(request).pk)
        return Response(status=204)

    @extend_schema(operation_id="webhooks_rotate", request=None, responses=shapes.WebhookMadeOut)
    def rotate(self, request: Request, pk: UUID) -> Response:
        """A new secret. For a day messages are signed with both, the new one and the old one."""
        return told(endpoints.rotate(row=own(request, pk), actor_id=person(request).pk))

    @extend_schema(
        operation_id="webhooks_test", request=None, responses={202: shapes.WebhookDeliveryOut}
    )
    def test(self, request: Request, pk: UUID) -> Response:
        """Send a message of type `webhook.test`."""
        row = publishing.test(endpoint=own(request, pk))
        return Response(queries.line(own_delivery(request, row.pk)), status=202)

    @extend_schema(
        operation_id="webhooks_replay",
        request=shapes.WebhookReplayIn,
        responses={202: jobs.JobOut},
    )
    def replay(self, request: Request, pk: UUID) -> Response:
        """Send again what happened in a span of time; a job that can be followed."""
        row = own(request, pk)
        body = read_body(shapes.WebhookReplayIn, request)
        job = replaying.span(
            endpoint=row,
            since=body["since"],
            until=body.get("until") or timezone.now(),
            missed_only=body["missed_only"],
            owner_id=person(request).pk,
        )
        job.refresh_from_db()
        shape = {name: getattr(job, name) for name in jobs.COLUMNS}
        return Response(shape, status=202, headers={"Location": f"/api/v1/jobs/{job.pk}/"})

    @extend_schema(
        operation_id="webhooks_deliveries",
        parameters=[shapes.WebhookDeliveriesQuery],
        responses=page_of(shapes.WebhookDeliveryOut),
    )
    def deliveries(self, request: Request, pk: UUID) -> Response:
        """What the endpoint was told, newest first; by `state` or `type`. Kept for a month."""
        asked = read_query(shapes.WebhookDeliveriesQuery, request)
        rows = own(request, pk).deliveries.select_related("message")
        if "state" in asked:
            rows = rows.filter(state=asked["state"])
        if "type" in asked:
            rows = rows.filter(message__type=asked["type"])
        page = CursorPage()
        found = page.paginate_queryset(rows, request, self) or []
        return page.get_paginated_response([queries.line(row) for row in found])


class WebhookDeliveryViewSet(ApiViewSet):
    access = dict.fromkeys(("retrieve", "again"), OWN)

    @extend_schema(
        operation_id="webhook_deliveries_read", responses=shapes.WebhookDeliveryDetailOut
    )
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One delivery with its body and every try."""
        return Response(queries.detail(own_delivery(request, pk)))

    @extend_schema(
        operation_id="webhook_deliveries_again",
        request=None,
        responses={202: shapes.WebhookDeliveryOut},
    )
    def again(self, request: Request, pk: UUID) -> Response:
        """Send it again, with the same `webhook-id`."""
        row = replaying.one(row=own_delivery(request, pk))
        return Response(queries.line(row), status=202)
