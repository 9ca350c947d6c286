from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from certificates.models.learners import Learner
from certificates.models.organizations import Organization
from certificates.models.templates import CertificateTemplate
from certificates.querysets import CertificateQuerySet
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7
from tutorme.core.models import Job

_ISSUED = models.Q(state__in=["issued", "revoked", "superseded"])
_TAKEN_BACK = models.Q(state__in=["revoked", "superseded"])


class Certificate(models.Model):
    """What somebody completed, as it was on that day: a course of ours (`enrollment`) or one of
    an organisation's learners elsewhere (`learner`).

    `facts` holds every printed word. From the moment of issue the database refuses to change
    them, the code, the serial or whose it is; only the state may still go to revoked or
    superseded (by the next `edition` of the same completion).
    """

    class State(models.TextChoices):
        PENDING = "pending"
        ISSUED = "issued"
        REVOKED = "revoked"
        SUPERSEDED = "superseded"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Whose wallet it is in; an organisation's learner may have no account.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="certificates"
    )
    enrollment = models.ForeignKey(
        "courses.Enrollment", models.PROTECT, null=True, related_name="certificates"
    )
    learner = models.ForeignKey(Learner, models.PROTECT, null=True, related_name="certificates")
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, related_name="certificates", db_index=False
    )
    course_version = models.PositiveIntegerField(default=1)
    edition = models.PositiveSmallIntegerField(default=1)
    supersedes = models.OneToOneField("self", models.PROTECT, null=True, related_name="successor")
    template = models.ForeignKey(
        CertificateTemplate, models.PROTECT, related_name="certificates", db_index=False
    )
    serial = models.CharField(max_length=20, unique=True)
    code = models.CharField(max_length=23, unique=True)
    # Counts all certificates; which bit of which public list is its own follows from it.
    status_number = models.BigIntegerField(
        unique=True,
        editable=False,
        db_default=models.Func(models.Value("certificates_status"), function="nextval"),
    )
    public_base_url = models.CharField(max_length=200)
    facts = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+", db_index=False)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    pdf_size = models.PositiveIntegerField(null=True)
    storage_key = models.CharField(max_length=120, blank=True)
    # Of the pages before they were sealed, and what printed them: the same engine prints the same.
    printed_sha256 = models.CharField(max_length=64, blank=True)
    engine = models.CharField(max_length=80, blank=True)
    # Name of the key that sealed the file; empty where it is not sealed.
    sealed_by = models.CharField(max_length=40, blank=True)
    issued_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    revoked_reason = models.CharField(max_length=300, blank=True)
    # While it is held, nothing of it is removed: neither its file by age nor the name by a wish.
    held_at = models.DateTimeField(null=True)
    held_reason = models.CharField(max_length=300, blank=True)
    name_is_due = models.BooleanField(default=False)
    file_removed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("state", ["pending", "issued", "revoked", "superseded"], "certificate_state"),
            models.CheckConstraint(
                condition=models.Q(enrollment__isnull=False, learner__isnull=True)
                | models.Q(
                    enrollment__isnull=True, learner__isnull=False, organization__isnull=False
                ),
                name="certificate_of_one_completion",
            ),
            models.CheckConstraint(
                condition=models.Q(enrollment__isnull=True) | models.Q(user__isnull=False),
                name="certificate_of_ours_has_owner",
            ),
            models.UniqueConstraint(
                fields=["enrollment", "course_version", "edition"],
                name="certificate_edition_of_enrollment",
            ),
            models.UniqueConstraint(
                fields=["learner", "course_version", "edition"],
                name="certificate_edition_of_learner",
            ),
            models.UniqueConstraint(
                fields=["enrollment", "course_version"],
                condition=models.Q(state="issued"),
                name="certificate_one_of_enrollment",
            ),
            models.UniqueConstraint(
                fields=["learner", "course_version"],
                condition=models.Q(state="issued"),
                name="certificate_one_of_learner",
            ),
            models.CheckConstraint(
                condition=~_ISSUED
                | models.Q(issued_at__isnull=False, pdf_size__isnull=False)
                & ~models.Q(pdf_sha256="")
                & ~models.Q(storage_key=""),
                name="certificate_issued_has_pdf",
            ),
            models.CheckConstraint(
                condition=_TAKEN_BACK
                & models.Q(revoked_at__isnull=False)
                & ~models.Q(revoked_reason="")
                | ~_TAKEN_BACK & models.Q(revoked_at__isnull=True),
                name="certificate_revoked_has_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(held_at__isnull=True) | ~models.Q(held_reason=""),
                name="certificate_held_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="certificate_owner_newest"),
            models.Index(fields=["organization", "-created_at"], name="certificate_desk_newest"),
        ]

    def __str__(self) -> str:
        return self.serial

    @property
    def verify_url(self) -> str:
        return f"{self.public_base_url}/verify/{self.code}/"

    @property
    def file_name(self) -> str:
        """Made of the serial alone: no person's words in a header or on a disk."""
        return f"certificate-{self.serial}.pdf"
