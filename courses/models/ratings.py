from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from courses.models.courses import Course
from courses.querysets import CourseRatingQuerySet
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class CourseRating(models.Model):
    """What one learner says of one course. A hidden one counts nowhere and is seen by its author
    and the staff alone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="ratings", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="course_ratings"
    )
    rating = models.PositiveSmallIntegerField()
    review = models.TextField(max_length=4000, blank=True)
    is_hidden = models.BooleanField(default=False)
    reply = models.TextField(max_length=4000, blank=True)
    replied_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = CourseRatingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "user"], name="course_rating_once"),
            models.CheckConstraint(
                condition=models.Q(rating__gte=1, rating__lte=5), name="course_rating_stars"
            ),
        ]
        indexes = [models.Index(fields=["course", "-created_at", "-id"], name="course_rating_new")]

    def __str__(self) -> str:
        return f"{self.rating} of 5"


class RatingReport(models.Model):
    """Somebody finds that a review should not stand; a moderator decides once."""

    class State(models.TextChoices):
        OPEN = "open"
        KEPT = "kept"
        HIDDEN = "hidden"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rating = models.ForeignKey(CourseRating, models.CASCADE, related_name="reports")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    reason = models.TextField(max_length=1000)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("state", ["open", "kept", "hidden"], "rating_report_state"),
            models.UniqueConstraint(fields=["rating", "reporter"], name="rating_report_once"),
        ]

    def __str__(self) -> str:
        return self.reason[:60]


class RatingPrior(models.Model):
    """The site's mean rating, in millionths of a star, which every ranking weighs in; one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    mean = models.PositiveIntegerField(default=3_500_000)
    ratings = models.PositiveIntegerField(default=0)
    computed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="rating_prior_one_row")
        ]

    def __str__(self) -> str:
        return f"{self.mean / 1_000_000:.2f}"
