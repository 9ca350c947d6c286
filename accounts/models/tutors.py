from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from accounts.models.users import User
from accounts.querysets import TutorProfileQuerySet
from tutorme.core.constraints import currency_check, one_of


class TutorProfile(models.Model):
    """What a tutor shows the public, and whether the site vouches for it."""

    class State(models.TextChoices):
        DRAFT = "draft"
        SUBMITTED = "submitted"
        APPROVED = "approved"
        REJECTED = "rejected"
        PAUSED = "paused"

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="tutor_profile"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    headline = models.CharField(max_length=120, blank=True)
    about = models.TextField(max_length=4000, blank=True)
    subjects = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    languages = models.JSONField(default=list, blank=True)
    hourly_minor = models.PositiveIntegerField(null=True, blank=True)
    hourly_currency = models.CharField(max_length=3, default="EUR")
    years_of_experience = models.PositiveSmallIntegerField(default=0)
    education = models.TextField(max_length=2000, blank=True)
    approach = models.TextField(max_length=4000, blank=True)
    session_formats = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = TutorProfileQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of(
                "state",
                ["draft", "submitted", "approved", "rejected", "paused"],
                "tutor_profile_state",
            ),
            currency_check("hourly_currency", "tutor_profile_currency"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.state})"

    @property
    def is_approved(self) -> bool:
        return self.state == self.State.APPROVED
