from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from certificates.models.learners import ExternalCourse, Learner
from certificates.models.organizations import Organization
from certificates.querysets import ImportQuerySet
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7
from tutorme.core.models import Job


class LearnerImport(models.Model):
    """A list of learners on its way in. Its rows are staged and checked; nothing else is written
    before somebody commits it.

    checking → checked → committing → committed → undoing → undone; checking → refused (a file
    that cannot be read as a list); checked → discarded.
    """

    class State(models.TextChoices):
        CHECKING = "checking"
        REFUSED = "refused"
        CHECKED = "checked"
        DISCARDED = "discarded"
        COMMITTING = "committing"
        COMMITTED = "committed"
        UNDOING = "undoing"
        UNDONE = "undone"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    course = models.ForeignKey(ExternalCourse, models.PROTECT, related_name="imports")
    # Whose desk sent it; an admin's list may name several organisations.
    organization = models.ForeignKey(
        Organization, models.PROTECT, null=True, related_name="imports"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.CHECKING)
    sha256 = models.CharField(max_length=64)
    storage_key = models.CharField(max_length=120)
    # As found, or as the sender said: a name of Python's codecs, and one character.
    encoding = models.CharField(max_length=20, blank=True)
    delimiter = models.CharField(max_length=1, blank=True)
    rows = models.PositiveIntegerField(default=0)
    good_rows = models.PositiveIntegerField(default=0)
    known_rows = models.PositiveIntegerField(default=0)
    bad_rows = models.PositiveIntegerField(default=0)
    # What was wrong with the file as a whole: {"code", "detail"}.
    problem = models.JSONField(null=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    committed_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of(
                "state",
                [
                    "checking",
                    "refused",
                    "checked",
                    "discarded",
                    "committing",
                    "committed",
                    "undoing",
                    "undone",
                ],
                "learner_import_state",
            ),
            # The same file again is the same import, until that one came to an end.
            models.UniqueConstraint(
                "course",
                "sha256",
                "organization",
                condition=models.Q(state__in=["checking", "checked", "committing", "committed"]),
                nulls_distinct=False,
                name="learner_import_once",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-created_at"], name="learner_import_newest")
        ]

    def __str__(self) -> str:
        return f"import {self.pk}"


class ImportRow(models.Model):
    """One line of the list, as it was read and what was found."""

    class Outcome(models.TextChoices):
        GOOD = "good"
        # There already, the same in all columns: nothing will be done.
        KNOWN = "known"
        BAD = "bad"
        COMMITTED = "committed"
        UNDONE = "undone"

    id = models.BigAutoField(primary_key=True)
    batch = models.ForeignKey(LearnerImport, models.CASCADE, related_name="lines")
    # As the sender's program counts them: the header is line 1.
    line = models.PositiveIntegerField()
    name = models.CharField(max_length=400)
    email = models.CharField(max_length=400)
    website = models.CharField(max_length=400)
    organization = models.ForeignKey(
        Organization, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    learner = models.ForeignKey(Learner, models.SET_NULL, null=True, related_name="lines")
    outcome = models.CharField(max_length=9, choices=Outcome.choices)
    # Empty, or the cause and the column it is in.
    problem = models.CharField(max_length=40, blank=True)
    column = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            one_of(
                "outcome", ["good", "known", "bad", "committed", "undone"], "import_row_outcome"
            ),
            models.UniqueConstraint(fields=["batch", "line"], name="import_row_line"),
        ]

    def __str__(self) -> str:
        return f"line {self.line} of {self.batch_id}"
