from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from certificates.querysets import TemplateQuerySet
from tutorme.core.ids import uuid7


class CertificateTemplate(models.Model):
    """One version of a design. The database refuses to change its source: certificates printed
    from it can be printed again, and an edit is a new version."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.SlugField(max_length=60)
    version = models.PositiveIntegerField()
    html = models.TextField(max_length=100_000)
    css = models.TextField(max_length=100_000)
    source_sha256 = models.CharField(max_length=64)
    is_default = models.BooleanField(default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name", "version"], name="certificate_template_version"
            ),
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="certificate_template_one_default",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
