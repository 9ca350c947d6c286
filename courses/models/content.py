from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

KINDS = ["text", "video", "quiz", "exercise", "file", "embed", "live"]


class LessonKind(models.TextChoices):
    TEXT = "text", _("Text")
    VIDEO = "video", _("Video")
    QUIZ = "quiz", _("Quiz")
    EXERCISE = "exercise", _("Exercise")
    FILE = "file", _("File")
    EMBED = "embed", _("Embedded page")
    LIVE = "live", _("Live session")


class LessonContent(models.Model):
    """What an author writes of a lesson: the columns a draft and its published row share.

    `data` is what only its kind has; `courses.lesson_data` says which members. `drip_days` counts
    from the enrolment, `drip_at` is a fixed moment; at most one of them is set.
    """

    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=LessonKind.choices)
    body = models.TextField(max_length=100_000, blank=True)
    data = models.JSONField(default=dict, blank=True)
    objectives = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    minutes = models.PositiveSmallIntegerField(default=10)
    is_free_preview = models.BooleanField(default=False)
    is_required = models.BooleanField(default=True)
    drip_days = models.PositiveSmallIntegerField(null=True, blank=True)
    drip_at: "models.DateTimeField[datetime | None, datetime | None]" = models.DateTimeField(
        null=True, blank=True
    )

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title


# The columns above, in one list for whoever copies them.
CONTENT = (
    *("title", "kind", "body", "data", "objectives", "minutes"),
    *("is_free_preview", "is_required", "drip_days", "drip_at"),
)
