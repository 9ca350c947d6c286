from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q

from payments.models import Order

if TYPE_CHECKING:
    from booking.models import Booking, GroupSession, LessonReview  # noqa: F401  named in strings


# Orders whose money may have moved, or has and their lesson does not stand yet.
MOVING = (Order.State.CAPTURING, Order.State.CAPTURE_PENDING, Order.State.CAPTURED)


def money_moves(*states: str) -> Q:
    """That a booking, or the series it is of, has an order in one of these states."""
    orders = Order.objects.filter(state__in=states)
    own = orders.filter(kind="booking", target_id=OuterRef("pk"))
    of_all = orders.filter(kind="series", target_id=OuterRef("series_id"))
    return Q(Exists(own)) | Q(Exists(of_all))


class BookingQuerySet(models.QuerySet["Booking"]):
    def visible_to(self, user: Any) -> "BookingQuerySet":
        """The two it is between; staff sees all."""
        if getattr(user, "is_admin", False):
            return self
        key = getattr(user, "pk", None)
        return self.filter(Q(tutor_id=key) | Q(student_id=key)) if key else self.none()

    def upcoming(self, now: datetime) -> "BookingQuerySet":
        return self.filter(ends_at__gt=now)

    def overdue(self, now: datetime) -> "BookingQuerySet":
        """Holds and requests whose time to be paid or answered is over. While a provider says
        neither yes nor no to a payment, and until its yes is heard, a hold is not over."""
        unpaid = Q(state__in=("held", "pending_payment")) & ~money_moves(*MOVING)
        return self.filter(unpaid | Q(state="pending_approval"), expires_at__lte=now)

    def active(self) -> "BookingQuerySet":
        """Those that keep both people's time."""
        waiting = ("held", "pending_payment", "pending_approval")
        return self.filter(state__in=(*waiting, "confirmed", "in_progress"))

    def agreed(self) -> "BookingQuerySet":
        """Those that count as a lesson of the two: standing, held, or missed by the student."""
        kept = ("pending_approval", "confirmed", "in_progress", "completed", "no_show_student")
        return self.filter(state__in=kept)

    def concerning(self, people: list[UUID]) -> "BookingQuerySet":
        return self.filter(Q(tutor_id__in=people) | Q(student_id__in=people))


class LessonReviewQuerySet(models.QuerySet["LessonReview"]):
    def visible_to(self, user: Any) -> "LessonReviewQuerySet":
        """Everybody's but the hidden, which their author and the staff see."""
        if getattr(user, "is_admin", False):
            return self
        return self.filter(Q(is_hidden=False) | Q(student_id=getattr(user, "pk", None)))


class GroupSessionQuerySet(models.QuerySet["GroupSession"]):
    def with_taken(self) -> "GroupSessionQuerySet":
        """`taken`: seats somebody has or holds."""
        held = ("held", "pending_payment", "pending_approval", "confirmed", "in_progress")
        return self.annotate(  # type: ignore[no-redef]  # named in the model for its readers
            taken=models.Count("bookings", filter=Q(bookings__state__in=held))
        )

    def ahead(self, now: datetime) -> "GroupSessionQuerySet":
        return self.filter(state="open", starts_at__gt=now).order_by("starts_at", "pk")
