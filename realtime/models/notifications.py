from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from realtime.querysets import FeedManager, NotificationQuerySet
from tutorme.core.ids import uuid7


class Feed(models.Model):
    """One row a person: the number of their newest notification.

    Taking the next number locks this row until the writer commits, so numbers become visible
    in their order: whoever has read up to n will never miss a smaller one that commits later.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+"
    )
    last_seq = models.BigIntegerField(default=0)

    objects = FeedManager()

    def __str__(self) -> str:
        return f"{self.user_id} at {self.last_seq}"


class Notification(models.Model):
    """Something a person is told. Facts are kept; words are made when and for whom it is read."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", db_index=False
    )
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
