from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.functions import Now

if TYPE_CHECKING:
    from payments.models import Order, Plan, Subscription  # noqa: F401  named in strings


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, user: Any) -> "OrderQuerySet":
        if getattr(user, "is_admin", False):
            return self
        return self.filter(buyer_id=user.pk) if user.is_authenticated else self.none()

    def unsettled(self) -> "OrderQuerySet":
        """The provider knows of them and their end is not known here."""
        states = ("created", "approved", "capturing", "capture_pending")
        return self.filter(state__in=states).exclude(provider_order_id=None)


class PlanQuerySet(models.QuerySet["Plan"]):
    def offered(self) -> "PlanQuerySet":
        """On the price list: known to the provider at today's price."""
        return self.filter(is_offered=True, versions__state="active").order_by("position", "slug")


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def visible_to(self, user: Any) -> "SubscriptionQuerySet":
        if getattr(user, "is_admin", False):
            return self
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()

    def of(self, user: Any) -> "SubscriptionQuerySet":
        """This person's own, also where they are staff."""
        return self.filter(user_id=user.pk)

    def live(self) -> "SubscriptionQuerySet":
        states = ("approval_pending", "approved", "active", "past_due", "suspended")
        return self.filter(state__in=states)

    def opening(self) -> "SubscriptionQuerySet":
        """Those that give access now, whatever state they are in."""
        return self.filter(access_until__gt=Now())
