"""A room of the demo that is open when one looks."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from video import queries
from video.models import Room
from video.services import rooms

_MINUTES = 8 * 60
_ENOUGH = timedelta(minutes=30)


def seed_room(host: User, guest: User) -> None:
    """Open for the next hours, whenever the demo is loaded; one that still is stays."""
    now = timezone.now()
    open_ones = Room.objects.of(host).running(now).filter(closes_at__gt=now + _ENOUGH)
    known = queries.acquainted(host.pk, [guest.pk])
    if known and not open_ones.exists():
        plan = rooms.Plan("Office hours: bring a problem", now, _MINUTES)
        rooms.open_room(host=host, plan=plan, guest_ids=[guest.pk])
