from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from booking.models.offers import LessonType
from booking.models.ranges import tstzrange
from booking.querysets import GroupSessionQuerySet
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class GroupSession(models.Model):
    """A lesson for several, at a time its tutor set. open → over | cancelled. Each seat is a
    booking; how many may stand is kept by the tutor's lock."""

    class State(models.TextChoices):
        OPEN = "open"
        OVER = "over"
        CANCELLED = "cancelled"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tutor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="groups_given", db_index=False
    )
    lesson_type = models.ForeignKey(LessonType, models.PROTECT, related_name="groups")
    capacity = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    blocked_from = models.DateTimeField()
    blocked_until = models.DateTimeField()
    # The tutor's date and zone.
    on = models.DateField()
    tutor_zone = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = GroupSessionQuerySet.as_manager()
    # Counted by `with_taken`.
    taken: int

    class Meta:
        constraints = [
            one_of("state", ["open", "over", "cancelled"], "group_session_state"),
            models.CheckConstraint(
                name="group_session_figures",
                condition=Q(
                    capacity__gte=2,
                    capacity__lte=50,
                    ends_at__gt=F("starts_at"),
                    blocked_from__lte=F("starts_at"),
                    blocked_until__gte=F("ends_at"),
                ),
            ),
            ExclusionConstraint(
                name="group_session_tutor_once",
                expressions=[
                    ("tutor", RangeOperators.EQUAL),
                    (tstzrange("blocked_from", "blocked_until"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state="open"),
            ),
        ]
        indexes = [models.Index(fields=["tutor", "starts_at"], name="group_session_of_tutor")]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}, {self.capacity} seats"
