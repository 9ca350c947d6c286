from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: object) -> "JobQuerySet":
        if getattr(user, "is_admin", False):
            return self
        return self.filter(owner_id=getattr(user, "pk", None), owner__isnull=False)


class Job(models.Model):
    """Work that is done outside a request. This row is the truth; the broker is a hint."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        CANCELLED = "cancelled"

    FINAL = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED})

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=80)
    key = models.CharField(max_length=200, unique=True)
    args = models.JSONField(default=dict)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="jobs", db_index=False
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    step = models.CharField(max_length=200, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    result = models.JSONField(null=True)
    error = models.JSONField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    run_after = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True)
    nudged_at = models.DateTimeField(db_default=Now())
    cancel_requested = models.BooleanField(default=False)
    retry_of = models.ForeignKey("self", models.SET_NULL, null=True, related_name="retries")
    request_id = models.CharField(max_length=128, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("state", ["queued", "running", "succeeded", "failed", "cancelled"], "job_state"),
            models.CheckConstraint(
                condition=models.Q(state="running", lease_until__isnull=False)
                | ~models.Q(state="running"),
                name="job_running_has_lease",
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="job_owner_newest"),
            models.Index(fields=["run_after"], name="job_due", condition=models.Q(state="queued")),
            models.Index(
                fields=["lease_until"], name="job_lease", condition=models.Q(state="running")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def is_final(self) -> bool:
        return self.state in self.FINAL
