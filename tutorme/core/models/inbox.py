from django.db import models
from django.db.models.functions import Now

from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class InboxMessage(models.Model):
    """A verified message of a provider, raw as it came; unverified ones are kept nowhere."""

    class State(models.TextChoices):
        RECEIVED = "received"
        APPLIED = "applied"
        DEAD = "dead"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider = models.CharField(max_length=20)
    delivery_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=120)
    body = models.BinaryField()
    body_sha256 = models.CharField(max_length=64)
    headers = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RECEIVED)
    attempts = models.PositiveSmallIntegerField(default=0)
    run_after = models.DateTimeField(db_default=Now())
    last_error = models.TextField(blank=True)
    duplicates = models.PositiveIntegerField(default=0)
    conflicts = models.PositiveIntegerField(default=0)
    request_id = models.CharField(max_length=128, blank=True)
    received_at = models.DateTimeField(db_default=Now(), editable=False)
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "delivery_id"], name="inbox_message_once"),
            one_of("state", ["received", "applied", "dead"], "inbox_message_state"),
        ]
        indexes = [
            models.Index(
                fields=["run_after"], name="inbox_message_due", condition=models.Q(state="received")
            ),
            models.Index(fields=["-received_at"], name="inbox_message_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.kind} {self.delivery_id}"
