from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from ai.models import Draft, Ladder, Match  # noqa: F401  named in strings


class DraftQuerySet(models.QuerySet["Draft"]):
    def visible_to(self, user: Any) -> "DraftQuerySet":
        """One's own while one teaches; all for the staff."""
        if getattr(user, "is_admin", False):
            return self
        if not user.is_authenticated or not user.is_tutor:
            return self.none()
        return self.filter(author_id=user.pk)


class LadderQuerySet(models.QuerySet["Ladder"]):
    def visible_to(self, user: Any) -> "LadderQuerySet":
        return self.filter(learner_id=user.pk) if user.is_authenticated else self.none()


class MatchQuerySet(models.QuerySet["Match"]):
    def visible_to(self, user: Any) -> "MatchQuerySet":
        return self.filter(student_id=user.pk) if user.is_authenticated else self.none()
