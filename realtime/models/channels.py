from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from realtime.querysets import ChannelManager


class Channel(models.Model):
    """One row a channel: the number of the newest thing said on it.

    Taking the next number locks this row until the speaker commits, so numbers become visible in
    their order: whoever has read up to n will never miss a smaller one that commits later.
    """

    name = models.CharField(primary_key=True, max_length=80)
    last_seq = models.BigIntegerField(default=0)
    # Up to here what was said is no longer kept: who has read less cannot catch up by events.
    purged_seq = models.BigIntegerField(default=0)

    objects = ChannelManager()

    def __str__(self) -> str:
        return f"{self.name} at {self.last_seq}"


class ChannelEvent(models.Model):
    """Something said on a channel. Within one channel ids rise with the numbers."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="events", db_index=False)
    seq = models.BigIntegerField()
    event = models.CharField(max_length=40)
    payload = models.JSONField(default=dict)
    # A client that said it itself, where one did.
    speaker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "seq"], name="channel_event_once"),
            models.CheckConstraint(condition=models.Q(seq__gt=0), name="channel_event_positive"),
        ]
        indexes = [models.Index(fields=["created_at"], name="channel_event_age")]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.seq} {self.event}"


class PushOwed(models.Model):
    """An event that Pusher is still to be handed; written only where the site uses Pusher."""

    event = models.OneToOneField(
        ChannelEvent, models.CASCADE, primary_key=True, related_name="push_owed"
    )

    def __str__(self) -> str:
        return f"push of {self.event_id}"


class Presence(models.Model):
    """Somebody listens to a channel, until the lease says otherwise.

    Whoever holds the connection renews it; a process that died renews nothing. So nobody has to
    say goodbye, and nobody can forget to.
    """

    channel = models.CharField(max_length=80)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    since_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "user"], name="presence_once"),
        ]
        indexes = [
            models.Index(fields=["lease_until"], name="presence_ending"),
            models.Index(fields=["user"], name="presence_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.channel}"
