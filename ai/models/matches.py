from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from ai.querysets import MatchQuerySet
from tutorme.core.ids import uuid7


class Match(models.Model):
    """What a student looked for in a tutor, and who was found, with the reasons. `results` are as
    they were ranked then; `worded` what a model made of them, if it was asked and answered."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="matches", db_index=False
    )
    wishes = models.JSONField()
    results = models.JSONField()
    worded: "models.JSONField[list[Any] | None, list[Any] | None]" = models.JSONField(null=True)
    job = models.ForeignKey("core.Job", models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = MatchQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["student", "-id"], name="ai_match_newest")]

    def __str__(self) -> str:
        return str(self.wishes.get("subject", ""))
