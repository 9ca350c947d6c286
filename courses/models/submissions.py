from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from courses.models.courses import Lesson
from courses.models.enrollments import Enrollment
from courses.querysets import SubmissionQuerySet
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7
from tutorme.core.models import StoredFile


class Submission(models.Model):
    """What a learner hands in to an exercise. `rules` and the rubric are frozen when it is handed
    in; `marks` is {criterion: {"level", "comment"}}."""

    class State(models.TextChoices):
        DRAFT = "draft"
        SUBMITTED = "submitted"
        RETURNED = "returned"
        GRADED = "graded"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    enrollment = models.ForeignKey(
        Enrollment, models.PROTECT, related_name="submissions", db_index=False
    )
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    text = models.TextField(max_length=50_000, blank=True)
    # The client's number of the last save that stands.
    sequence = models.BigIntegerField(default=0)
    # Rises with every marking: a second one names the first.
    revision = models.PositiveIntegerField(default=0)
    rubric = models.JSONField(default=list)
    due_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    days_late = models.PositiveSmallIntegerField(default=0)
    penalty_percent = models.PositiveSmallIntegerField(default=0)
    pass_percent = models.PositiveSmallIntegerField(default=60)
    marks = models.JSONField(default=dict)
    comment = models.TextField(max_length=10_000, blank=True)
    score = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    max_score = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    passed = models.BooleanField(null=True)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    marked_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(auto_now=True)
    files = models.ManyToManyField(StoredFile, through="SubmissionFile", related_name="+")

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("state", ["draft", "submitted", "returned", "graded"], "submission_state"),
            models.UniqueConstraint(
                fields=["enrollment", "lesson", "number"], name="submission_number"
            ),
            models.UniqueConstraint(
                fields=["enrollment", "lesson"],
                condition=models.Q(state__in=["draft", "submitted"]),
                name="submission_one_at_work",
            ),
            models.CheckConstraint(
                condition=models.Q(state="draft", submitted_at=None)
                | models.Q(~models.Q(state="draft"), submitted_at__isnull=False),
                name="submission_handed_in",
            ),
            models.CheckConstraint(
                condition=models.Q(state="graded", score__isnull=False, passed__isnull=False)
                | models.Q(~models.Q(state="graded"), score=None, passed=None),
                name="submission_score",
            ),
            models.CheckConstraint(
                condition=models.Q(penalty_percent__lte=100), name="submission_penalty"
            ),
        ]
        indexes = [
            models.Index(
                fields=["submitted_at"],
                condition=models.Q(state="submitted"),
                name="submission_to_mark",
            )
        ]

    def __str__(self) -> str:
        return f"submission {self.number} ({self.state})"

    @property
    def percent(self) -> int | None:
        """Whole per cents, rounded down."""
        if self.score is None or not self.max_score:
            return None
        return int(100 * self.score // self.max_score)


class SubmissionFile(models.Model):
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="attachments")
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="submission")
    added_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return str(self.file_id)
