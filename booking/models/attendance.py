from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from booking.models.bookings import Booking
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class Presence(models.Model):
    """Somebody came into a lesson's room or left it, as the room said. Never changed."""

    booking = models.ForeignKey(Booking, models.PROTECT, related_name="presences", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    at = models.DateTimeField()
    joined = models.BooleanField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "user", "at", "joined"], name="lesson_presence_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.at:%H:%M:%S} {'in' if self.joined else 'out'}"


class LessonDispute(models.Model):
    """What became of a lesson is not agreed, or nobody was seen. open → decided, by an admin: how
    much of the price the student gets back."""

    class Reason(models.TextChoices):
        TUTOR_AWAY = "tutor_away"
        STUDENT_AWAY = "student_away"
        CUT_SHORT = "cut_short"
        NOT_AS_AGREED = "not_as_agreed"
        OTHER = "other"
        # By the house, where neither was seen, or one alone by a room that does not tell.
        NOBODY_SEEN = "nobody_seen"
        ONE_SEEN = "one_seen"

    class State(models.TextChoices):
        OPEN = "open"
        DECIDED = "decided"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    booking = models.OneToOneField(Booking, models.PROTECT, related_name="dispute")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField(max_length=14, choices=Reason.choices)
    text = models.CharField(max_length=2000, blank=True)
    # What it was before.
    was = models.CharField(max_length=21)
    state = models.CharField(max_length=7, choices=State.choices, default=State.OPEN)
    refund_percent = models.PositiveSmallIntegerField(null=True)
    decision = models.CharField(max_length=1000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of(
                "reason",
                [
                    "tutor_away",
                    "student_away",
                    "cut_short",
                    "not_as_agreed",
                    "other",
                    "nobody_seen",
                    "one_seen",
                ],
                "lesson_dispute_reason",
            ),
            one_of("state", ["open", "decided"], "lesson_dispute_state"),
            models.CheckConstraint(
                name="lesson_dispute_decided",
                condition=Q(state="open", refund_percent=None)
                | Q(state="decided", refund_percent__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} ({self.state})"
