from django.conf import settings
from django.db import models
from django.db.models import Q

from tutorme.core.constraints import currency_check
from tutorme.core.ids import uuid7
from tutorme.core.money import Money


class LessonType(models.Model):
    """What can be booked with a tutor: a length at a price. A booking keeps the price it was made
    at; one that was ever booked is retired, never deleted."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tutor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="lesson_types", db_index=False
    )
    title = models.CharField(max_length=80)
    minutes = models.PositiveSmallIntegerField(default=60)
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    # For getting to know each other: once a student and tutor.
    is_trial = models.BooleanField(default=False)
    # More than one: a class at times the tutor sets, with so many seats.
    capacity = models.PositiveSmallIntegerField(default=1)
    is_offered = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "id")
        constraints = [
            currency_check("currency", "lesson_type_currency"),
            models.CheckConstraint(
                condition=Q(
                    minutes__gte=15,
                    minutes__lte=480,
                    price_minor__gte=0,
                    capacity__gte=1,
                    capacity__lte=50,
                ),
                name="lesson_type_figures",
            ),
            models.UniqueConstraint(
                fields=["tutor"],
                condition=Q(is_trial=True, is_offered=True),
                name="lesson_type_one_trial",
            ),
        ]
        indexes = [models.Index(fields=["tutor", "position"], name="lesson_type_of_tutor")]

    def __str__(self) -> str:
        return f"{self.title}, {self.minutes} min"

    @property
    def is_group(self) -> bool:
        return self.capacity > 1

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)
