from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class ActivityDay(models.Model):
    """A day on which somebody learned, by their own calendar at that moment. Streaks are counted
    from these rows; `User.streak_days` is a copy."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="activity_days", db_index=False
    )
    local_date = models.DateField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "local_date"], name="activity_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.local_date}"
