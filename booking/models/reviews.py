from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from booking.models.bookings import Booking
from booking.querysets import LessonReviewQuerySet
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class LessonReview(models.Model):
    """What one student says of one tutor, after a lesson that was held. A hidden one counts
    nowhere and is seen by its author and the staff alone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tutor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="reviews_had", db_index=False
    )
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="reviews_given"
    )
    # The lesson it was last written after.
    booking = models.ForeignKey(Booking, models.PROTECT, related_name="reviews")
    stars = models.PositiveSmallIntegerField()
    text = models.TextField(max_length=4000, blank=True)
    is_hidden = models.BooleanField(default=False)
    reply = models.TextField(max_length=4000, blank=True)
    replied_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = LessonReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tutor", "student"], name="tutor_review_once"),
            models.CheckConstraint(
                condition=Q(stars__gte=1, stars__lte=5), name="tutor_review_stars"
            ),
            models.CheckConstraint(
                condition=~Q(tutor=F("student")), name="tutor_review_not_of_oneself"
            ),
        ]
        indexes = [models.Index(fields=["tutor", "-created_at", "-id"], name="tutor_review_new")]

    def __str__(self) -> str:
        return f"{self.stars} of 5"


class ReviewReport(models.Model):
    """Somebody finds that a review should not stand; a moderator decides once."""

    class State(models.TextChoices):
        OPEN = "open"
        KEPT = "kept"
        HIDDEN = "hidden"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(LessonReview, models.CASCADE, related_name="reports")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    reason = models.TextField(max_length=1000)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("state", ["open", "kept", "hidden"], "review_report_state"),
            models.UniqueConstraint(fields=["review", "reporter"], name="review_report_once"),
        ]

    def __str__(self) -> str:
        return self.reason[:60]


class TutorStanding(models.Model):
    """What a tutor's lessons and their students' words come to. Moves with them, in their
    transactions; `manage.py recompute --only booking.standings` proves the figures."""

    tutor = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="standing"
    )
    reviews = models.PositiveIntegerField(default=0)
    stars = models.PositiveIntegerField(default=0)
    lessons = models.PositiveIntegerField(default=0)
    minutes = models.PositiveIntegerField(default=0)
    # Lessons the tutor called off or did not come to.
    marks = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.stars}/{self.reviews}, {self.lessons} lessons"

    @property
    def mean(self) -> float | None:
        """To a tenth; None where nobody said anything."""
        return round(self.stars / self.reviews, 1) if self.reviews else None
