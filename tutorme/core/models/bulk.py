from django.db import models

from tutorme.core.constraints import one_of
from tutorme.core.models.jobs import Job


class BulkRow(models.Model):
    """One row of an act on many: what became of it. Written as waiting with the job, so that one
    which is killed goes on with what is left."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        REFUSED = "refused"

    id = models.BigAutoField(primary_key=True)
    job = models.ForeignKey(Job, models.CASCADE, related_name="bulk_rows", db_index=False)
    # Of the act's model.
    target_id = models.CharField(max_length=64)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    # Why it was refused, in words.
    detail = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            one_of("state", ["waiting", "done", "refused"], "bulk_row_state"),
            models.UniqueConstraint(fields=["job", "target_id"], name="bulk_row_once"),
        ]
        indexes = [models.Index(fields=["job", "state", "id"], name="bulk_row_left")]

    def __str__(self) -> str:
        return f"{self.target_id} ({self.state})"
