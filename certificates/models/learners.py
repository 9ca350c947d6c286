from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from certificates.models.organizations import Organization
from certificates.models.templates import CertificateTemplate
from certificates.querysets import ExternalCourseQuerySet, LearnerQuerySet
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class ExternalCourse(models.Model):
    """A course that is taught on Graphy and certified here. `external_id` is Graphy's product, as
    completion messages name it; a new `version` is certified anew."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    external_id = models.CharField(max_length=120, unique=True)
    name = models.CharField(max_length=160)
    instructor = models.CharField(max_length=80, blank=True)
    total_minutes = models.PositiveIntegerField(default=0)
    template = models.ForeignKey(
        CertificateTemplate, models.PROTECT, null=True, related_name="external_courses"
    )
    version = models.PositiveIntegerField(default=1)
    # Counts every change, for If-Match; `version` is the course's own.
    revision = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)

    objects = ExternalCourseQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class Learner(models.Model):
    """An organisation's learner in an external course: one row per course and address.

    imported → enrolled → completed; imported → failed → enrolled; all but completed may be
    withdrawn (an import taken back), after which the address may come again. A completion
    counts from any state but withdrawn: who completed it was enrolled.
    """

    class State(models.TextChoices):
        IMPORTED = "imported"
        ENROLLED = "enrolled"
        FAILED = "failed"
        COMPLETED = "completed"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    course = models.ForeignKey(ExternalCourse, models.PROTECT, related_name="learners")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="learners")
    name = models.CharField(max_length=120)
    # Lower case; what Graphy and its messages know the learner by.
    email = models.EmailField(max_length=254)
    state = models.CharField(max_length=10, choices=State.choices, default=State.IMPORTED)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    enrolled_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    completed_version = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = LearnerQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of(
                "state",
                ["imported", "enrolled", "failed", "completed", "withdrawn"],
                "learner_state",
            ),
            models.UniqueConstraint(
                fields=["course", "email"],
                condition=~models.Q(state="withdrawn"),
                name="learner_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="completed")
                | models.Q(completed_at__isnull=False, completed_version__isnull=False),
                name="learner_completed_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-created_at"], name="learner_of_organization"),
            models.Index(fields=["course", "state"], name="learner_of_course"),
            models.Index(fields=["email"], name="learner_email"),
        ]

    def __str__(self) -> str:
        return f"{self.email} in {self.course_id}"
