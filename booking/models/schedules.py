from django.conf import settings
from django.db import models
from django.db.models import Q

from tutorme.core.constraints import one_of


class Schedule(models.Model):
    """How a tutor can be booked. Wall times below are in `time_zone`; instants are never stored
    for rules, so that nine o'clock stays nine o'clock through every clock change."""

    class Cancellation(models.TextChoices):
        """What a student who cancels gets back; see `booking.policies`."""

        FLEXIBLE = "flexible"
        MODERATE = "moderate"
        STRICT = "strict"

    tutor = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="schedule"
    )
    time_zone = models.CharField(max_length=64)
    # None: a lesson starts where the one before it ends.
    slot_minutes = models.PositiveSmallIntegerField(null=True, blank=True, default=60)
    buffer_before = models.PositiveSmallIntegerField(default=0)
    buffer_after = models.PositiveSmallIntegerField(default=0)
    notice_minutes = models.PositiveIntegerField(default=12 * 60)
    horizon_days = models.PositiveSmallIntegerField(default=60)
    max_per_day = models.PositiveSmallIntegerField(null=True, blank=True)
    # Monday to Sunday, by the tutor's dates.
    max_per_week = models.PositiveSmallIntegerField(null=True, blank=True)
    cancellation = models.CharField(
        max_length=8, choices=Cancellation.choices, default=Cancellation.MODERATE
    )
    needs_approval = models.BooleanField(default=False)
    is_open = models.BooleanField(default=True)
    # Rises with every change; the ETag of the whole availability.
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            one_of("cancellation", ["flexible", "moderate", "strict"], "schedule_cancellation"),
            models.CheckConstraint(
                name="schedule_figures",
                condition=Q(slot_minutes=None) | Q(slot_minutes__gte=5, slot_minutes__lte=480),
            ),
            models.CheckConstraint(
                name="schedule_bounds",
                condition=Q(
                    buffer_before__lte=240,
                    buffer_after__lte=240,
                    notice_minutes__lte=60 * 24 * 30,
                    horizon_days__gte=1,
                    horizon_days__lte=365,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"schedule of {self.tutor_id}"


class WeeklyHours(models.Model):
    """A window of a weekday; 0 is Sunday. An end at or before the start is on the next day, so
    00:00 as an end is midnight."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="weekly")
    day_of_week = models.PositiveSmallIntegerField()
    starts = models.TimeField()
    ends = models.TimeField()

    class Meta:
        ordering = ("day_of_week", "starts")
        constraints = [
            models.CheckConstraint(condition=Q(day_of_week__lte=6), name="weekly_hours_day"),
            models.UniqueConstraint(
                fields=["schedule", "day_of_week", "starts"], name="weekly_hours_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day_of_week} {self.starts:%H:%M}-{self.ends:%H:%M}"


class DateOverride(models.Model):
    """What holds on one date instead of the week. `windows` is [["HH:MM", "HH:MM"], …]; empty
    closes the date."""

    schedule = models.ForeignKey(Schedule, models.CASCADE, related_name="overrides")
    on = models.DateField()
    windows = models.JSONField(default=list)

    class Meta:
        ordering = ("on",)
        constraints = [
            models.UniqueConstraint(fields=["schedule", "on"], name="date_override_once")
        ]

    def __str__(self) -> str:
        return f"{self.on}"


class BusyTime(models.Model):
    """When a tutor is busy elsewhere. Synced from connected calendars; never asked of one while a
    page waits."""

    # The reference of a mark that closes everything: its calendar was not seen for a day.
    UNSEEN = "stale"

    tutor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="busy_times", db_index=False
    )
    source = models.CharField(max_length=40)
    reference = models.CharField(max_length=300)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tutor", "source", "reference", "starts_at"], name="busy_time_once"
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="busy_time_forward"
            ),
        ]
        indexes = [models.Index(fields=["tutor", "ends_at"], name="busy_time_of_tutor")]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} {self.source}"
