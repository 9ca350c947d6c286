from django.db import models
from django.db.models.functions import Now

from accounts.models.users import User
from accounts.querysets import AuthSessionQuerySet
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class AuthSession(models.Model):
    """One sign-in: of an app, a family of refresh tokens of which one is current; or of a
    browser, its cookie session.

    Refreshing is one UPDATE that matches `current_jti`; an older token of the family is a
    replay and ends the session. Ending a browser's deletes the cookie session itself.
    """

    class Kind(models.TextChoices):
        APP = "app"
        BROWSER = "browser"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="auth_sessions")
    kind = models.CharField(max_length=7, choices=Kind.choices, default=Kind.APP)
    # Which device, as far as it can be told: a digest, compared and never shown.
    device = models.CharField(max_length=64, blank=True)
    # How the person proved who they are: password, passkey, google …
    method = models.CharField(max_length=40, blank=True)
    # Last time they did so; dangerous changes ask for it to be recent.
    confirmed_at = models.DateTimeField(db_default=Now())
    session_key = models.CharField(max_length=40, blank=True)
    current_jti = models.UUIDField(default=uuid7)
    previous_jti = models.UUIDField(null=True)
    rotated_at = models.DateTimeField(null=True)
    token_version = models.PositiveIntegerField()
    expires_at = models.DateTimeField()
    absolute_expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_because = models.CharField(max_length=40, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    address = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = AuthSessionQuerySet.as_manager()

    class Meta:
        constraints = [one_of("kind", ["app", "browser"], "auth_session_kind")]
        indexes = [models.Index(fields=["user", "-created_at"], name="auth_session_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at}"
