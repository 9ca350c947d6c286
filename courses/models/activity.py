from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class Motivation(models.Model):
    """What keeps somebody going, and how much of it they want to see. Its row is the lock of
    everything below it: activity, points, achievements and places on the boards of this person.

    The streak's columns are a cache of the days: `manage.py recount_streaks` proves them.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="motivation"
    )
    # Calm hides all of this from the person, and the person from the boards.
    is_calm = models.BooleanField(default=False)
    # Nobody stands on a board who did not say so.
    wants_boards = models.BooleanField(default=False)
    run = models.PositiveIntegerField(default=0)
    longest = models.PositiveIntegerField(default=0)
    last_on = models.DateField(null=True)
    last_at = models.DateTimeField(null=True)
    # The last date on which the run still holds, rest days and freezes counted in.
    holds_on = models.DateField(null=True)
    freezes = models.PositiveSmallIntegerField(default=0)
    frozen_on = ArrayField(models.DateField(), default=list)
    # The calendar that is counted by. It follows the profile's zone, at most once a day.
    zone = models.CharField(max_length=64, blank=True)
    zone_since = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "motivation"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(freezes__lte=2), name="motivation_freezes_held"
            ),
            models.CheckConstraint(
                condition=models.Q(longest__gte=models.F("run")), name="motivation_longest"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user_id)

    @property
    def is_shown(self) -> bool:
        return self.wants_boards and not self.is_calm


class RestChoice(models.Model):
    """The weekdays (0 Monday … 6 Sunday) somebody rests on, from a date on."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="rest_choices", db_index=False
    )
    from_on = models.DateField()
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "from_on"], name="rest_choice_once"),
            models.CheckConstraint(
                condition=models.Q(weekdays__len__lte=2)
                & models.Q(weekdays__contained_by=[0, 1, 2, 3, 4, 5, 6]),
                name="rest_choice_weekdays",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.from_on}"


class Activity(models.Model):
    """One thing somebody did that counts for its day, on the date their calendar showed then."""

    class Kind(models.TextChoices):
        LESSON = "lesson"
        QUIZ = "quiz"
        EXERCISE = "exercise"
        REVIEW = "review"
        SESSION = "session"
        TIME = "time"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="activities", db_index=False
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    object_id = models.UUIDField()
    at = models.DateTimeField()
    local_date = models.DateField()

    class Meta:
        verbose_name_plural = "activities"
        constraints = [
            one_of(
                "kind",
                ["lesson", "quiz", "exercise", "review", "session", "time"],
                "activity_kind",
            ),
            models.UniqueConstraint(fields=["user", "kind", "object_id"], name="activity_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.local_date}"


class ActivityDay(models.Model):
    """A date on which somebody learned, by their own calendar at that moment, from the first to
    the last thing that counted. `first_at` is null while only time was spent, and not enough."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="activity_days", db_index=False
    )
    local_date = models.DateField()
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    active_seconds = models.PositiveIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "local_date"], name="activity_day_once"),
            models.CheckConstraint(
                condition=models.Q(first_at=None, last_at=None)
                | models.Q(first_at__lte=models.F("last_at")),
                name="activity_day_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.local_date}"
