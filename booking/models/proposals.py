from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from booking.models.bookings import Booking
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class MoveProposal(models.Model):
    """One of the two would like another time and needs the other's word.

    open → accepted | declined | withdrawn | expired. It keeps no time free.
    """

    class State(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    booking = models.ForeignKey(Booking, models.PROTECT, related_name="proposals", db_index=False)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of(
                "state",
                ["open", "accepted", "declined", "withdrawn", "expired"],
                "move_proposal_state",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="move_proposal_forward"
            ),
            models.UniqueConstraint(
                fields=["booking"], condition=Q(state="open"), name="move_proposal_one_open"
            ),
        ]
        indexes = [models.Index(fields=["booking", "-id"], name="move_proposal_of_booking")]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} ({self.state})"
