from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from courses.models.courses import Lesson
from courses.models.enrollments import Enrollment
from courses.querysets import HandoverQuerySet
from tutorme.core.ids import uuid7


class Handover(models.Model):
    """What a learner who is stuck hands a tutor, and what comes back to the lesson. `booking_id` is
    the lesson with that tutor, of an app beside this one; without it the tutor sees nothing yet."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="handovers")
    # Whose it is, on the row itself: what the compare-and-swap of booking it asks.
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="handovers")
    tutor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # The second of the video at which it stopped.
    at_s = models.PositiveIntegerField(null=True)
    note = models.CharField(max_length=1000, blank=True)
    # Whether the learner's own notes to this lesson go along.
    with_notes = models.BooleanField(default=False)
    booking_id = models.UUIDField(null=True, unique=True)
    reply = models.TextField(max_length=5000, blank=True)
    # A lesson of the same course that the tutor says to do next.
    practice = models.ForeignKey(
        Lesson, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    replied_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "lesson", "tutor"],
                condition=Q(booking_id=None),
                name="handover_one_open",
            ),
            models.CheckConstraint(
                condition=~Q(student=F("tutor")), name="handover_to_somebody_else"
            ),
            models.CheckConstraint(
                condition=Q(replied_at=None) | Q(booking_id__isnull=False),
                name="handover_answered_after_booking",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id} to {self.tutor_id}"
