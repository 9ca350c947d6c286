from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class UserAchievement(models.Model):
    """Something a person reached, once. Its points are given in the transaction that adds it."""

    class Achievement(models.TextChoices):
        FIRST_LESSON = "first-lesson", _("First lesson done")
        FIRST_COURSE = "first-course", _("First course completed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="achievements", db_index=False
    )
    achievement = models.CharField(max_length=40, choices=Achievement.choices)
    points = models.PositiveIntegerField()
    awarded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of("achievement", ["first-lesson", "first-course"], "user_achievement_known"),
            models.UniqueConstraint(fields=["user", "achievement"], name="user_achievement_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.achievement}"
