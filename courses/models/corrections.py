from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from courses.models.attempts import Attempt, AttemptAnswer
from courses.models.quizzes import Question
from courses.querysets import AppealQuerySet
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class KeyCorrection(models.Model):
    """An author found a key to be wrong; everybody who answered is marked again, upwards."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    question = models.ForeignKey(Question, models.PROTECT, related_name="corrections")
    old = models.JSONField()
    new = models.JSONField()
    reason = models.CharField(max_length=500)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"{self.question_id}: {self.reason}"


class Regrade(models.Model):
    """What a correction, or without one a tutor who read again, changed for one attempt. Only what
    rose is written."""

    correction = models.ForeignKey(
        KeyCorrection, models.PROTECT, null=True, related_name="regrades", db_index=False
    )
    attempt = models.ForeignKey(Attempt, models.PROTECT, related_name="regrades")
    old_score = models.DecimalField(max_digits=9, decimal_places=2)
    new_score = models.DecimalField(max_digits=9, decimal_places=2)
    old_passed = models.BooleanField()
    new_passed = models.BooleanField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["correction", "attempt"], name="regrade_once"),
            models.CheckConstraint(
                condition=models.Q(new_score__gt=models.F("old_score")), name="regrade_upwards"
            ),
            models.CheckConstraint(
                condition=models.Q(old_passed=False) | models.Q(new_passed=True),
                name="regrade_keeps_the_pass",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_score} → {self.new_score}"


class Appeal(models.Model):
    """A learner says that an answer should have counted. One an answer."""

    class State(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        REJECTED = "rejected"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    answer = models.OneToOneField(AttemptAnswer, models.CASCADE, related_name="appeal")
    text = models.CharField(max_length=1000)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    reply = models.CharField(max_length=1000, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = AppealQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("state", ["open", "accepted", "rejected"], "appeal_state"),
            models.CheckConstraint(
                condition=models.Q(state="open", decided_at=None)
                | models.Q(state__in=["accepted", "rejected"], decided_at__isnull=False),
                name="appeal_decided",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"], condition=models.Q(state="open"), name="appeal_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.answer_id} ({self.state})"
