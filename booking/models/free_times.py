from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class FreeIndex(models.Model):
    """When a tutor's rows of `FreeStart` were last made. Whoever makes them anew holds this row,
    so that the last to read is the last to write."""

    tutor = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+"
    )
    built_at = models.DateTimeField(db_default=Now())
    # The date up to which it reaches moves on every day.
    built_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["built_on"], name="free_index_built")]

    def __str__(self) -> str:
        return str(self.tutor_id)


class FreeStart(models.Model):
    """A moment at which a lesson of a length the tutor offers can be booked. Made from
    `booking.slots` and thrown away at will: it finds tutors, it never decides."""

    tutor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # The last moment at which it can still be booked: the start less the tutor's notice.
    closes_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tutor", "starts_at", "ends_at"], name="free_start_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"), closes_at__lte=F("starts_at")),
                name="free_start_forward",
            ),
        ]
        indexes = [
            models.Index(
                fields=["starts_at"],
                include=["tutor", "ends_at", "closes_at"],
                name="free_start_at",
            )
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} {self.tutor_id}"
