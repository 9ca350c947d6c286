from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from tutorme.core.ids import uuid7


class AuditEntry(models.Model):
    """Who did what to which thing. The database refuses UPDATE, DELETE and TRUNCATE here, and every
    row is linked into a chain (`AuditSeal`) shortly after its commit."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    action = models.CharField(max_length=80)
    target_type = models.CharField(max_length=80)
    target_id = models.CharField(max_length=64)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.TextField(blank=True)
    request_id = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["target_type", "target_id", "-created_at"], name="audit_target"),
            models.Index(fields=["actor", "-created_at"], name="audit_actor"),
            models.Index(fields=["-created_at"], name="audit_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_type} {self.target_id}"


class AuditUnsealed(models.Model):
    """An entry the chain has not reached yet. The database writes this row with the entry, whoever
    writes that; it goes when the entry is sealed."""

    entry = models.OneToOneField(
        AuditEntry, models.PROTECT, primary_key=True, related_name="unsealed"
    )

    def __str__(self) -> str:
        return str(self.entry_id)


class AuditSeal(models.Model):
    """A link of the chain: the digest covers the entry and the link before. Append-only, written by
    one sealer at a time (docs/adr/0139)."""

    sequence = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(AuditEntry, models.PROTECT, related_name="seal")
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"{self.sequence}:{self.digest[:12]}"
