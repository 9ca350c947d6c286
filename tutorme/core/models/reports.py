from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from tutorme.core.ids import uuid7
from tutorme.core.models.files import StoredFile
from tutorme.core.models.jobs import Job


class ReportExport(models.Model):
    """A report as a file, for whoever asked for it: made by a job, to be fetched for a while.

    The dates are those of the zone the reader looks from. A period that is over is written once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="report_exports", db_index=False
    )
    report = models.CharField(max_length=20)
    first_on = models.DateField()
    last_on = models.DateField()
    zone = models.CharField(max_length=64)
    job = models.OneToOneField(Job, models.PROTECT, related_name="+")
    file = models.OneToOneField(StoredFile, models.PROTECT, null=True, related_name="+")
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="report_export_period", condition=Q(last_on__gte=F("first_on"))
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="report_export_owner"),
            models.Index(fields=["expires_at"], name="report_export_over", condition=~Q(file=None)),
        ]

    def __str__(self) -> str:
        return f"{self.report} {self.first_on} to {self.last_on}"
