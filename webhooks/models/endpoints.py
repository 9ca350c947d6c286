from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from certificates.models import Organization
from tutorme.core.constraints import one_of
from tutorme.core.fields import EncryptedTextField
from tutorme.core.ids import uuid7
from webhooks.querysets import EndpointQuerySet


class Endpoint(models.Model):
    """Where somebody's program hears what happens: to its `owner`, to an `organization`, or, with
    neither, to the whole site."""

    class State(models.TextChoices):
        ACTIVE = "active"
        PAUSED = "paused"
        DISABLED = "disabled"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="webhooks"
    )
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, related_name="webhooks"
    )
    url = models.CharField(max_length=500)
    description = models.CharField(max_length=80, blank=True)
    types = ArrayField(models.CharField(max_length=60))
    secret = EncryptedTextField()
    # Signs beside the new one until then, so that a receiver can change over.
    previous_secret = EncryptedTextField(blank=True)
    previous_until = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    # Of the failures since the last success.
    failing_since = models.DateTimeField(null=True)
    disabled_at = models.DateTimeField(null=True)
    disabled_reason = models.CharField(max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = EndpointQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("state", ["active", "paused", "disabled"], "webhook_endpoint_state"),
            models.CheckConstraint(
                condition=models.Q(owner__isnull=True) | models.Q(organization__isnull=True),
                name="webhook_endpoint_one_owner",
            ),
            models.CheckConstraint(
                condition=models.Q(state="disabled", disabled_at__isnull=False)
                | (~models.Q(state="disabled") & models.Q(disabled_at__isnull=True)),
                name="webhook_endpoint_disabled_at",
            ),
        ]

    def __str__(self) -> str:
        return self.description or self.url
