from django.db import models
from django.db.models.functions import Now

from tutorme.core.constraints import one_of


class InvariantCheck(models.Model):
    """What the last look at one promise found. `name` is the promise's own, from the code."""

    class State(models.TextChoices):
        HOLDS = "holds"
        BROKEN = "broken"
        # The look itself failed: nothing is known.
        UNKNOWN = "unknown"

    name = models.CharField(max_length=80, primary_key=True)
    state = models.CharField(max_length=8, choices=State.choices)
    # At most twenty of those that break it, in words an operator can look up.
    offenders = models.JSONField(default=list)
    checked_at = models.DateTimeField(db_default=Now())
    broken_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("state", ["holds", "broken", "unknown"], "invariant_state"),
            models.CheckConstraint(
                name="invariant_broken_since",
                condition=models.Q(state="broken", broken_since__isnull=False)
                | models.Q(state="holds", broken_since__isnull=True)
                | models.Q(state="unknown"),
            ),
        ]

    def __str__(self) -> str:
        return self.name
