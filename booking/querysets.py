from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from booking.models import Booking, GroupSession, LessonReview  # noqa: F401  named in strings


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
        """Holds and requests whose time to be paid or answered is over."""
        waiting = ("held", "pending_payment", "pending_approval")
        return self.filter(state__in=waiting, expires_at__lte=now)

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
