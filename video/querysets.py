from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from video.models import Presence, Room  # noqa: F401  named in strings


class RoomQuerySet(models.QuerySet["Room"]):
    def visible_to(self, user: Any) -> "RoomQuerySet":
        """Its members; staff sees all."""
        if getattr(user, "is_admin", False):
            return self
        return self.of(user)

    def of(self, user: Any) -> "RoomQuerySet":
        """Those one may enter in their time."""
        key = getattr(user, "pk", None)
        if not key:
            return self.none()
        return self.filter(members__user_id=key, members__removed_at=None)

    def running(self, now: datetime) -> "RoomQuerySet":
        return self.filter(state="open", opens_at__lte=now, closes_at__gt=now)

    def coming(self, now: datetime) -> "RoomQuerySet":
        return self.filter(state="open", closes_at__gt=now)


class PresenceQuerySet(models.QuerySet["Presence"]):
    def here(self) -> "PresenceQuerySet":
        return self.filter(left_at=None)

    def lapsed(self, before: datetime) -> "PresenceQuerySet":
        return self.here().filter(seen_at__lt=before)
