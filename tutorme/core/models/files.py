from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from tutorme.core.ids import uuid7


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def visible_to(self, user: object) -> "StoredFileQuerySet":
        """One's own uploads. Whether others may read one is for the app to say that keeps it."""
        return self.filter(owner_id=getattr(user, "pk", None), owner__isnull=False)

    def unused(self) -> "StoredFileQuerySet":
        return self.filter(kept_at__isnull=True)


class StoredFile(models.Model):
    """A file somebody uploaded. The bytes lie under MEDIA_ROOT; this row says whose they are.

    An app that uses one points a foreign key at it (PROTECT) and calls `files.keep`; what nobody
    kept within a day is swept.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="files", db_index=False
    )
    purpose = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    kept_at = models.DateTimeField(null=True)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="file_not_empty", condition=models.Q(size__gt=0)),
        ]
        indexes = [
            models.Index("owner", "purpose", name="file_owner_purpose"),
            models.Index("created_at", name="file_unused", condition=models.Q(kept_at=None)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """Where it lies below MEDIA_ROOT. Named by its id, never by what somebody typed; the last
        digits spread it, as those of a time-ordered id are the random ones."""
        return f"files/{self.id.hex[-2:]}/{self.id.hex}"
