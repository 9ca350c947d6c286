"""Days on which somebody learned, by their own calendar. Lock: the person's `Motivation` row."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest, Least
from django.utils import timezone

from accounts.models import User
from courses import streaks
from courses.errors import TooManyRestDays
from courses.events import ActiveMinutesReached
from courses.models import Activity, ActivityDay, Motivation, RestChoice
from courses.queries.motivation import local_today, rests_of, streak_of
from tutorme.core import outbox

_ACTIVE_S = 600
_FROZEN_KEPT = 60
_TIME = UUID("0a1f3c0e-54f4-4c6e-9d0f-6b6d2f0c7a11")


def locked(user_id: UUID) -> Motivation:
    """The person's row, made where it is not there yet. The caller holds the transaction."""
    rows = Motivation.objects.select_for_update(of=("self",), no_key=True).select_related("user")
    found = rows.filter(pk=user_id).first()
    if found is None:
        Motivation.objects.bulk_create([Motivation(user_id=user_id)], ignore_conflicts=True)
        found = rows.get(pk=user_id)
    return found


def count_for(mine: Motivation, kind: str, object_id: UUID, at: datetime) -> bool:
    """Counts one thing somebody did for the date it was done on; says whether it was new.
    Idempotent; a late message fills its own day in and moves nothing else. The caller holds the
    lock of `mine` (`locked`)."""
    day = date_of(mine, at)
    row = Activity(user_id=mine.pk, kind=kind, object_id=object_id, at=at, local_date=day)
    Activity.objects.bulk_create([row], ignore_conflicts=True)
    if not Activity.objects.filter(pk=row.pk).exists():
        return False
    _stretch(mine, day, at)
    _settle(mine)
    return True


def date_of(mine: Motivation, at: datetime) -> date:
    """What the person's calendar showed. A new zone is followed from now on, once a day at most:
    what was written before keeps its date."""
    zone = streaks.calendar_zone(mine.user.time_zone, mine.zone, mine.zone_since, at)
    if zone != mine.zone:
        mine.zone_since = at if mine.zone else None
        mine.zone = zone
        mine.save(update_fields=["zone", "zone_since"])
    return streaks.local_date(zone, at)


def _stretch(mine: Motivation, day: date, at: datetime) -> None:
    fresh = ActivityDay(user_id=mine.pk, local_date=day, first_at=at, last_at=at)
    ActivityDay.objects.bulk_create([fresh], ignore_conflicts=True)
    ActivityDay.objects.filter(user_id=mine.pk, local_date=day).update(
        first_at=Least(Coalesce(F("first_at"), at), at),
        last_at=Greatest(Coalesce(F("last_at"), at), at),
    )


def _settle(mine: Motivation) -> None:
    """Counts the days again and keeps what came out; the longest run is never taken back."""
    rests = rests_of(mine.pk)
    streak = streaks.shortened(streak_of(mine.pk, rests), _FROZEN_KEPT)
    mine.run, mine.longest = streak.run, max(mine.longest, streak.longest)
    mine.last_on, mine.last_at = streak.last_on, streak.last_at
    mine.freezes, mine.frozen_on = streak.freezes, list(streak.frozen_on)
    mine.holds_on = streaks.holds_on(streak, rests)
    mine.save(update_fields=_CACHED)
    User.objects.filter(pk=mine.pk).update(streak_days=mine.run, streak_on=mine.last_on)


_CACHED = ("run", "longest", "last_on", "last_at", "freezes", "frozen_on", "holds_on")


def choose_rest_days(*, user_id: UUID, weekdays: set[int], now: datetime | None = None) -> None:
    """From tomorrow on, so that nobody rests in the evening on the day they missed."""
    if len(weekdays) > streaks.MOST_REST_DAYS:
        raise TooManyRestDays
    with transaction.atomic():
        mine = locked(user_id)
        from_on = local_today(mine, now or timezone.now()) + timedelta(days=1)
        RestChoice.objects.update_or_create(
            user_id=user_id, from_on=from_on, defaults={"weekdays": sorted(weekdays)}
        )
        _settle(mine)


_ADD_TIME = """
INSERT INTO courses_activityday AS d (user_id, local_date, active_seconds)
SELECT
    u.id,
    (%(at)s AT TIME ZONE coalesce(nullif(m.zone, ''), nullif(u.time_zone, ''), 'UTC'))::date,
    %(seconds)s
FROM accounts_user u LEFT JOIN courses_motivation m ON m.user_id = u.id
WHERE u.id = %(user)s
ON CONFLICT (user_id, local_date) DO UPDATE
SET active_seconds = d.active_seconds + excluded.active_seconds
RETURNING active_seconds
"""


def add_time(*, user: Any, seconds: int, at: datetime) -> None:
    """Seconds the server believes somebody was reading; ten minutes of them make a day count.
    One statement; the caller holds the transaction."""
    if seconds <= 0:
        return
    with connection.cursor() as cursor:
        cursor.execute(_ADD_TIME, {"user": user.pk, "seconds": seconds, "at": at})
        total = cursor.fetchone()[0]
    if total - seconds < _ACTIVE_S <= total:
        outbox.record(ActiveMinutesReached(user.pk, at), actor_id=user.pk)


def time_spent(user_id: UUID, day: date) -> UUID:
    """Stands for a date's ten minutes among the things that are counted."""
    return uuid5(_TIME, f"{user_id} {day}")


def recount(*, dry_run: bool = False) -> int:
    """Counts everybody's days again; returns how many rows said something else."""
    ids = ActivityDay.objects.values_list("user_id", flat=True).distinct().order_by("user_id")
    return sum(_recount_one(user_id, dry_run=dry_run) for user_id in ids.iterator())


def _recount_one(user_id: UUID, *, dry_run: bool) -> bool:
    with transaction.atomic():
        mine = locked(user_id)
        before = _facts(mine)
        _settle(mine)
        if dry_run:
            transaction.set_rollback(True)
        return before != _facts(mine)


def _facts(mine: Motivation) -> tuple[Any, ...]:
    return tuple(getattr(mine, name) for name in _CACHED)
