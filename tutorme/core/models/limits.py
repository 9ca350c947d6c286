from django.db import models


class LimitWindow(models.Model):
    """Counters of the rate limiter for the time in which Redis is away."""

    key = models.CharField(max_length=200, primary_key=True)
    window_ends_at = models.DateTimeField()
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.key
