from django.db import models
from django.db.models.functions import Now

from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7
from webhooks.models.endpoints import Endpoint
from webhooks.querysets import DeliveryQuerySet


class Message(models.Model):
    """Something that happened, as it is told: the same id and words to every endpoint, however
    often."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    type = models.CharField(max_length=60)
    data = models.JSONField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="webhook_message_created")]

    def __str__(self) -> str:
        return f"{self.type} {self.pk}"


class Delivery(models.Model):
    """One message owed to one endpoint.

    waiting → delivered | failed; held (the endpoint was not active) → waiting by a replay, as are
    delivered and failed. Each replay is a new `round`, and work of an older round changes nothing.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        DELIVERED = "delivered"
        FAILED = "failed"
        HELD = "held"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    endpoint = models.ForeignKey(
        Endpoint, models.CASCADE, related_name="deliveries", db_index=False
    )
    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries")
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    round = models.PositiveIntegerField(default=1)
    tries = models.PositiveIntegerField(default=0)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=200, blank=True)
    next_try_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            one_of("state", ["waiting", "delivered", "failed", "held"], "webhook_delivery_state"),
            models.UniqueConstraint(fields=["endpoint", "message"], name="webhook_delivery_once"),
        ]
        indexes = [models.Index(fields=["endpoint", "-created_at"], name="webhook_delivery_newest")]

    def __str__(self) -> str:
        return f"{self.message_id} → {self.endpoint_id}"


class Attempt(models.Model):
    """One call and what came of it. `status` is empty where no answer came."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts")
    at = models.DateTimeField(db_default=Now(), editable=False)
    ms = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.status or self.error}"
