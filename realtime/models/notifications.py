from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from realtime.querysets import NotificationQuerySet
from tutorme.core.ids import uuid7


class Notification(models.Model):
    """Something a person is told. Facts are kept; words are made when and for whom it is read."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", db_index=False
    )
    # The number of its event on the person's own channel.
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    dedupe_key = models.CharField(max_length=200, unique=True)
    read_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "seq"], name="notification_seq_once"),
            models.CheckConstraint(condition=models.Q(seq__gt=0), name="notification_seq_positive"),
        ]
        indexes = [
            models.Index(
                fields=["user"], name="notification_unread", condition=models.Q(read_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.seq}"
