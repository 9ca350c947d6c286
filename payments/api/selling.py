"""For those who sell: earnings, payouts, coupons, packages."""

from datetime import date
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.security import require_recent
from payments.api import shapes
from payments.api.caller import me
from payments.errors import CouponCodeTaken, PayoutMethodMissing
from payments.models import Coupon, PackageOffer, PayoutItem, PayoutMethod
from payments.services import coupons, packages, payouts, statements
from tutorme.core.access import SIGNED_IN, TUTOR, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import ApiView, ApiViewSet, Idempotency, read_body, read_query
from tutorme.core.errors import InvalidInput, NotFound
from tutorme.core.money import Money
from tutorme.core.transactions import constraints

_MOST_PENDING = 100


class EarningsView(ApiView):
    access = {"get": Grant(TUTOR, Scope.OWN)}

    @extend_schema(operation_id="earnings", responses=shapes.EarningsOut)
    def get(self, request: Request) -> Response:
        """One's balances per currency, and what becomes available when."""
        found = statements.balances(me(request).pk)
        pending = [
            {
                "order": row.order_id,
                "what": row.order.description,
                "state": row.state,
                "amount": row.left.as_json(),
                "available_at": row.available_at,
                "is_held": row.held_at is not None,
            }
            for balance in found
            for row in statements.on_its_way(me(request).pk, balance.currency)[:_MOST_PENDING]
        ]
        rows = [
            {
                "currency": row.currency,
                "escrow": row.escrow.as_json(),
                "pending": row.pending.as_json(),
                "available": row.available.as_json(),
                "in_transit": row.in_transit.as_json(),
            }
            for row in found
        ]
        return Response({"balances": rows, "pending": pending})


class StatementView(ApiView):
    access = {"get": Grant(TUTOR, Scope.OWN)}

    @extend_schema(
        operation_id="earnings_statement",
        parameters=[shapes.MonthIn],
        responses=shapes.StatementOut,
    )
    def get(self, request: Request) -> Response:
        """Every line of a month, by one's own calendar, from gross to net."""
        query = read_query(shapes.MonthIn, request)
        month: date = statements.month_of(query["month"])
        found = statements.statement(
            me(request).pk, query["currency"], month, me(request).time_zone
        )
        return Response(
            {
                "month": found.month,
                "opening": found.opening.as_json(),
                "closing": found.closing.as_json(),
                "lines": [_line(line) for line in found.lines],
            }
        )


def _line(line: statements.StatementLine) -> dict[str, Any]:
    def told(amount: Money | None) -> dict[str, str] | None:
        return amount.as_json() if amount is not None else None

    return {
        "at": line.at,
        "kind": line.kind,
        "what": line.what,
        "reference": line.reference,
        "gross": told(line.gross),
        "commission": told(line.commission),
        "tax": told(line.tax),
        "net": line.net.as_json(),
    }


def payout_card(item: PayoutItem) -> dict[str, Any]:
    return {
        "id": item.pk,
        "batch": item.batch_id,
        "amount": item.amount.as_json(),
        "email": item.email,
        "state": item.state,
        "batch_state": item.batch.state,
        "provider_item_id": item.provider_item_id,
        "failure": item.failure,
        "created_at": item.created_at,
        "finished_at": item.finished_at,
    }


class PayoutViewSet(ApiViewSet):
    access = {"list": Grant(TUTOR, Scope.OWN), "create": Grant(TUTOR, Scope.OWN)}
    idempotency = {"create": Idempotency.REQUIRED}
    page_ordering = ("-id",)

    @extend_schema(operation_id="payouts_list", responses=page_of(shapes.PayoutOut))
    def list(self, request: Request) -> Response:
        """One's payouts, newest first."""
        page = CursorPage()
        mine = PayoutItem.objects.filter(payee_id=request.user.pk).select_related("batch")
        rows = page.paginate_queryset(mine, request, self) or []
        return page.get_paginated_response([payout_card(row) for row in rows])

    @extend_schema(
        operation_id="payouts_request",
        request=shapes.PayoutIn,
        responses={201: shapes.PayoutOut},
    )
    def create(self, request: Request) -> Response:
        """Ask for all that is available in a currency; another person approves it."""
        body = read_body(shapes.PayoutIn, request)
        batch = payouts.request(user=request.user, currency=body["currency"])
        item = batch.items.select_related("batch").get()
        return Response(payout_card(item), status=201)


class PayoutMethodView(ApiView):
    access = {"get": Grant(TUTOR, Scope.OWN), "put": Grant(TUTOR, Scope.OWN)}
    limit_scope = {"put": "login"}

    @extend_schema(operation_id="payout_method", responses=shapes.PayoutMethodOut)
    def get(self, request: Request) -> Response:
        """Where one's money goes; 409 while none is set."""
        row = PayoutMethod.objects.filter(user_id=me(request).pk).first()
        if row is None:
            raise PayoutMethodMissing
        return Response({"email": row.email, "usable_from": row.usable_from})

    @extend_schema(
        operation_id="payout_method_set",
        request=shapes.PayoutMethodIn,
        responses=shapes.PayoutMethodOut,
    )
    def put(self, request: Request) -> Response:
        """Set the PayPal address; wants a sign-in, or a proof at `auth/reauthenticate/`, minutes
        old. A changed one is used after a wait."""
        require_recent(request)
        body = read_body(shapes.PayoutMethodIn, request)
        row = payouts.set_method(user=request.user, email=body["email"])
        return Response({"email": row.email, "usable_from": row.usable_from})


class CouponViewSet(ApiViewSet):
    """A tutor's own coupons; an admin's are the site's."""

    access = {
        "list": Grant(TUTOR, Scope.OWN),
        "create": Grant(TUTOR, Scope.OWN),
        "retrieve": Grant(TUTOR, Scope.OWN),
        "partial_update": Grant(TUTOR, Scope.OWN),
    }
    page_ordering = ("-id",)

    @extend_schema(operation_id="coupons_list", responses=page_of(shapes.CouponOut))
    def list(self, request: Request) -> Response:
        """One's coupons, newest first; admins see everybody's."""
        page = CursorPage()
        rows = page.paginate_queryset(self._mine(request), request, self) or []
        return page.get_paginated_response([shapes.coupon_card(row) for row in rows])

    @extend_schema(
        operation_id="coupons_create", request=shapes.CouponIn, responses={201: shapes.CouponOut}
    )
    def create(self, request: Request) -> Response:
        """A new code: per cent or an amount off what one sells oneself."""
        terms = _terms(read_body(shapes.CouponIn, request))
        owner_id = None if getattr(request.user, "is_admin", False) else request.user.pk
        with constraints({"payments_coupon_code_key": CouponCodeTaken}):
            row = coupons.create(actor=request.user, owner_id=owner_id, terms=terms)
        return Response(shapes.coupon_card(row), status=201)

    @extend_schema(operation_id="coupons_read", responses=shapes.CouponOut)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One coupon, with how often it was used."""
        return Response(shapes.coupon_card(self._one(request, pk)))

    @extend_schema(
        operation_id="coupons_update", request=shapes.CouponPatch, responses=shapes.CouponOut
    )
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Switch a coupon on or off; its terms stay what people were told."""
        body = read_body(shapes.CouponPatch, request)
        row = coupons.switch(
            coupon=self._one(request, pk), actor=request.user, active=body["is_active"]
        )
        return Response(shapes.coupon_card(row))

    def _mine(self, request: Request) -> Any:
        rows = Coupon.objects.all()
        return (
            rows
            if getattr(request.user, "is_admin", False)
            else rows.filter(owner_id=request.user.pk)
        )

    def _one(self, request: Request, pk: UUID) -> Coupon:
        row: Coupon | None = self._mine(request).filter(pk=pk).first()
        if row is None:
            raise NotFound
        return row


def _terms(body: dict[str, Any]) -> dict[str, Any]:
    percent, amount = body.get("percent"), body.get("amount")
    if (percent is None) == (amount is None) or (amount is not None and not amount):
        row = {"pointer": "/percent", "code": "one-of", "detail": "Give percent or amount."}
        raise InvalidInput(errors=[row])
    minimum = body.get("minimum")
    return {
        "code": body["code"],
        "per_mille": int(percent * 10) if percent is not None else None,
        "amount_minor": amount.minor if amount else None,
        "currency": amount.currency if amount else "",
        "kind": body["kind"],
        "target_id": body["target"],
        "minimum_minor": minimum.minor if minimum else 0,
        "starts_at": body["starts_at"],
        "ends_at": body["ends_at"],
        "max_uses": body["max_uses"],
        "max_uses_each": body["max_uses_each"],
    }


class PackageOfferViewSet(ApiViewSet):
    access = {
        "list": Grant(SIGNED_IN, Scope.PUBLISHED),
        "create": Grant(TUTOR, Scope.OWN),
        "destroy": Grant(TUTOR, Scope.OWN),
    }
    page_ordering = ("-id",)

    @extend_schema(
        operation_id="package_offers_list",
        parameters=[shapes.OffersIn],
        responses=page_of(shapes.OfferOut),
    )
    def list(self, request: Request) -> Response:
        """Packages a seller offers; bought as an order of kind `package`."""
        query = read_query(shapes.OffersIn, request)
        rows = PackageOffer.objects.filter(seller_id=query["seller"], is_offered=True)
        page = CursorPage()
        found = page.paginate_queryset(rows, request, self) or []
        return page.get_paginated_response([offer_card(row) for row in found])

    @extend_schema(
        operation_id="package_offers_create",
        request=shapes.OfferIn,
        responses={201: shapes.OfferOut},
    )
    def create(self, request: Request) -> Response:
        """Offer a package of what one sells one by one."""
        body = read_body(shapes.OfferIn, request)
        row = packages.offer(seller=request.user, terms=offer_terms(body))
        return Response(offer_card(row), status=201)

    @extend_schema(operation_id="package_offers_withdraw", responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Offer it no longer; what was sold stays."""
        row = PackageOffer.objects.filter(pk=pk, seller_id=request.user.pk).first()
        if row is None:
            raise NotFound
        packages.withdraw(row)
        return Response(status=204)


def offer_terms(body: dict[str, Any]) -> dict[str, Any]:
    """Columns of an offer; both prices in one currency, and neither nothing."""
    price, single = body["price"], body["single_price"]
    if price.currency != single.currency or not price or not single:
        row = {"pointer": "/price", "code": "price", "detail": "Give two prices in one currency."}
        raise InvalidInput(errors=[row])
    return {
        "title": body["title"],
        "units": body["units"],
        "price_minor": price.minor,
        "single_price_minor": single.minor,
        "currency": price.currency,
        "unit_kind": body["unit_kind"],
        "valid_days": body["valid_days"],
    }


def offer_card(row: PackageOffer) -> dict[str, Any]:
    return {
        "id": row.pk,
        "seller": row.seller_id,
        "title": row.title,
        "units": row.units,
        "price": row.price.as_json(),
        "single_price": row.single_price.as_json(),
        "valid_days": row.valid_days,
    }
