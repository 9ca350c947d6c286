from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from realtime.querysets import MailDeliveryQuerySet
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class MailDelivery(models.Model):
    """One mail owed to one person, written before anything is sent.

    held → queued when the reader's quiet hours end; queued → sending → sent | unknown;
    queued → failed | suppressed; failed | unknown | suppressed → queued by an operator.
    `sending` is committed right before the text goes over the wire: a mail found in it after its
    process died may or may not have arrived, and becomes `unknown` instead of going out twice.
    """

    class State(models.TextChoices):
        HELD = "held"
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        FAILED = "failed"
        UNKNOWN = "unknown"
        SUPPRESSED = "suppressed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="mail_deliveries"
    )
    kind = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    dedupe_key = models.CharField(max_length=200, unique=True)
    # As they were when the mail was owed.
    to_address = models.EmailField(max_length=254)
    to_name = models.CharField(max_length=80)
    locale = models.CharField(max_length=12)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    # How often the text was handed to a mail server.
    attempts = models.PositiveSmallIntegerField(default=0)
    resends = models.PositiveSmallIntegerField(default=0)
    # Fixed before sending, the same on every attempt: what receivers tell copies by.
    message_id = models.CharField(max_length=200, unique=True)
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    sending_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    # Which way it went: smtp or sendgrid.
    sent_by = models.CharField(max_length=10, blank=True)
    # What the provider told about it afterwards.
    delivered_at = models.DateTimeField(null=True)
    bounced_at = models.DateTimeField(null=True)
    complained_at = models.DateTimeField(null=True)

    objects = MailDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "mail deliveries"
        constraints = [
            one_of(
                "state",
                ["held", "queued", "sending", "sent", "failed", "unknown", "suppressed"],
                "mail_state",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="sent") | models.Q(sent_at__isnull=False),
                name="mail_sent_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-created_at"], name="mail_state_newest"),
            models.Index(fields=["held_until"], name="mail_held", condition=models.Q(state="held")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to_address}"
