from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from tutorme.core.constraints import one_of


class NotificationSettings(models.Model):
    """How somebody wants mails: not at night, gathered, or as they come. No row: as they come."""

    class Digest(models.TextChoices):
        OFF = "off"
        DAILY = "daily"
        WEEKLY = "weekly"

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+"
    )
    digest = models.CharField(max_length=6, choices=Digest.choices, default=Digest.OFF)
    # In the person's own zone; from a later to an earlier hour is over midnight.
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    # When the next gathered mail is due; with no digest, never.
    digest_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "notification settings"
        constraints = [
            one_of("digest", ["off", "daily", "weekly"], "notification_digest"),
            models.CheckConstraint(
                name="notification_quiet_whole",
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["digest_at"], name="notification_digest_due")]

    def __str__(self) -> str:
        return f"settings of {self.user_id}"


class NotificationPreference(models.Model):
    """What somebody decided about one kind; where nothing was decided there is no row."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=40)
    in_page = models.BooleanField(default=True)
    by_mail = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="notification_preference_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"


class DigestLine(models.Model):
    """A mail that somebody wants together with others; it waits for their next digest."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    dedupe_key = models.CharField(max_length=200, unique=True)
    # Set once the digest it is part of is owed.
    taken_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["user", "taken_at"], name="digest_line_of_user")]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"


class Suppression(models.Model):
    """An address no mail goes to: it bounced for good, or its owner called us a nuisance."""

    class Reason(models.TextChoices):
        BOUNCE = "bounce"
        COMPLAINT = "complaint"
        OPERATOR = "operator"

    # Lower case: letter boxes are told apart by nothing else in practice.
    address = models.EmailField(primary_key=True, max_length=254)
    reason = models.CharField(max_length=9, choices=Reason.choices)
    detail = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of("reason", ["bounce", "complaint", "operator"], "suppression_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.address} ({self.reason})"
