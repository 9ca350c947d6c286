from django.db import models
from django.db.models import Q

from booking.models.bookings import Booking
from tutorme.core.constraints import one_of


class Reminder(models.Model):
    """Something to say about a booking at a time, if the booking is then what it was. due → sent |
    dropped, once for each booking, kind and version."""

    class Kind(models.TextChoices):
        DAY_BEFORE = "day_before"
        HOUR_BEFORE = "hour_before"
        REVIEW = "review"

    class State(models.TextChoices):
        DUE = "due"
        SENT = "sent"
        DROPPED = "dropped"

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="reminders", db_index=False)
    kind = models.CharField(max_length=11, choices=Kind.choices)
    version = models.PositiveIntegerField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.DUE)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("kind", ["day_before", "hour_before", "review"], "reminder_kind"),
            one_of("state", ["due", "sent", "dropped"], "reminder_state"),
            models.UniqueConstraint(fields=["booking", "kind", "version"], name="reminder_once"),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="due"), name="reminder_due")]

    def __str__(self) -> str:
        return f"{self.kind} ({self.state})"
