from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Now

from courses.criteria import TYPES, Criterion, parse
from courses.errors import CriteriaInvalid
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class Achievement(models.Model):
    """Something worth reaching. `criteria` says when, in one of the shapes of `courses.criteria`;
    what is not one of them cannot be saved."""

    class State(models.TextChoices):
        DRAFT = "draft"
        ACTIVE = "active"
        RETIRED = "retired"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=60)
    description = models.CharField(max_length=200)
    criteria = models.JSONField()
    points = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    position = models.PositiveSmallIntegerField(default=0)
    activated_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["position", "slug"]
        constraints = [
            one_of("state", ["draft", "active", "retired"], "achievement_state"),
            models.CheckConstraint(
                condition=models.Q(criteria__type__in=list(TYPES)), name="achievement_type"
            ),
            models.CheckConstraint(
                condition=models.Q(points__lte=10_000), name="achievement_points"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        parse(self.criteria)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        try:
            parse(self.criteria)
        except CriteriaInvalid as error:
            raise ValidationError({"criteria": error.detail}) from error

    @property
    def criterion(self) -> Criterion:
        return parse(self.criteria)


class UserAchievement(models.Model):
    """Reached by somebody, once. Taking it back keeps the row, so that it is not earned again by
    the same deeds."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="achievements", db_index=False
    )
    achievement = models.ForeignKey(Achievement, models.PROTECT, related_name="awards")
    points = models.PositiveIntegerField()
    awarded_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "achievement"], name="user_achievement_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.achievement_id}"
