from uuid import UUID

from django.db import models
from django.db.models.functions import Now
from django.utils.functional import cached_property

from courses.models.courses import Lesson
from courses.models.enrollments import Enrollment
from courses.models.quizzes import Question
from courses.querysets import AttemptAnswerQuerySet, AttemptQuerySet
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7
from tutorme.core.prepared import prepared


class Attempt(models.Model):
    """One go at a quiz: the questions it froze, the server's clock, the score it earned."""

    class State(models.TextChoices):
        OPEN = "open"
        PENDING_REVIEW = "pending_review"
        GRADED = "graded"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    enrollment = models.ForeignKey(Enrollment, models.PROTECT, related_name="attempts")
    lesson = models.ForeignKey(Lesson, models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    # What decides the draw and the order of questions and options.
    seed = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=14, choices=State.choices, default=State.OPEN)
    pass_percent = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(db_default=Now())
    deadline_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    score = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    max_score = models.DecimalField(max_digits=9, decimal_places=2)
    passed = models.BooleanField(null=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("state", ["open", "pending_review", "graded"], "attempt_state"),
            models.UniqueConstraint(
                fields=["enrollment", "lesson", "number"], name="attempt_number"
            ),
            models.UniqueConstraint(
                fields=["enrollment", "lesson"],
                condition=models.Q(state="open"),
                name="attempt_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "pending_review"], score=None, passed=None)
                | models.Q(state="graded", score__isnull=False, passed__isnull=False),
                name="attempt_score",
            ),
        ]
        indexes = [
            models.Index(
                fields=["deadline_at"], condition=models.Q(state="open"), name="attempt_deadline"
            ),
            models.Index(
                fields=["submitted_at"],
                condition=models.Q(state="pending_review"),
                name="attempt_to_review",
            ),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} ({self.state})"

    @property
    def percent(self) -> int:
        """Whole per cents, rounded down, so that 69.9 never reads as a pass at 70."""
        return int(100 * (self.score or 0) // self.max_score) if self.max_score else 0

    @cached_property
    def sheet(self) -> "list[AttemptAnswer]":
        """Its questions in their order with what was answered, read once."""
        return list(_sheet(self.pk))


class AttemptAnswer(models.Model):
    """A question as this attempt was given it, and what was answered. `answer` is an option key,
    a list of them, a mapping of them, a boolean, or text; null while nothing was answered."""

    attempt = models.ForeignKey(Attempt, models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, models.PROTECT, related_name="answers")
    position = models.PositiveIntegerField()
    answer = models.JSONField(null=True)
    # The client's number of the save: an older one than what is kept changes nothing.
    sequence = models.BigIntegerField(default=0)
    points = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    # What the tutor wrote to an open answer.
    comment = models.TextField(max_length=5000, blank=True)

    objects = AttemptAnswerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["attempt", "question"], name="attempt_answer_once")
        ]

    def __str__(self) -> str:
        return f"{self.attempt_id} {self.question_id}"


@prepared
def _sheet(attempt_id: UUID) -> AttemptAnswerQuerySet:
    return AttemptAnswer.objects.filter(attempt_id=attempt_id).in_order()
