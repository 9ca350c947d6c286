from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from courses.models.courses import Course, Lesson
from courses.querysets import BankItemQuerySet
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class Quiz(models.Model):
    """How a quiz lesson is taken and judged: what was published, and learners meet."""

    class Review(models.TextChoices):
        """When a learner may see what was right, and why."""

        NEVER = "never"
        AFTER_SUBMIT = "after_submit"
        AFTER_PASS = "after_pass"  # noqa: S105  passing a quiz
        AFTER_LAST_ATTEMPT = "after_last_attempt"
        AFTER_DATE = "after_date"

    class Record(models.TextChoices):
        """Which of several attempts stands as the result."""

        HIGHEST = "highest"
        LAST = "last"
        FIRST = "first"
        AVERAGE = "average"

    lesson = models.OneToOneField(Lesson, models.CASCADE, primary_key=True, related_name="quiz")
    pass_percent = models.PositiveSmallIntegerField(default=70)
    max_attempts = models.PositiveSmallIntegerField(null=True, blank=True)
    time_limit_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    # Hours to wait after an attempt that did not pass.
    cooldown_hours = models.PositiveSmallIntegerField(null=True, blank=True)
    record = models.CharField(max_length=8, choices=Record.choices, default=Record.HIGHEST)
    review = models.CharField(max_length=20, choices=Review.choices, default=Review.AFTER_SUBMIT)
    review_from = models.DateTimeField(null=True, blank=True)
    shuffle_questions = models.BooleanField(default=False)
    shuffle_options = models.BooleanField(default=True)

    class Meta:
        constraints = [
            one_of(
                "review",
                ["never", "after_submit", "after_pass", "after_last_attempt", "after_date"],
                "quiz_review",
            ),
            one_of("record", ["highest", "last", "first", "average"], "quiz_record"),
            models.CheckConstraint(
                condition=models.Q(pass_percent__gte=1, pass_percent__lte=100),
                name="quiz_pass_percent",
            ),
            models.CheckConstraint(
                condition=~models.Q(review="after_date") | models.Q(review_from__isnull=False),
                name="quiz_review_from",
            ),
        ]

    def __str__(self) -> str:
        return str(self.lesson)


class BankItem(models.Model):
    """A question as its author knows it, through all its versions. `home` is the key of the lesson
    in whose own file it is written; it is empty for what stands in the bank, for every quiz."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="bank", db_index=False)
    home = models.SlugField(max_length=80, blank=True, db_index=False)
    key = models.SlugField(max_length=80, db_index=False)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = BankItemQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["course", "home", "key"], name="bank_item_key")
        ]
        indexes = [GinIndex(fields=["tags"], name="bank_item_tags")]

    def __str__(self) -> str:
        return f"{self.home}/{self.key}" if self.home else self.key


class Question(models.Model):
    """One version of a question. It never changes once written (the database refuses): an edit
    retires it and adds the next, so that every attempt keeps the questions it was given.

    `options` is what a learner sees: [{"key", "text"}], and `choices` what may be matched to them.
    `solution` is what only the grader reads; its shapes are in `courses/quiz_source.py`.
    `corrected` replaces it once its author finds that it was wrong.
    """

    class Kind(models.TextChoices):
        SINGLE = "single"
        MULTIPLE = "multiple"
        TRUE_FALSE = "true_false"
        NUMBER = "number"
        TEXT = "text"
        ORDER = "order"
        MATCH = "match"
        OPEN = "open"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    item = models.ForeignKey(BankItem, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(default=1)
    key = models.SlugField(max_length=80)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    prompt = models.TextField(max_length=10_000)
    options = models.JSONField(default=list)
    choices = models.JSONField(default=list)
    keep_order = models.BooleanField(default=False)
    solution = models.JSONField()
    corrected = models.JSONField(null=True, blank=True)
    explanation = models.TextField(max_length=10_000, blank=True)
    points = models.DecimalField(max_digits=7, decimal_places=2, default=1)
    retired_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of(
                "kind",
                [
                    *("single", "multiple", "true_false", "number"),
                    *("text", "order", "match", "open"),
                ],
                "question_kind",
            ),
            models.UniqueConstraint(fields=["item", "number"], name="question_number"),
            models.UniqueConstraint(
                fields=["item"],
                condition=models.Q(retired_at=None),
                name="question_current",
            ),
            models.CheckConstraint(condition=models.Q(points__gt=0), name="question_points"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def key_in_force(self) -> dict[str, Any]:
        solution: dict[str, Any] = self.solution if self.corrected is None else self.corrected
        return solution


class QuizSlot(models.Model):
    """A place in a published quiz: `draw` of its questions, one of one where it is fixed."""

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="slots", db_index=False)
    position = models.PositiveIntegerField()
    draw = models.PositiveSmallIntegerField(default=1)
    tag = models.CharField(max_length=40, blank=True)
    questions = models.ManyToManyField(Question, through="SlotQuestion", related_name="slots")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["quiz", "position"], name="quiz_slot_position"),
            models.CheckConstraint(condition=models.Q(draw__gte=1), name="quiz_slot_draw"),
        ]

    def __str__(self) -> str:
        return f"{self.draw} of {self.tag}" if self.tag else f"place {self.position}"


class SlotQuestion(models.Model):
    """The version of a question that was published in a place."""

    slot = models.ForeignKey(QuizSlot, models.CASCADE, related_name="pool", db_index=False)
    question = models.ForeignKey(Question, models.PROTECT, related_name="places")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slot", "question"], name="slot_question_once")
        ]

    def __str__(self) -> str:
        return f"{self.slot_id} {self.question_id}"
