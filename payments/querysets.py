from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from payments.models import Order  # noqa: F401  named in strings


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, user: Any) -> "OrderQuerySet":
        if getattr(user, "is_staff", False):
            return self
        return self.filter(buyer_id=user.pk) if user.is_authenticated else self.none()

    def unsettled(self) -> "OrderQuerySet":
        """The provider knows of them and their end is not known here."""
        states = ("created", "approved", "capturing", "capture_pending")
        return self.filter(state__in=states).exclude(provider_order_id=None)
