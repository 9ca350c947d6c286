from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import BaseUserManager
from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts import desks

if TYPE_CHECKING:
    from accounts.models import (  # noqa: F401  named in strings
        AdminProposal,
        AuthSession,
        PersonalToken,
        Skill,
        Subject,
        TutorPaper,
        TutorProfile,
        TutorReview,
        User,
    )


# Recovery codes alone are none.
SECOND_FACTORS = ("totp", "webauthn")


class UserQuerySet(models.QuerySet["User"]):
    def admins(self) -> "UserQuerySet":
        """Those for whom `is_admin` holds."""
        return self._at_desk().filter(is_superuser=True)

    def who_may(self, permission: str) -> "UserQuerySet":
        """Admins, and who sits at a desk that has this permission (`payments.change_dispute`)."""
        seats = self.model.groups.through._default_manager.filter(
            user_id=OuterRef("pk"), group__name__in=desks.holding(permission)
        )
        return self._at_desk().filter(Q(is_superuser=True) | Exists(seats))

    def _at_desk(self) -> "UserQuerySet":
        rows = self.filter(is_staff=True, is_active=True)
        if not settings.ADMIN_SECOND_FACTOR:
            return rows
        kept = self.model._meta.get_field("authenticator").related_model
        mine = kept._default_manager.filter(user_id=OuterRef("pk"), type__in=SECOND_FACTORS)
        return rows.filter(Exists(mine))

    def visible_to(self, user: Any) -> "UserQuerySet":
        """Accounts as such are for their owner and for admins."""
        if getattr(user, "is_admin", False):
            return self
        return self.filter(pk=user.pk) if user.is_authenticated else self.none()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())  # type: ignore[no-any-return]


class AdminProposalQuerySet(models.QuerySet["AdminProposal"]):
    def visible_to(self, user: Any) -> "AdminProposalQuerySet":
        return self if getattr(user, "is_admin", False) else self.none()


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
        """Whose page anybody may read. Thousands are asked at once, and hardly any account is
        closed: those few are looked up instead of everybody's."""
        people = self.model._meta.get_field("user").related_model
        closed = people._default_manager.filter(pk=OuterRef("pk"), is_active=False)
        return self.filter(~Exists(closed), state="approved")

    def listed(self) -> "TutorProfileQuerySet":
        return self.public().filter(is_listed=True)


class TutorPaperQuerySet(models.QuerySet["TutorPaper"]):
    def visible_to(self, user: Any) -> "TutorPaperQuerySet":
        """One's own. Admins read them where they decide, and that is noted."""
        return self.filter(profile_id=user.pk) if user.is_authenticated else self.none()


class TutorReviewQuerySet(models.QuerySet["TutorReview"]):
    def visible_to(self, user: Any) -> "TutorReviewQuerySet":
        return self.filter(profile_id=user.pk) if user.is_authenticated else self.none()
