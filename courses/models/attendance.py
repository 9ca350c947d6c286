from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from courses.models.courses import Lesson
from courses.models.enrollments import Enrollment


class Attendance(models.Model):
    """How long somebody was in a live session, as its teacher or the room noted it."""

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="attendances")
    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="attendances")
    minutes = models.PositiveSmallIntegerField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "lesson"], name="attendance_once")
        ]

    def __str__(self) -> str:
        return f"{self.enrollment_id} at {self.lesson_id}"
