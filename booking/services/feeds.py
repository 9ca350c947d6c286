"""The secret address of somebody's lessons."""

import hashlib
import secrets
from datetime import timedelta

from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from booking.invitations import feed_for
from booking.models import Booking, CalendarFeed
from tutorme.core.errors import NotFound
from tutorme.core.row_security import as_person, as_system

_BACK = timedelta(days=90)
_MOST = 500
_SHOWN = ("confirmed", "in_progress", "completed", "no_show_student")


def token_of(user: User) -> str:
    """Empty until one was made."""
    row = CalendarFeed.objects.filter(pk=user.pk).first()
    return row.token if row else ""


def rotate(user: User) -> str:
    """A new address; under the old one there is nothing any more."""
    token = secrets.token_urlsafe(32)
    CalendarFeed.objects.update_or_create(
        user=user, defaults={"token": token, "digest": _digest(token), "rotated_at": Now()}
    )
    return token


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def content(token: str) -> bytes:
    """Three months back and all that is to come. Raises `NotFound` for an address nobody has."""
    rows = CalendarFeed.objects.select_related("user")
    with as_system("whose feed a secret address is"):
        feed = rows.filter(digest=_digest(token), user__is_active=True).first()
    if feed is None:
        raise NotFound
    with as_person(feed.user_id, "a calendar program reads for whoever gave it the address"):
        return _lessons_of(feed)


def _lessons_of(feed: CalendarFeed) -> bytes:
    lessons = (
        Booking.objects.concerning([feed.user_id])
        .filter(state__in=_SHOWN, ends_at__gt=timezone.now() - _BACK)
        .select_related("lesson_type", "tutor", "student")
        .order_by("starts_at")
    )
    return feed_for(lessons[:_MOST], feed.user)
