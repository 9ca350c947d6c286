"""Days in a row on which somebody learned, by their own calendar."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import User
from courses.models import ActivityDay

_LONGEST = 4000


def count_day(*, user_id: UUID, moment: datetime) -> int:
    """Counts the day this moment falls on where the person is; returns the run it belongs to.
    Idempotent; a late message fills its own day in and moves nothing else."""
    with transaction.atomic():
        user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user_id)
        day = moment.astimezone(ZoneInfo(user.time_zone or "UTC")).date()
        ActivityDay.objects.bulk_create(
            [ActivityDay(user=user, local_date=day)], ignore_conflicts=True
        )
        return _recount(user)


def _recount(user: User) -> int:
    days = ActivityDay.objects.filter(user=user).order_by("-local_date")
    found = list(days.values_list("local_date", flat=True)[:_LONGEST])
    user.streak_days, user.streak_on = run_ending(found), found[0]
    user.save(update_fields=["streak_days", "streak_on"])
    return user.streak_days


def run_ending(days: Iterable[date]) -> int:
    """How many of these days, the latest first, follow one another without a gap."""
    length, expected = 0, None
    for day in days:
        if expected is not None and day != expected:
            break
        length, expected = length + 1, day - timedelta(days=1)
    return length
