from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ai.querysets import DraftQuerySet
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class Draft(models.Model):
    """What the model writes for a tutor: a course, a set of exercises, or a quiz.

    queued → generating → outline_ready → queued → generating → validating → draft_ready →
    in_review → published | rejected; generating | validating → failed | stopped → queued again.
    Exercises and quizzes have no outline. Nothing here is read by a learner: accepting copies a
    node into a course's draft, and publishing that stays the author's own step.
    """

    class Kind(models.TextChoices):
        COURSE = "course", _("Course")
        EXERCISE = "exercise", _("Exercises")
        QUIZ = "quiz", _("Quiz")

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting its turn")
        GENERATING = "generating", _("Being written")
        OUTLINE_READY = "outline_ready", _("The outline waits for you")
        VALIDATING = "validating", _("Being checked")
        DRAFT_READY = "draft_ready", _("Ready to be looked over")
        IN_REVIEW = "in_review", _("You are looking it over")
        PUBLISHED = "published", _("Published")
        REJECTED = "rejected", _("Thrown away")
        FAILED = "failed", _("Stopped by an error")
        STOPPED = "stopped", _("Stopped by you")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="ai_drafts", db_index=False
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    state = models.CharField(max_length=13, choices=State.choices, default=State.QUEUED)
    # What was asked for: see `ai.briefs`.
    brief = models.JSONField()
    # Whose answer it repeats when the same request comes twice.
    key = models.CharField(max_length=255)
    title = models.CharField(max_length=120)
    outline: "models.JSONField[dict[str, Any] | None, dict[str, Any] | None]" = models.JSONField(
        null=True
    )
    # Rises with every change by the author; edits name the one they were made on.
    revision = models.PositiveIntegerField(default=1)
    # The course it is accepted into, and the ids its sections got there by their keys.
    course = models.ForeignKey(
        "courses.Course", models.SET_NULL, null=True, related_name="ai_drafts"
    )
    places = models.JSONField(default=dict)
    job = models.ForeignKey("core.Job", models.SET_NULL, null=True, related_name="+")
    # Rises with every start of the work, so that each has a job of its own.
    starts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    # The day its place in the allowance is counted on; None once that was given back.
    counted_on = models.DateField(null=True)
    estimate_micros = models.BigIntegerField(default=0)
    ceiling_micros = models.BigIntegerField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("kind", ["course", "exercise", "quiz"], "ai_draft_kind"),
            one_of(
                "state",
                [
                    *("queued", "generating", "outline_ready", "validating", "draft_ready"),
                    *("in_review", "published", "rejected", "failed", "stopped"),
                ],
                "ai_draft_state",
            ),
            models.UniqueConstraint(fields=["author", "key"], name="ai_draft_once"),
            models.CheckConstraint(
                condition=Q(ceiling_micros__gt=0, estimate_micros__gte=0), name="ai_draft_figures"
            ),
        ]
        indexes = [models.Index(fields=["author", "-id"], name="ai_draft_newest")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_working(self) -> bool:
        return self.state in {"queued", "generating", "validating"}

    @property
    def is_whole(self) -> bool:
        return self.state in {"draft_ready", "in_review", "published"}

    @property
    def is_open(self) -> bool:
        """Whether its author can edit and accept what is written: also where the rest is not."""
        return self.is_whole or self.state in {"stopped", "failed"}


class Material(models.Model):
    """A text the author gave. Data for the model, never instruction."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="materials")
    key = models.CharField(max_length=40)
    title = models.CharField(max_length=120)
    text = models.TextField(max_length=20_000)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "key"], name="ai_material_once")]

    def __str__(self) -> str:
        return self.title


class Node(models.Model):
    """A part of a draft that is written by itself, with where it came from.

    waiting → written → ready | needs_human → accepted; written → waiting, to be written again;
    waiting → failed; back to waiting whenever its author wants another one. `tries` counts the
    answers that were judged: the first and two more. `content` has passed its schema, whatever
    `findings` say of it.
    """

    class Kind(models.TextChoices):
        OUTLINE = "outline", _("Outline")
        LESSON = "lesson", _("Lesson")
        PROJECT = "project", _("Project")
        SET = "set", _("Set")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        WRITTEN = "written", _("Being checked")
        READY = "ready", _("Ready")
        NEEDS_HUMAN = "needs_human", _("Needs you")
        FAILED = "failed", _("Not written")
        ACCEPTED = "accepted", _("Accepted")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    draft = models.ForeignKey(Draft, models.CASCADE, related_name="nodes")
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    # Of a lesson: its type; of a set: exercise or quiz.
    form = models.CharField(max_length=10, blank=True)
    state = models.CharField(max_length=11, choices=State.choices, default=State.WAITING)
    content: "models.JSONField[dict[str, Any] | None, dict[str, Any] | None]" = models.JSONField(
        null=True
    )
    # Before the last writing or edit, to tell the difference.
    previous: "models.JSONField[dict[str, Any] | None, dict[str, Any] | None]" = models.JSONField(
        null=True
    )
    findings = models.JSONField(default=list)
    tries = models.PositiveSmallIntegerField(default=0)
    revision = models.PositiveIntegerField(default=1)
    # Where it came from.
    model = models.CharField(max_length=120, blank=True)
    prompt = models.CharField(max_length=40, blank=True)
    tokens = models.PositiveIntegerField(default=0)
    cost_micros = models.BigIntegerField(default=0)
    ai_generated = models.BooleanField(default=True)
    edited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    approved_at = models.DateTimeField(null=True)
    # The lesson it became, by the id that the draft's and the published row share.
    lesson_id = models.UUIDField(null=True)

    class Meta:
        ordering = ("position",)
        constraints = [
            one_of("kind", ["outline", "lesson", "project", "set"], "ai_node_kind"),
            one_of(
                "state",
                ["waiting", "written", "ready", "needs_human", "failed", "accepted"],
                "ai_node_state",
            ),
            models.UniqueConstraint(fields=["draft", "key"], name="ai_node_key"),
            models.CheckConstraint(
                condition=~Q(state="accepted")
                | Q(lesson_id__isnull=False, approved_at__isnull=False),
                name="ai_node_accepted",
            ),
        ]
        indexes = [models.Index(fields=["lesson_id"], name="ai_node_lesson")]

    # The finding of what its author changed after the second look.
    UNSOLVED = "unsolved"

    def __str__(self) -> str:
        return self.title

    @property
    def is_unsolved(self) -> bool:
        return any(row["code"] == self.UNSOLVED for row in self.findings)

    @property
    def is_done(self) -> bool:
        return self.state in {"ready", "needs_human", "accepted", "failed"}

    @property
    def can_be_accepted(self) -> bool:
        return self.state in {"ready", "needs_human", "accepted"} and self.content is not None
