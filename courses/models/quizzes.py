from django.db import models
from django.db.models.functions import Now

from courses.models.courses import Lesson
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class Quiz(models.Model):
    """How a quiz lesson is taken and judged."""

    class Review(models.TextChoices):
        """When a learner may see what was right, and why."""

        NEVER = "never"
        AFTER_SUBMIT = "after_submit"
        AFTER_PASS = "after_pass"  # noqa: S105  passing a quiz
        AFTER_LAST_ATTEMPT = "after_last_attempt"

    lesson = models.OneToOneField(Lesson, models.CASCADE, primary_key=True, related_name="quiz")
    pass_percent = models.PositiveSmallIntegerField(default=70)
    max_attempts = models.PositiveSmallIntegerField(null=True, blank=True)
    time_limit_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    review = models.CharField(max_length=20, choices=Review.choices, default=Review.AFTER_SUBMIT)

    class Meta:
        constraints = [
            one_of(
                "review",
                ["never", "after_submit", "after_pass", "after_last_attempt"],
                "quiz_review",
            ),
            models.CheckConstraint(
                condition=models.Q(pass_percent__gte=1, pass_percent__lte=100),
                name="quiz_pass_percent",
            ),
        ]

    def __str__(self) -> str:
        return str(self.lesson)


class Question(models.Model):
    """One version of a question. It never changes once written: an edit retires it and adds the
    next, so that every attempt keeps the questions it was given.

    `options` is what a learner sees: [{"key", "text"}]. `solution` is what only the grader reads:
    {"correct": [keys]} | {"answer": bool} | {"value", "tolerance"} | {"accepted": [texts]}, with
    {"feedback": {key: text}} beside it.
    """

    class Kind(models.TextChoices):
        SINGLE = "single"
        MULTIPLE = "multiple"
        TRUE_FALSE = "true_false"
        NUMBER = "number"
        TEXT = "text"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    lesson = models.ForeignKey(Lesson, models.CASCADE, related_name="questions")
    key = models.SlugField(max_length=80)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    prompt = models.TextField(max_length=10_000)
    options = models.JSONField(default=list)
    solution = models.JSONField()
    explanation = models.TextField(max_length=10_000, blank=True)
    points = models.DecimalField(max_digits=7, decimal_places=2, default=1)
    position = models.PositiveIntegerField()
    retired_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of("kind", ["single", "multiple", "true_false", "number", "text"], "question_kind"),
            models.UniqueConstraint(
                fields=["lesson", "key"],
                condition=models.Q(retired_at=None),
                name="question_current",
            ),
            models.CheckConstraint(condition=models.Q(points__gt=0), name="question_points"),
        ]

    def __str__(self) -> str:
        return self.key
