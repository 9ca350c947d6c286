"""Orders of the signed-in buyer, and the provider's webhook."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.security import require_recent
from payments.api import serializers as shapes
from payments.api.buying import order_of
from payments.models import Order
from payments.services import orders, refunds, webhooks
from tutorme.core.access import ADMIN, ANYONE, SIGNED_IN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import ApiView, ApiViewSet, Idempotency, read_body
from tutorme.core.errors import BodyTooLarge

_MAX_WEBHOOK_BYTES = 256 * 1024


def card(order: Order) -> dict[str, Any]:
    return {
        "id": order.pk,
        "kind": order.kind,
        "target": order.target_id,
        "description": order.description,
        "state": order.state,
        "price": order.price.as_json(),
        "discount": order.discount.as_json(),
        "total": order.total.as_json(),
        "tax": order.tax.as_json(),
        "credit": order.credit.as_json(),
        "to_pay": order.amount.as_json(),
        "refunded": order.refunded.as_json(),
        "approve_url": order.approve_url if order.state == Order.State.CREATED else None,
        "created_at": order.created_at,
        "captured_at": order.captured_at,
        "expires_at": order.expires_at,
    }


class OrderViewSet(ApiViewSet):
    access = {
        "list": Grant(SIGNED_IN, Scope.OWN),
        "create": Grant(SIGNED_IN, Scope.OWN),
        "retrieve": Grant(SIGNED_IN, Scope.OWN),
        "capture": Grant(SIGNED_IN, Scope.OWN),
        "refund": Grant(ADMIN, Scope.ALL),
    }
    idempotency = {
        "create": Idempotency.REQUIRED,
        "capture": Idempotency.REQUIRED,
        "refund": Idempotency.REQUIRED,
    }
    page_ordering = ("-id",)

    @extend_schema(operation_id="orders_list", responses=page_of(shapes.OrderOut))
    def list(self, request: Request) -> Response:
        """One's orders, newest first."""
        page = CursorPage()
        mine = Order.objects.filter(buyer_id=request.user.pk)
        rows = page.paginate_queryset(mine, request, self) or []
        return page.get_paginated_response([card(order) for order in rows])

    @extend_schema(
        operation_id="orders_create",
        request=shapes.OrderIn,
        responses={201: shapes.OrderOut},
    )
    def create(self, request: Request) -> Response:
        """Order something at the server's price. Send the payer to `approve_url`; free things come
        back `captured`. Asking again for the same thing gives the same open order."""
        body = read_body(shapes.OrderIn, request)
        order = orders.place_order(
            buyer=request.user,
            kind=body["kind"],
            target_id=body["target"],
            coupon_code=body["coupon"],
            with_credit=body["use_credit"],
        )
        order.refresh_from_db()
        return Response(card(order), status=201)

    @extend_schema(operation_id="orders_read", responses=shapes.OrderOut)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One order."""
        return Response(card(order_of(request, pk)))

    @extend_schema(operation_id="orders_capture", request=None, responses=shapes.OrderOut)
    def capture(self, request: Request, pk: UUID) -> Response:
        """Take the money the payer approved. 409 before approval, 402 when declined. Not calling
        it loses nothing: the provider's webhook does the same."""
        order = orders.settle(order_of(request, pk).pk)
        return Response(card(order))

    @extend_schema(
        operation_id="orders_refund", request=shapes.RefundIn, responses=shapes.RefundOut
    )
    def refund(self, request: Request, pk: UUID) -> Response:
        """Give money back, all or part (admins, who showed a moment ago who they are). Above the
        site's limit it comes back `proposed` and waits for a second person."""
        require_recent(request)
        body = read_body(shapes.RefundIn, request)
        row = refunds.refund(
            order=order_of(request, pk),
            amount=body.get("amount"),
            note=body["reason"],
            actor=request.user,
            as_credit=body["as_credit"],
        )
        order = Order.objects.get(pk=pk)
        answer = {"id": row.pk, "state": row.state, "amount": row.amount.as_json()}
        return Response({**answer, "order": card(order)})


class PayPalWebhookView(ApiView):
    """No session, no token: the signature is the proof."""

    authentication_classes = ()
    access = {"post": Grant(ANYONE, Scope.SIGNED)}
    idempotency = Idempotency.NONE
    limit_scope = "webhook"

    @extend_schema(
        operation_id="webhooks_paypal", request=OpenApiTypes.OBJECT, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        """Take a webhook of PayPal: verified, stored, answered; applied in the background."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > _MAX_WEBHOOK_BYTES:
            raise BodyTooLarge
        webhooks.receive(headers=request.headers, body=request._request.body)
        return Response(status=204)
