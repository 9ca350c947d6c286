from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ai.querysets import LadderQuerySet
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class Ladder(models.Model):
    """What a learner is stuck on in a lesson, and the help they got: three hints, then a worked
    example of something like it."""

    HINTS = 3

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    learner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="ladders", db_index=False
    )
    lesson = models.ForeignKey("courses.Lesson", models.CASCADE, related_name="ladders")
    task = models.CharField(max_length=500)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = LadderQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["learner", "lesson", "-id"], name="ai_ladder_newest")]

    def __str__(self) -> str:
        return self.task


class Rung(models.Model):
    """One step of it. `asked` until the model has answered; `refused` where nothing it wrote could
    be shown."""

    class State(models.TextChoices):
        ASKED = "asked", _("Being written")
        GIVEN = "given", _("Given")
        REFUSED = "refused", _("Could not be given")

    ladder = models.ForeignKey(Ladder, models.CASCADE, related_name="rungs")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.ASKED)
    text = models.TextField(max_length=4000, blank=True)
    job = models.ForeignKey("core.Job", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("number",)
        constraints = [
            one_of("state", ["asked", "given", "refused"], "ai_rung_state"),
            models.UniqueConstraint(fields=["ladder", "number"], name="ai_rung_once"),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lte=4), name="ai_rung_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ladder_id} {self.number}"

    @property
    def is_example(self) -> bool:
        return self.number > Ladder.HINTS
