from django.conf import settings
from django.db import models
from django.db.models import F
from django.db.models.functions import Now

from courses.models.courses import Course
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class PointsEntry(models.Model):
    """One line of somebody's points: for what, and how many; 0 where the day's limit was reached.
    The database refuses to change or remove it. `User.points` is the sum."""

    class Rule(models.TextChoices):
        LESSON = "lesson"
        QUIZ = "quiz"
        QUIZ_FIRST_TRY = "quiz_first_try"
        COURSE = "course"
        REVIEW = "review"
        ACHIEVEMENT = "achievement"
        CORRECTION = "correction"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="points_entries", db_index=False
    )
    rule = models.CharField(max_length=16, choices=Rule.choices)
    object_id = models.UUIDField()
    points = models.IntegerField()
    course = models.ForeignKey(Course, models.PROTECT, null=True, related_name="+", db_index=False)
    earned_at = models.DateTimeField()
    # The learner's date, which the day's limit is counted by.
    local_date = models.DateField()
    reason = models.CharField(max_length=300, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name_plural = "points entries"
        constraints = [
            one_of(
                "rule",
                [
                    "lesson",
                    "quiz",
                    "quiz_first_try",
                    "course",
                    "review",
                    "achievement",
                    "correction",
                ],
                "points_entry_rule",
            ),
            models.UniqueConstraint(fields=["user", "rule", "object_id"], name="points_entry_once"),
            models.CheckConstraint(
                condition=models.Q(points__gte=0) | models.Q(rule="correction"),
                name="points_entry_sign",
            ),
            models.CheckConstraint(
                condition=~models.Q(rule="correction")
                | (models.Q(actor__isnull=False) & ~models.Q(reason="")),
                name="points_entry_correction",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "-earned_at", "-id"], name="points_entry_newest"),
            models.Index(fields=["user", "local_date"], name="points_entry_day"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.rule} {self.points}"


class BoardScore(models.Model):
    """How many points somebody has on one board: `all`, `week:2026-11-16` (its Monday),
    `course:<id>`, or `cohort:<id>:2026-11` of who began the course in that month. Written in the
    transaction of the ledger's line."""

    id = models.BigAutoField(primary_key=True)
    board = models.CharField(max_length=50)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="board_scores", db_index=False
    )
    points = models.IntegerField()
    # When this total was reached: who was there first stands above.
    reached_at = models.DateTimeField()
    is_shown = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "board"], name="board_score_once"),
        ]
        indexes = [
            models.Index(
                F("board"),
                F("points") * -1,
                F("reached_at"),
                F("user"),
                condition=models.Q(is_shown=True),
                name="board_score_order",
            )
        ]

    def __str__(self) -> str:
        return f"{self.board} {self.points}"


class BoardTally(models.Model):
    """How many people shown on a board have so many points, as signed parts that are only ever
    added: parallel learners never wait for one another. A sweep folds them together."""

    id = models.BigAutoField(primary_key=True)
    board = models.CharField(max_length=50)
    points = models.IntegerField()
    people = models.IntegerField()

    class Meta:
        verbose_name_plural = "board tallies"
        indexes = [
            models.Index(fields=["board", "points"], include=["people"], name="board_tally_points")
        ]

    def __str__(self) -> str:
        return f"{self.board} {self.points} {self.people:+}"
