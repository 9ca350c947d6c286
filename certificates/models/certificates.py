from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from certificates.models.templates import CertificateTemplate
from certificates.querysets import CertificateQuerySet
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7
from tutorme.core.models import Job


class Certificate(models.Model):
    """What somebody completed, as it was on that day.

    `facts` holds every printed word. From the moment of issue the database refuses to change
    them, the code, the serial or whose it is; only the state may still go to revoked.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        ISSUED = "issued"
        REVOKED = "revoked"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="certificates")
    enrollment = models.OneToOneField(
        "courses.Enrollment", models.PROTECT, related_name="certificate"
    )
    template = models.ForeignKey(
        CertificateTemplate, models.PROTECT, related_name="certificates", db_index=False
    )
    serial = models.CharField(max_length=20, unique=True)
    code = models.CharField(max_length=23, unique=True)
    public_base_url = models.CharField(max_length=200)
    facts = models.JSONField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+", db_index=False)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    pdf_size = models.PositiveIntegerField(null=True)
    storage_key = models.CharField(max_length=120, blank=True)
    issued_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    revoked_reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("state", ["pending", "issued", "revoked"], "certificate_state"),
            models.CheckConstraint(
                condition=models.Q(state="pending")
                | models.Q(issued_at__isnull=False, pdf_size__isnull=False)
                & ~models.Q(pdf_sha256="")
                & ~models.Q(storage_key=""),
                name="certificate_issued_has_pdf",
            ),
            models.CheckConstraint(
                condition=models.Q(state="revoked", revoked_at__isnull=False)
                & ~models.Q(revoked_reason="")
                | ~models.Q(state="revoked") & models.Q(revoked_at__isnull=True),
                name="certificate_revoked_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["user", "-created_at"], name="certificate_owner_newest")]

    def __str__(self) -> str:
        return self.serial

    @property
    def verify_url(self) -> str:
        return f"{self.public_base_url}/verify/{self.code}/"

    @property
    def file_name(self) -> str:
        """Made of the serial alone: no person's words in a header or on a disk."""
        return f"certificate-{self.serial}.pdf"
