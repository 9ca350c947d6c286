"""How an account begins by invitation, what of it can be taken along, and how it ends."""

from django.db import models
from django.db.models.functions import Now

from accounts.models.users import User
from tutorme.core.ids import uuid7
from tutorme.core.models import Job, StoredFile


class Invitation(models.Model):
    """An account an admin made waits for its owner to choose a password, once, by a mailed link."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="invitations")
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(used_at=None),
                name="invitation_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.created_at}"


class DataExport(models.Model):
    """A copy of one's data, as a ZIP that can be fetched for a while."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="data_exports")
    job = models.OneToOneField(Job, models.PROTECT, related_name="data_export")
    file = models.OneToOneField(StoredFile, models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes = [models.Index(fields=["user", "-created_at"], name="data_export_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at}"


class Deletion(models.Model):
    """The wish to be forgotten, carried out once its days of grace are over."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="deletions")
    # A certificate stays verifiable; whether under the person's name is theirs to say.
    keeps_name_on_certificates = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    # The person was signed out for good and told; nothing can be taken back from here.
    announced_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(cancelled_at=None, finished_at=None),
                name="deletion_one_open",
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="deletion_due",
                condition=models.Q(cancelled_at=None, finished_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.due_at}"
