from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from webhooks.models import Delivery, Endpoint  # noqa: F401  named in strings


def _managed_by(user: object, prefix: str = "") -> Q:
    """One's own, those of organisations one owns, and for those who run the site, the site's."""
    key = getattr(user, "pk", None)
    mine = Q((f"{prefix}owner_id", key)) | Q(
        (f"{prefix}organization__members__user_id", key),
        (f"{prefix}organization__members__role", "owner"),
        (f"{prefix}organization__archived_at__isnull", True),
    )
    if getattr(user, "is_admin", False):
        mine |= Q((f"{prefix}owner__isnull", True), (f"{prefix}organization__isnull", True))
    return mine


class EndpointQuerySet(models.QuerySet["Endpoint"]):
    def visible_to(self, user: object) -> "EndpointQuerySet":
        if not getattr(user, "is_active", False):
            return self.none()
        return self.filter(_managed_by(user)).distinct()

    def concerned(
        self, type_: str, people: Iterable[UUID], organizations: Iterable[UUID]
    ) -> "EndpointQuerySet":
        """Whoever asked to hear of this and may: nobody hears of others."""
        asked = self.filter(types__contains=[type_])
        site = Q(owner__isnull=True, organization__isnull=True)
        own = Q(owner_id__in=people, owner__is_active=True)
        desks = Q(organization_id__in=organizations, organization__archived_at__isnull=True)
        return asked.filter(site | own | desks)


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def visible_to(self, user: object) -> "DeliveryQuerySet":
        if not getattr(user, "is_active", False):
            return self.none()
        return self.filter(_managed_by(user, "endpoint__")).distinct()
