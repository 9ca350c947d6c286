from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7
from video.models.rooms import Room, RoomMember


class CallEvent(models.Model):
    """What a provider told of a call. Append-only; statistics are read from it."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="call_events", db_index=False)
    # What the provider's message is known by: one message, one row.
    key = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=40)
    member = models.ForeignKey(RoomMember, models.CASCADE, null=True, related_name="call_events")
    at = models.DateTimeField()
    seconds = models.PositiveIntegerField(null=True)
    facts = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["room", "at"], name="call_event_of_room")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%H:%M:%S}"


class Recording(models.Model):
    """One track of one person, as the provider keeps it. Forward only:
    started → completed | failed → deleted."""

    class State(models.TextChoices):
        STARTED = "started"
        COMPLETED = "completed"
        FAILED = "failed"
        DELETED = "deleted"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    room = models.ForeignKey(Room, models.PROTECT, related_name="recordings")
    member = models.ForeignKey(RoomMember, models.PROTECT, null=True, related_name="recordings")
    sid = models.CharField(max_length=40, unique=True)
    media = models.CharField(max_length=8)
    state = models.CharField(max_length=9, choices=State.choices, default=State.STARTED)
    seconds = models.PositiveIntegerField(null=True)
    size_bytes = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("-started_at", "id")
        constraints = [
            one_of("state", ["started", "completed", "failed", "deleted"], "recording_state")
        ]

    def __str__(self) -> str:
        return f"{self.sid} ({self.state})"


class CallRating(models.Model):
    """How the call itself was, said once by each member and changeable."""

    class Trouble(models.TextChoices):
        NONE = "", "-"
        PICTURE = "picture"
        SOUND = "sound"
        CONNECTION = "connection"
        OTHER = "other"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    room = models.ForeignKey(Room, models.CASCADE, related_name="ratings", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    stars = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    trouble = models.CharField(max_length=10, choices=Trouble.choices, blank=True)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "user"], name="call_rating_once"),
            models.CheckConstraint(
                name="call_rating_stars", condition=Q(stars__gte=1, stars__lte=5)
            ),
            one_of(
                "trouble", ["", "picture", "sound", "connection", "other"], "call_rating_trouble"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stars}/5"
