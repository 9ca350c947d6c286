from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from courses.models.courses import Course, Lesson
from courses.querysets import EnrollmentQuerySet
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class Enrollment(models.Model):
    """A person's place in a course. `completed_at` and `completed_version` are set once and never
    change, whatever the course becomes."""

    class State(models.TextChoices):
        ACTIVE = "active"
        COMPLETED = "completed"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="enrollments")
    course = models.ForeignKey(Course, models.PROTECT, related_name="enrollments")
    order = models.ForeignKey(
        "payments.Order", models.PROTECT, null=True, related_name="enrollments"
    )
    # Opened by a plan instead of an order: open while the plan is.
    by_plan = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    percent = models.PositiveSmallIntegerField(default=0)
    last_lesson = models.ForeignKey(Lesson, models.SET_NULL, null=True, related_name="+")
    last_activity_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    completed_version = models.PositiveIntegerField(null=True)
    # What the certificate speaks of: the version completed, or a later one learned since.
    certified_version = models.PositiveIntegerField(null=True)
    # How much longer than others this learner has for anything timed.
    time_factor = models.DecimalField(max_digits=3, decimal_places=2, default=1)
    # The last of the moments for asking what they think (20, 50, 100 per cent) that was waved off.
    prompt_dismissed = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("state", ["active", "completed", "cancelled"], "enrollment_state"),
            models.UniqueConstraint(fields=["user", "course"], name="enrollment_once"),
            models.CheckConstraint(
                condition=models.Q(percent__gte=0, percent__lte=100), name="enrollment_percent"
            ),
            models.CheckConstraint(
                condition=models.Q(time_factor__gte=1, time_factor__lte=5),
                name="enrollment_time_factor",
            ),
        ]
        indexes = [models.Index(fields=["user", "-last_activity_at"], name="enrollment_recent")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.course_id}"


class LessonProgress(models.Model):
    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="progress")
    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="progress")
    seconds = models.PositiveIntegerField(default=0)
    # Per mille of the text seen, merged by max: two devices never lower each other.
    position = models.PositiveSmallIntegerField(default=0)
    # Per mille where the last message came from: there any device goes on.
    resume = models.PositiveSmallIntegerField(default=0)
    # Per mille of the lesson's own parts by their names, merged by max.
    sections = models.JSONField(default=dict)
    # Seconds of a video that were seen: disjoint [[from, to], …] in order, as `courses.intervals`
    # merges them.
    watched = models.JSONField(default=list)
    opened_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["enrollment", "lesson"], name="lesson_progress_once"),
            models.CheckConstraint(
                condition=models.Q(position__lte=1000, resume__lte=1000),
                name="lesson_progress_position",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment_id} at {self.lesson_id}"


class ProgressBeat(models.Model):
    """A progress message that was counted; the same one again is a repetition."""

    enrollment = models.ForeignKey(Enrollment, models.CASCADE, related_name="beats")
    client_event_id = models.UUIDField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "client_event_id"], name="progress_beat_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.client_event_id)
