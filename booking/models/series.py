from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from booking.models.offers import LessonType
from tutorme.core.constraints import currency_check
from tutorme.core.ids import uuid7
from tutorme.core.money import Money


class Series(models.Model):
    """The same hour of the week, so many times, agreed and paid for at once. Each lesson is a
    booking of its own; this says what they have in common."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tutor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="series_given")
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="series_taken"
    )
    lesson_type = models.ForeignKey(LessonType, models.PROTECT, related_name="series")
    # The clock that reads the same in every lesson when clocks change.
    time_zone = models.CharField(max_length=64)
    starts_at = models.DateTimeField()
    every_weeks = models.PositiveSmallIntegerField(default=1)
    # How many there are; fewer than were asked for where some were skipped.
    lessons = models.PositiveSmallIntegerField()
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name_plural = "series"
        constraints = [
            currency_check("currency", "series_currency"),
            models.CheckConstraint(
                condition=Q(
                    lessons__gte=1,
                    lessons__lte=26,
                    every_weeks__gte=1,
                    every_weeks__lte=4,
                    price_minor__gte=0,
                ),
                name="series_figures",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lessons} × {self.starts_at:%a %H:%M}"

    @property
    def price(self) -> Money:
        """Of all of it."""
        return Money(self.price_minor, self.currency)
