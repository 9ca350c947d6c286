from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from booking.models.bookings import Booking
from booking.models.groups import GroupSession
from booking.models.offers import LessonType
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class WaitlistEntry(models.Model):
    """Somebody who takes a time that becomes free: any of a tutor's within a stretch, or a seat
    of one group. waiting → offered → taken | passed; waiting | offered → left.

    An offer is a booking that is held for them for a while, at the price of the type that day.
    Who came first is asked first.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        OFFERED = "offered"
        TAKEN = "taken"
        PASSED = "passed"
        LEFT = "left"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="waitlist_entries"
    )
    tutor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    lesson_type = models.ForeignKey(LessonType, models.PROTECT, related_name="+")
    group = models.ForeignKey(GroupSession, models.PROTECT, null=True, related_name="waitlist")
    earliest = models.DateTimeField()
    latest = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    booking = models.OneToOneField(Booking, models.PROTECT, null=True, related_name="offer_from")
    offer_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name_plural = "waitlist entries"
        constraints = [
            one_of("state", ["waiting", "offered", "taken", "passed", "left"], "waitlist_state"),
            models.CheckConstraint(
                condition=Q(latest__gt=F("earliest")), name="waitlist_entry_forward"
            ),
            models.UniqueConstraint(
                fields=["student", "lesson_type"],
                condition=Q(state__in=("waiting", "offered"), group=None),
                name="waitlist_entry_once",
            ),
            models.UniqueConstraint(
                fields=["student", "group"],
                condition=Q(state__in=("waiting", "offered")),
                name="waitlist_entry_group_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tutor", "created_at"],
                condition=Q(state="waiting"),
                name="waitlist_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.earliest:%Y-%m-%d} to {self.latest:%Y-%m-%d} ({self.state})"
