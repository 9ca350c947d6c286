from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from courses.models.courses import Course
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class CourseVersion(models.Model):
    """What was published when, and what it changed. `snapshot` is the whole document
    (`courses.documents`); `changes` is {"added", "changed", "removed"}: [{"id", "title"}]."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    snapshot = models.JSONField()
    changes = models.JSONField()
    note = models.CharField(max_length=500, blank=True)
    # Whoever completed an earlier one learned something else.
    is_breaking = models.BooleanField(default=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "number"], name="course_version_number")
        ]

    def __str__(self) -> str:
        return f"{self.course_id} v{self.number}"


class CourseReview(models.Model):
    """A draft handed in where the site wants to see it first. What is approved is `snapshot`, the
    draft as it was handed in, whatever was written since."""

    class State(models.TextChoices):
        SUBMITTED = "submitted"
        APPROVED = "approved"
        REJECTED = "rejected"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="reviews")
    state = models.CharField(max_length=10, choices=State.choices, default=State.SUBMITTED)
    snapshot = models.JSONField()
    note = models.CharField(max_length=500, blank=True)
    is_breaking = models.BooleanField(default=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    submitted_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(max_length=2000, blank=True)

    class Meta:
        constraints = [
            one_of(
                "state", ["submitted", "approved", "rejected", "withdrawn"], "course_review_state"
            ),
            models.UniqueConstraint(
                fields=["course"],
                condition=models.Q(state="submitted"),
                name="course_review_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} {self.state}"
