from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from courses.models.content import KINDS, LessonContent, LessonKind
from courses.models.courses import Course
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class CourseDraft(models.Model):
    """What an author works on. Nothing a learner reads comes from here: publishing copies it.

    `facts` are the course's own fields (see `courses.documents.Facts`). `revision` rises with every
    change of the facts or the outline; lessons have revisions of their own.
    """

    course = models.OneToOneField(
        Course, models.CASCADE, primary_key=True, related_name="draft", db_index=False
    )
    facts = models.JSONField()
    revision = models.PositiveIntegerField(default=1)
    is_changed = models.BooleanField(default=True)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )

    def __str__(self) -> str:
        return f"draft of {self.course_id}"


class SectionDraft(models.Model):
    """Its id becomes the published section's."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="section_drafts")
    title = models.CharField(max_length=120)
    position = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["course", "position"],
                deferrable=models.Deferrable.DEFERRED,
                name="section_draft_position",
            )
        ]

    def __str__(self) -> str:
        return self.title


class LessonDraft(LessonContent):
    """Its id becomes the published lesson's, so that progress survives every edit. A lesson held
    back stays in the draft when the rest is published."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="lesson_drafts")
    section = models.ForeignKey(SectionDraft, models.CASCADE, related_name="lessons")
    key = models.SlugField(max_length=80)
    position = models.PositiveIntegerField()
    is_held_back = models.BooleanField(default=False)
    prerequisites = models.ManyToManyField(
        "self", through="LessonDraftPrerequisite", symmetrical=False, related_name="unlocks"
    )
    revision = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            one_of("kind", KINDS, "lesson_draft_kind"),
            models.UniqueConstraint(fields=["course", "key"], name="lesson_draft_key"),
            models.UniqueConstraint(
                fields=["course", "position"],
                deferrable=models.Deferrable.DEFERRED,
                name="lesson_draft_position",
            ),
            models.CheckConstraint(
                condition=models.Q(drip_days=None) | models.Q(drip_at=None),
                name="lesson_draft_drip",
            ),
        ]


class LessonDraftPrerequisite(models.Model):
    lesson = models.ForeignKey(LessonDraft, models.CASCADE, related_name="required_rows")
    requires = models.ForeignKey(LessonDraft, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lesson", "requires"], name="lesson_draft_prerequisite_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(lesson=models.F("requires")),
                name="lesson_draft_prerequisite_other",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lesson_id} after {self.requires_id}"


class LessonRevision(models.Model):
    """A lesson as it was before a change. `lesson_id` is no foreign key: what was deleted can be
    brought back from here."""

    class Reason(models.TextChoices):
        EDITED = "edited"
        AUTOSAVED = "autosaved"
        DELETED = "deleted"
        RESTORED = "restored"
        IMPORTED = "imported"

    course = models.ForeignKey(
        Course, models.CASCADE, related_name="lesson_revisions", db_index=False
    )
    lesson_id = models.UUIDField()
    revision = models.PositiveIntegerField()
    key = models.SlugField(max_length=80)
    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=LessonKind.choices)
    body = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    reason = models.CharField(max_length=10, choices=Reason.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            one_of("kind", KINDS, "lesson_revision_kind"),
            one_of(
                "reason",
                ["edited", "autosaved", "deleted", "restored", "imported"],
                "lesson_revision_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["course", "lesson_id", "-id"], name="lesson_revision_newest")
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.revision})"
