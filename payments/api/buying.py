"""For those who buy: what it costs, giving it back, receipts, credit, packages."""

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from payments.api import shapes
from payments.api.caller import me
from payments.errors import RefundNotAllowed
from payments.models import (
    CreditLot,
    CreditPack,
    Document,
    Order,
    Package,
    Refund,
    Subscription,
    SubscriptionPeriod,
)
from payments.services import credits, documents, pricing, refund_requests
from payments.services.refund_requests import Preview
from tutorme.core.access import ANYONE, SIGNED_IN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import ApiView, ApiViewSet, Idempotency, read_body
from tutorme.core.errors import NotFound
from tutorme.core.files import serving


def order_of(request: Request, pk: UUID) -> Order:
    order = Order.objects.visible_to(request.user).filter(pk=pk).first()
    if order is None:
        raise NotFound
    return order


def period_of(request: Request, pk: UUID) -> SubscriptionPeriod:
    mine = Subscription.objects.visible_to(request.user)
    period = SubscriptionPeriod.objects.filter(pk=pk, subscription__in=mine).first()
    if period is None:
        raise NotFound
    return period


class QuoteView(ApiView):
    access = {"post": Grant(SIGNED_IN, Scope.OWN)}
    idempotency = Idempotency.NONE

    @extend_schema(operation_id="quotes_ask", request=shapes.QuoteIn, responses=shapes.QuoteOut)
    def post(self, request: Request) -> Response:
        """What it would cost now, with a coupon and one's credit; orders nothing."""
        body = read_body(shapes.QuoteIn, request)
        bill = pricing.draw_up(
            buyer=request.user,
            kind=body["kind"],
            target_id=body["target"],
            coupon_code=body["coupon"],
            with_credit=body["use_credit"],
        )
        amounts = ("price", "discount", "total", "tax", "credit", "to_pay")
        card = {name: getattr(bill, name).as_json() for name in amounts}
        return Response({"description": bill.quote.description, **card})


class RefundPreviewView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(operation_id="orders_refund_preview", responses=shapes.RefundPreviewOut)
    def get(self, request: Request, pk: UUID) -> Response:
        """What one would get back now, and why; 409 where it cannot be given back."""
        found = refund_requests.preview(order_of(request, pk))
        if found is None:
            raise RefundNotAllowed
        return Response(preview_card(found))


def preview_card(found: Preview) -> dict[str, Any]:
    return {
        "amount": found.amount.as_json(),
        "credit": found.credit.as_json(),
        "money": found.money.as_json(),
        "until": found.until,
        "why": found.why,
    }


def refund_card(row: Refund) -> dict[str, Any]:
    return {
        "id": row.pk,
        "order": row.order_id,
        "state": row.state,
        "amount": row.amount.as_json(),
        "credit": row.credit.as_json(),
    }


class RefundRequestView(ApiView):
    access = {"post": Grant(SIGNED_IN, Scope.OWN)}
    idempotency = Idempotency.REQUIRED

    @extend_schema(
        operation_id="orders_refund_request",
        request=shapes.RefundRequestIn,
        responses={201: shapes.RefundRowOut},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Give it back by the terms it was bought under."""
        body = read_body(shapes.RefundRequestIn, request)
        order = Order.objects.filter(pk=pk, buyer_id=request.user.pk).first()
        if order is None:
            raise NotFound
        row = refund_requests.ask(
            order=order, buyer=request.user, reason=body["reason"], as_credit=body["as_credit"]
        )
        return Response(refund_card(row), status=201)


class ReceiptView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(
        operation_id="orders_receipt",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """The receipt as PDF: the same bytes for ever. 409 until it is printed."""
        return _pdf(request, documents.receipt_of(order_of(request, pk)))


class PeriodReceiptView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(
        operation_id="subscription_payments_receipt",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        """The receipt of a payment of one's subscription as PDF. 409 until it is printed."""
        return _pdf(request, documents.receipt_of(period_of(request, pk)))


class PeriodPaperView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(
        operation_id="subscription_payments_paper",
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: UUID, document_id: UUID) -> HttpResponseBase:
        """One of the `papers` of a payment as PDF: its receipt or a credit note."""
        papers = period_of(request, pk).documents.exclude(sha256=None)
        row = papers.filter(pk=document_id).first()
        if row is None:
            raise NotFound
        return _pdf(request, row)


def _pdf(request: Request, paper: Document) -> HttpResponseBase:
    return serving.respond(
        request._request,
        key=documents.key_of(str(paper.sha256)),
        name=f"{paper.label}.pdf",
        content_type="application/pdf",
        download=True,
    )


class CreditView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(operation_id="credit", responses=shapes.CreditOut)
    def get(self, request: Request) -> Response:
        """One's credit per currency, and the pieces it is made of with their ends."""
        rows = CreditLot.objects.filter(owner_id=request.user.pk, left_minor__gt=0).order_by("pk")
        lots = list(rows[:200])
        units = sorted({lot.currency for lot in lots})
        balances = [credits.spendable(me(request).pk, unit).as_json() for unit in units]
        return Response({"balances": balances, "lots": [lot_card(lot) for lot in lots]})


def lot_card(lot: CreditLot) -> dict[str, Any]:
    return {
        "id": lot.pk,
        "origin": lot.source,
        "amount": lot.amount.as_json(),
        "left": lot.left.as_json(),
        "reason": lot.reason,
        "expires_at": lot.expires_at,
        "created_at": lot.created_at,
    }


class CreditPackView(ApiView):
    access = {"get": Grant(ANYONE, Scope.PUBLISHED)}

    @extend_schema(operation_id="credit_packs", responses=shapes.PackOut(many=True))
    def get(self, request: Request) -> Response:
        """Credit that can be bought, as an order of kind `credit`."""
        rows = CreditPack.objects.filter(is_offered=True).order_by("currency", "amount_minor")
        cards = [
            {
                "id": row.pk,
                "amount": row.amount.as_json(),
                "price": row.price.as_json(),
                "valid_days": row.valid_days,
            }
            for row in rows[:100]
        ]
        return Response(cards)


class PackageViewSet(ApiViewSet):
    access = {"list": Grant(SIGNED_IN, Scope.OWN)}
    page_ordering = ("-id",)

    @extend_schema(operation_id="packages_list", responses=page_of(shapes.PackageOut))
    def list(self, request: Request) -> Response:
        """One's packages, newest first, with what is left of them."""
        page = CursorPage()
        mine = Package.objects.filter(buyer_id=request.user.pk).select_related("offer")
        rows = page.paginate_queryset(mine, request, self) or []
        return page.get_paginated_response([_package(row) for row in rows])


def _package(row: Package) -> dict[str, Any]:
    return {
        "id": row.pk,
        "order": row.order_id,
        "title": row.offer.title,
        "seller": row.seller_id,
        "units": row.units,
        "left": row.left,
        "state": row.state,
        "expires_at": row.expires_at,
        "ended_at": row.ended_at,
        "is_ended_by_seller": row.is_ended_by_seller,
        "end_reason": row.end_reason,
    }
