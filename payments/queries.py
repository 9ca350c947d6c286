"""What somebody's subscription opens. Every premium feature asks here, and only here; what it says
to who is not entitled is its own.

if not queries.entitled(request.user.pk, Feature.VIDEO): raise NotEntitled
"""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Exists, OuterRef

from payments.models import Subscription


def entitled(user_id: UUID | None, feature: str) -> bool:
    """One query; False for a visitor. Decided by paid time and grace, never by a state."""
    if user_id is None:
        return False
    return (
        Subscription.objects.opening()
        .filter(user_id=user_id, version__plan__features__contains=[feature])
        .exists()
    )


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


def is_entitled(feature: str, *, user: str = "pk") -> Exists:
    """To annotate a queryset whose column `user` holds the person's id."""
    rows = Subscription.objects.opening().filter(
        user_id=OuterRef(user), version__plan__features__contains=[feature]
    )
    return Exists(rows)
