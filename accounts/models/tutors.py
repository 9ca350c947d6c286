from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models.subjects import Level, Subject
from accounts.models.users import User
from accounts.querysets import TutorPaperQuerySet, TutorProfileQuerySet, TutorReviewQuerySet
from tutorme.core.constraints import currency_check, one_of
from tutorme.core.fields import EncryptedTextField
from tutorme.core.ids import uuid7
from tutorme.core.models import StoredFile


class TutorProfile(models.Model):
    """What a tutor shows the public, and whether the site vouches for it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Waiting for review")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Sent back")

    class Format(models.TextChoices):
        ONE_TO_ONE = "one_to_one", _("One to one")
        SMALL_GROUP = "small_group", _("Small group")
        WRITTEN_FEEDBACK = "written_feedback", _("Written feedback")
        EXAM_PRACTICE = "exam_practice", _("Exam practice")

    class Platform(models.TextChoices):
        ROOM = "room", _("TutorMe's own room")
        ZOOM = "zoom", _("Zoom")
        MEET = "meet", _("Google Meet")
        TEAMS = "teams", _("Microsoft Teams")

    class Badge(models.TextChoices):
        """Given by the site, for papers somebody has seen."""

        NONE = "", _("None")
        QUALIFIED = "qualified", _("Qualified teacher")
        EXAMINER = "examiner", _("Examiner")
        DOCTORATE = "doctorate", _("Doctorate")

    user = models.OneToOneField(
        User, models.CASCADE, primary_key=True, related_name="tutor_profile"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    # Whether the directory shows them; the page itself stays, and says that they are resting.
    is_listed = models.BooleanField(default=True)
    headline = models.CharField(max_length=120, blank=True)
    about = models.TextField(max_length=4000, blank=True)
    approach = models.TextField(max_length=4000, blank=True)
    hourly_minor = models.PositiveIntegerField(null=True, blank=True)
    hourly_currency = models.CharField(max_length=3, default="EUR")
    session_formats = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    preferred_video_platform = models.CharField(
        max_length=8, choices=Platform.choices, default=Platform.ROOM
    )
    # Who somebody is and what they have learned: the site looks at these before they are shown.
    years_of_experience = models.PositiveSmallIntegerField(default=0)
    education = models.TextField(max_length=2000, blank=True)
    degree = models.CharField(max_length=160, blank=True)
    # A list of objects: title, issuer, year.
    certifications = models.JSONField(default=list, blank=True)
    intro_video_url = models.CharField(max_length=300, blank=True)
    badge = models.CharField(max_length=10, choices=Badge.choices, default=Badge.NONE, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    # Rises with every edit: a decision names the version it was made on.
    version = models.PositiveIntegerField(default=1)
    # Kept by services.tutor_search: the words people look for, by weight.
    search = SearchVectorField(null=True, editable=False)
    # What the directory counts (ADR 0172), written by the row's own trigger from the rows of
    # subjects and languages: slugs, of each its levels as a set of bits (`Level.bit`), all levels
    # of all, codes.
    taught = ArrayField(models.SlugField(max_length=60), db_default=[], editable=False)
    taught_levels = ArrayField(models.SmallIntegerField(), db_default=[], editable=False)
    levels = models.SmallIntegerField(db_default=0, editable=False)
    spoken = ArrayField(models.CharField(max_length=8), db_default=[], editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = TutorProfileQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("state", ["draft", "submitted", "approved", "rejected"], "tutor_profile_state"),
            one_of(
                "preferred_video_platform",
                ["room", "zoom", "meet", "teams"],
                "tutor_profile_platform",
            ),
            one_of("badge", ["", "qualified", "examiner", "doctorate"], "tutor_profile_badge"),
            currency_check("hourly_currency", "tutor_profile_currency"),
            models.CheckConstraint(
                condition=models.Q(
                    session_formats__contained_by=[
                        "one_to_one",
                        "small_group",
                        "written_feedback",
                        "exam_practice",
                    ]
                ),
                name="tutor_profile_formats",
            ),
            models.CheckConstraint(
                condition=models.Q(years_of_experience__lte=70), name="tutor_profile_years"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="approved") | models.Q(approved_at__isnull=False),
                name="tutor_profile_approved_when",
            ),
            # As the forms have it; a row of `tutor_counted` has room for them.
            models.CheckConstraint(
                condition=models.Q(taught__len__lte=12) & models.Q(spoken__len__lte=12),
                name="tutor_profile_counted",
            ),
        ]
        indexes = [
            GinIndex(fields=["search"], name="tutor_search"),
            models.Index(
                fields=["user"],
                include=[
                    *("hourly_currency", "hourly_minor"),
                    *("taught", "taught_levels", "levels", "spoken"),
                ],
                name="tutor_counted",
                condition=models.Q(state="approved", is_listed=True),
            ),
            models.Index(
                fields=["-approved_at"], name="tutor_newest", condition=models.Q(state="approved")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.state})"

    @property
    def is_approved(self) -> bool:
        return self.state == self.State.APPROVED


class TutorWord(models.Model):
    """A word of a tutor's name, headline or subjects, without accents: what a slip of the finger
    may have meant."""

    word = models.CharField(max_length=40, primary_key=True)

    class Meta:
        indexes = [GistIndex(OpClass("word", name="gist_trgm_ops"), name="tutor_word_likeness")]

    def __str__(self) -> str:
        return self.word


class TutorSubject(models.Model):
    """A subject somebody teaches, and to whom."""

    profile = models.ForeignKey(TutorProfile, models.CASCADE, related_name="subject_rows")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="tutor_rows")
    levels = ArrayField(models.CharField(max_length=12))
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(fields=["profile", "subject"], name="tutor_subject_once"),
            models.CheckConstraint(
                condition=models.Q(levels__contained_by=Level.values) & ~models.Q(levels=[]),
                name="tutor_subject_levels",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id} {self.subject_id}"


class TutorLanguage(models.Model):
    """A language lessons can be in."""

    class Fluency(models.TextChoices):
        BASIC = "basic", _("Basic")
        CONVERSATIONAL = "conversational", _("Conversational")
        FLUENT = "fluent", _("Fluent")
        NATIVE = "native", _("Native")

    profile = models.ForeignKey(TutorProfile, models.CASCADE, related_name="language_rows")
    code = models.CharField(max_length=8)
    level = models.CharField(max_length=14, choices=Fluency.choices)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position",)
        constraints = [
            models.UniqueConstraint(fields=["profile", "code"], name="tutor_language_once"),
            one_of(
                "level", ["basic", "conversational", "fluent", "native"], "tutor_language_level"
            ),
        ]
        indexes = [models.Index(fields=["code"], name="tutor_language_code")]

    def __str__(self) -> str:
        return f"{self.profile_id} {self.code}"


class TutorPrivate(models.Model):
    """What paying a tutor takes. A table of its own: no public query can touch it by accident."""

    profile = models.OneToOneField(
        TutorProfile, models.CASCADE, primary_key=True, related_name="private"
    )
    legal_name = EncryptedTextField(blank=True)
    phone = EncryptedTextField(blank=True)
    tax_country = models.CharField(max_length=2, blank=True)

    def __str__(self) -> str:
        return str(self.profile_id)


class TutorPaper(models.Model):
    """A diploma or certificate shown to the site, and to nobody else."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    profile = models.ForeignKey(TutorProfile, models.CASCADE, related_name="papers")
    title = models.CharField(max_length=160)
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = TutorPaperQuerySet.as_manager()

    class Meta:
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        return self.title


class TutorReview(models.Model):
    """One look of the site at a tutor: at the application, or at later changes of who they are.
    A tutor's live page stays as it is until its changes are approved."""

    class Kind(models.TextChoices):
        APPLICATION = "application", _("Application")
        CHANGE = "change", _("Changes")

    class State(models.TextChoices):
        OPEN = "open", _("Waiting")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Sent back")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    profile = models.ForeignKey(TutorProfile, models.CASCADE, related_name="reviews")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    # The wanted values of a change, encrypted: a legal name may be among them.
    changes = EncryptedTextField(default="", blank=True)
    reason = models.TextField(max_length=1000, blank=True)
    decided_by = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="tutor_decisions"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = TutorReviewQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("kind", ["application", "change"], "tutor_review_kind"),
            one_of("state", ["open", "approved", "rejected", "withdrawn"], "tutor_review_state"),
            models.UniqueConstraint(
                fields=["profile"],
                condition=models.Q(state="open"),
                name="tutor_review_one_open",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="rejected") | ~models.Q(reason=""),
                name="tutor_review_rejected_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["state", "submitted_at"], name="tutor_review_queue")]

    def __str__(self) -> str:
        return f"{self.kind} {self.profile_id}"
