from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from courses.models.enrollments import Enrollment
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class Nudge(models.Model):
    """A teacher's word to one learner of a course, why it was sent, and when they came back."""

    class Reason(models.TextChoices):
        NOT_BEGUN = "not_begun"
        STALLED = "stalled"
        FAILING = "failing"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="nudges")
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=10, choices=Reason.choices)
    sent_at = models.DateTimeField(db_default=Now())
    # The first thing they did within a week of it.
    helped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("reason", ["not_begun", "stalled", "failing"], "nudge_reason"),
            models.CheckConstraint(
                condition=models.Q(helped_at=None) | models.Q(helped_at__gte=models.F("sent_at")),
                name="nudge_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment_id} {self.reason}"
