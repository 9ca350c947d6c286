from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.querysets import SECOND_FACTORS, UserManager
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7
from tutorme.core.models import StoredFile


class User(AbstractBaseUser, PermissionsMixin):
    """A person. Being a tutor or an admin is a fact beside it, never a word in a column."""

    class Theme(models.TextChoices):
        DEVICE = "device", _("As my device")
        LIGHT = "light", _("Exercise book")
        DARK = "dark", _("Chalkboard")

    class HourFormat(models.TextChoices):
        H24 = "24", _("14:30")
        H12 = "12", _("2:30 pm")

    class WeekStart(models.TextChoices):
        MONDAY = "monday", _("Monday")
        SATURDAY = "saturday", _("Saturday")
        SUNDAY = "sunday", _("Sunday")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Stored lower-case; mail always goes to this stored form (CVE-2019-19844).
    email = models.EmailField(max_length=254, unique=True)
    email_verified_at = models.DateTimeField(null=True, blank=True)
    username = models.CharField(max_length=30, unique=True)
    # What the name looks like: unique, so that nobody can pass for somebody else.
    username_skeleton = models.CharField(max_length=120, unique=True, editable=False)
    display_name = models.CharField(max_length=80)
    bio = models.TextField(max_length=2000, blank=True)
    avatar = models.OneToOneField(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+"
    )
    time_zone = models.CharField(max_length=64, default="UTC")
    locale = models.CharField(max_length=12, default="en")
    # Caches kept by the owners of these facts; their recount commands prove them.
    points = models.PositiveIntegerField(default=0)
    # As it stood on its last day; whether it still does is asked of `accounts.kept`.
    streak_days = models.PositiveIntegerField(default=0)
    streak_on = models.DateField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    # Rises whenever every token and session must die: password, role, suspension, sign-out.
    token_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    # When they last changed, for how often they may.
    username_changed_at = models.DateTimeField(null=True, blank=True)
    time_zone_changed_at = models.DateTimeField(null=True, blank=True)
    # How the site looks and counts for this person.
    theme = models.CharField(max_length=6, choices=Theme.choices, default=Theme.DEVICE)
    hour_format = models.CharField(max_length=2, choices=HourFormat.choices, default=HourFormat.H24)
    week_start = models.CharField(max_length=8, choices=WeekStart.choices, default=WeekStart.MONDAY)
    # The row stays for what points at it; the person is gone from it.
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Of the person a request acts as: they came with a personal token, which administers nothing.
    is_limited = False

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]
    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="user_email_lower"
            ),
            models.CheckConstraint(
                condition=models.Q(username__regex=r"^[A-Za-z0-9_.-]{3,30}$"),
                name="user_username_form",
            ),
            one_of("theme", ["device", "light", "dark"], "user_theme"),
            one_of("hour_format", ["24", "12"], "user_hour_format"),
            one_of("week_start", ["monday", "saturday", "sunday"], "user_week_start"),
        ]
        # Those who are gone, whom `TutorProfileQuerySet.public` leaves out: few among all.
        indexes = [
            models.Index(fields=["id"], name="user_closed", condition=models.Q(is_active=False))
        ]

    def __str__(self) -> str:
        return self.display_name

    def get_session_auth_hash(self) -> str:
        """Ties cookie sessions to `token_version` too: raising it signs out everywhere."""
        return salted_hmac(
            "accounts.User.session", f"{self.password}:{self.token_version}", algorithm="sha256"
        ).hexdigest()

    @property
    def is_admin(self) -> bool:
        """The one notion of an admin, who reaches everything: a superuser at the desk. Who sits at
        some desks alone reaches, in the back office, what those name, and elsewhere their own."""
        return self.is_superuser and self.is_at_desk

    @property
    def is_at_desk(self) -> bool:
        """May enter the back office: staff who did not come with a personal token and, where the
        site asks for a second factor, have one (one query, once)."""
        if not self.is_staff or self.is_limited:
            return False
        return not settings.ADMIN_SECOND_FACTOR or self._has_second_factor

    @cached_property
    def _has_second_factor(self) -> bool:
        kept = self.authenticator_set  # type: ignore[attr-defined]  # the library is untyped
        return bool(kept.filter(type__in=SECOND_FACTORS).exists())

    @property
    def is_tutor(self) -> bool:
        """Holds an approved tutor profile (one query unless `tutor_profile` was selected)."""
        profile = getattr(self, "tutor_profile", None)
        return profile is not None and profile.is_approved


class HeldUsername(models.Model):
    """A name somebody gave up: nobody else may have it, or one that looks like it, for a while,
    and addresses with it lead to its former holder."""

    skeleton = models.CharField(max_length=120, primary_key=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="held_usernames")
    held_until = models.DateTimeField()

    def __str__(self) -> str:
        return self.skeleton
