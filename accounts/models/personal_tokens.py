from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from accounts.models.users import User
from accounts.querysets import PersonalTokenQuerySet
from tutorme.core.ids import uuid7


class PersonalToken(models.Model):
    """A key for a script of one's own: shown once, kept as a digest, good for what its scopes
    name, until it expires, is revoked, or everything of the account is signed out."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="personal_tokens")
    name = models.CharField(max_length=60)
    # What its owner can tell it by; no part of the secret that matters.
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40))
    token_version = models.PositiveIntegerField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = PersonalTokenQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["user", "-created_at"], name="personal_token_user")]
        constraints = [
            models.CheckConstraint(condition=models.Q(scopes__len__gt=0), name="token_has_scope")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
