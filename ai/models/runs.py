from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class Run(models.Model):
    """One call to the model: who asked, what ran, what it cost.

    Written before the call with what it may cost at most, so that a process that dies on the way
    leaves that behind, and with the truth afterwards. Neither questions nor answers are kept.
    """

    class Purpose(models.TextChoices):
        OUTLINE = "outline", _("Outline")
        LESSON = "lesson", _("Lesson")
        PROJECT = "project", _("Project")
        EXERCISE = "exercise", _("Exercises")
        QUIZ = "quiz", _("Quiz")
        CHECK = "check", _("Second look")
        HINT = "hint", _("Hint")
        MATCH = "match", _("Match")

    class State(models.TextChoices):
        STARTED = "started", _("No answer yet")
        ANSWERED = "answered", _("Answered")
        UNUSABLE = "unusable", _("Not of the shape asked for")
        REFUSED = "refused", _("Refused by the provider")
        UNAVAILABLE = "unavailable", _("Provider did not answer")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="ai_runs", db_index=False
    )
    draft = models.ForeignKey("ai.Draft", models.SET_NULL, null=True, related_name="runs")
    node = models.CharField(max_length=40, blank=True)
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    state = models.CharField(max_length=11, choices=State.choices, default=State.STARTED)
    prompt = models.CharField(max_length=40)
    model_asked = models.CharField(max_length=120)
    # Which one answered: a fallback may have.
    model = models.CharField(max_length=120, blank=True)
    generation = models.CharField(max_length=120, blank=True)
    prompt_tokens = models.PositiveIntegerField(default=0)
    completion_tokens = models.PositiveIntegerField(default=0)
    # Millionths of a dollar; an upper bound until there is an answer.
    cost_micros = models.BigIntegerField(default=0)
    ms = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of(
                "purpose",
                [
                    *("outline", "lesson", "project", "exercise"),
                    *("quiz", "check", "hint", "match"),
                ],
                "ai_run_purpose",
            ),
            one_of(
                "state",
                ["started", "answered", "unusable", "refused", "unavailable"],
                "ai_run_state",
            ),
            models.CheckConstraint(condition=Q(cost_micros__gte=0), name="ai_run_cost"),
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="ai_run_of_user"),
            models.Index(fields=["-created_at"], name="ai_run_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.state}"

    @property
    def seconds(self) -> float:
        return self.ms / 1000

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


class RunTotal(models.Model):
    """What all ended calls of one kind came to: written by a trigger as each of them ends, since
    whoever scrapes figures cannot read all calls each time (`ai.services.totals` counts again)."""

    # The one that answered, or else the one that was asked.
    model = models.CharField(max_length=120)
    purpose = models.CharField(max_length=8)
    state = models.CharField(max_length=11)
    calls = models.BigIntegerField()
    # Tokens, tokens and millionths of a dollar.
    read = models.BigIntegerField()
    written = models.BigIntegerField()
    micros = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["model", "purpose", "state"], name="ai_run_total_once")
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.purpose} {self.state}: {self.calls}"


class Usage(models.Model):
    """How much of a day's allowance somebody has used. Written by one statement alone
    (`ai.services.quotas`)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="ai_usage", db_index=False
    )
    # The date in UTC, so that no change of zone makes a day longer.
    on = models.DateField()
    kind = models.CharField(max_length=8)
    used = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "on", "kind"], name="ai_usage_once"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.kind}: {self.used}"
