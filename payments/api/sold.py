"""For those who sell: the packages they sold, and ending one."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from payments.api import shapes
from payments.models import Package
from payments.services import package_endings
from tutorme.core.access import TUTOR, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import ApiViewSet, Idempotency, read_body
from tutorme.core.errors import NotFound


class SoldPackageViewSet(ApiViewSet):
    access = {
        "list": Grant(TUTOR, Scope.OWN),
        "preview": Grant(TUTOR, Scope.OWN),
        "end": Grant(TUTOR, Scope.OWN),
    }
    idempotency = {"end": Idempotency.REQUIRED}
    page_ordering = ("-id",)

    @extend_schema(operation_id="sold_packages_list", responses=page_of(shapes.SoldPackageOut))
    def list(self, request: Request) -> Response:
        """Packages one sold, newest first, with what is left of them."""
        page = CursorPage()
        mine = Package.objects.filter(seller_id=request.user.pk).select_related("offer")
        rows = page.paginate_queryset(mine, request, self) or []
        return page.get_paginated_response([sold_card(row) for row in rows])

    @extend_schema(operation_id="sold_packages_end_preview", responses=shapes.EndingOut)
    def preview(self, request: Request, pk: UUID) -> Response:
        """What would go back to the buyer if it were ended now, and what stays."""
        mine = Package.objects.filter(pk=pk, seller_id=request.user.pk)
        row = mine.select_related("order").first()
        if row is None:
            raise NotFound
        return Response(_ending(package_endings.preview(row)))

    @extend_schema(
        operation_id="sold_packages_end",
        request=shapes.EndPackageIn,
        responses=shapes.SoldPackageOut,
    )
    def end(self, request: Request, pk: UUID) -> Response:
        """End it for good: what was not used goes back to the buyer at the price they paid, who
        reads the reason. Lessons that are booked stay booked."""
        body = read_body(shapes.EndPackageIn, request)
        row = package_endings.end(package_id=pk, seller=request.user, reason=body["reason"]).package
        return Response(sold_card(row))


def sold_card(row: Package) -> dict[str, Any]:
    return {
        "id": row.pk,
        "order": row.order_id,
        "title": row.offer.title,
        "buyer": row.buyer_id,
        "units": row.units,
        "left": row.left,
        "state": row.state,
        "expires_at": row.expires_at,
        "ended_at": row.ended_at,
        "is_ended_by_seller": row.is_ended_by_seller,
        "end_reason": row.end_reason,
    }


def _ending(found: package_endings.Ending) -> dict[str, Any]:
    return {
        "used": found.used,
        "booked": found.booked,
        "left": found.left,
        "kept": found.kept.as_json(),
        "amount": found.amount.as_json(),
        "credit": found.credit.as_json(),
        "money": found.money.as_json(),
        "refusal": found.refusal.code if found.refusal else None,
    }
