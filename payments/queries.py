"""What somebody's subscription opens. Every premium feature asks here, and only here; what it says
to who is not entitled is its own.

if not queries.entitled(request.user.pk, Feature.VIDEO): raise NotEntitled
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from payments.models import Order, Subscription
from tutorme.core.prepared import first, prepared


def entitled(user_id: UUID | None, feature: str) -> bool:
    """One query; False for a visitor. Decided by paid time and grace, never by a state."""
    if user_id is None:
        return False
    return bool(_opening(user_id, feature=str(feature)))


@prepared
def _opening(user_id: UUID, *, feature: str) -> QuerySet[Subscription, Any]:
    rows = Subscription.objects.opening().filter(user_id=user_id)
    return rows.filter(version__plan__features__contains=[feature]).values_list("pk")[:1]


def entitlements(user_id: UUID) -> list[str]:
    """Every feature this person may use now, in one query."""
    rows = Subscription.objects.opening().filter(user_id=user_id)
    return sorted(
        {one for row in rows.values_list("version__plan__features", flat=True) for one in row}
    )


def entitled_among(user_ids: Iterable[UUID], feature: str) -> set[UUID]:
    """Those of several people who may use it, in one query."""
    rows = Subscription.objects.opening().filter(
        user_id__in=list(user_ids), version__plan__features__contains=[feature]
    )
    return set(rows.values_list("user_id", flat=True))


class OrdersOf:
    """Somebody's orders, the latest first, as a paginator reads them: the count and one slice."""

    def __init__(self, buyer_id: UUID) -> None:
        self.buyer_id = buyer_id

    def count(self) -> int:
        return first(_number_of_orders(self.buyer_id)) or 0

    def __getitem__(self, wanted: slice) -> list[Order]:
        if wanted.stop <= wanted.start:
            return []
        return list(_orders(self.buyer_id, begin=wanted.start, end=wanted.stop))


@prepared
def _number_of_orders(buyer_id: UUID) -> QuerySet[Order, Any]:
    counted = Order.objects.filter(buyer_id=buyer_id).values("buyer_id").annotate(n=Count("pk"))
    return counted.values_list("n", flat=True)


@prepared
def _orders(buyer_id: UUID, *, begin: int, end: int) -> QuerySet[Order]:
    return Order.objects.filter(buyer_id=buyer_id).order_by("-id")[begin:end]
