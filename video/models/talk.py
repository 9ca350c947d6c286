from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7
from video.models.rooms import Room


class Signal(models.Model):
    """Something one window tells the others, or one of them. Kept until the room is over."""

    class Kind(models.TextChoices):
        DESCRIPTION = "description"
        CANDIDATES = "candidates"
        MEDIA = "media"
        HAND = "hand"
        CAPTION = "caption"
        CHAT = "chat"
        NOTES = "notes"
        JOINED = "joined"
        LEFT = "left"
        PROVIDER = "provider"
        TAPING = "taping"
        CLOSED = "closed"

    id = models.BigAutoField(primary_key=True)
    room = models.ForeignKey(Room, models.CASCADE, related_name="signals", db_index=False)
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=11, choices=Kind.choices)
    # Sessions of windows; the server itself sends without one.
    sender = models.UUIDField(null=True)
    recipient = models.UUIDField(null=True)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of(
                "kind",
                [
                    "description",
                    "candidates",
                    "media",
                    "hand",
                    "caption",
                    "chat",
                    "notes",
                    "joined",
                    "left",
                    "provider",
                    "taping",
                    "closed",
                ],
                "signal_kind",
            ),
            models.UniqueConstraint(fields=["room", "seq"], name="signal_once"),
        ]

    def __str__(self) -> str:
        return f"{self.room_id} {self.seq} {self.kind}"


class ChatLine(models.Model):
    """What somebody wrote to everybody in the room."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    room = models.ForeignKey(Room, models.CASCADE, related_name="chat", db_index=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.CharField(max_length=2000)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("id",)
        indexes = [models.Index(fields=["room", "id"], name="chat_of_room")]

    def __str__(self) -> str:
        return f"{self.room_id} {self.created_at:%H:%M}"
