from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import BaseUserManager
from django.db import models

if TYPE_CHECKING:
    from accounts.models import (  # noqa: F401  named in strings
        AuthSession,
        PersonalToken,
        Skill,
        Subject,
        TutorPaper,
        TutorProfile,
        TutorReview,
        User,
    )


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: Any) -> "UserQuerySet":
        """Accounts as such are for their owner and for admins."""
        if getattr(user, "is_staff", False):
            return self
        return self.filter(pk=user.pk) if user.is_authenticated else self.none()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())  # type: ignore[no-any-return]


class AuthSessionQuerySet(models.QuerySet["AuthSession"]):
    def visible_to(self, user: Any) -> "AuthSessionQuerySet":
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()


class SubjectQuerySet(models.QuerySet["Subject"]):
    def offered(self) -> "SubjectQuerySet":
        return self.filter(is_offered=True)


class SkillQuerySet(models.QuerySet["Skill"]):
    def visible_to(self, user: Any) -> "SkillQuerySet":
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()


class PersonalTokenQuerySet(models.QuerySet["PersonalToken"]):
    def visible_to(self, user: Any) -> "PersonalTokenQuerySet":
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()


class TutorProfileQuerySet(models.QuerySet["TutorProfile"]):
    def public(self) -> "TutorProfileQuerySet":
        """Whose page anybody may read."""
        return self.filter(state="approved", user__is_active=True)

    def listed(self) -> "TutorProfileQuerySet":
        return self.public().filter(is_listed=True)


class TutorPaperQuerySet(models.QuerySet["TutorPaper"]):
    def visible_to(self, user: Any) -> "TutorPaperQuerySet":
        """One's own. Admins read them where they decide, and that is noted."""
        return self.filter(profile_id=user.pk) if user.is_authenticated else self.none()


class TutorReviewQuerySet(models.QuerySet["TutorReview"]):
    def visible_to(self, user: Any) -> "TutorReviewQuerySet":
        return self.filter(profile_id=user.pk) if user.is_authenticated else self.none()
