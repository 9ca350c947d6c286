"""The rows by which tutors are found who are free at a time: made from `booking.slots`, after
every change of a tutor's diary and once a day, and for nothing but finding."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from booking import queries
from booking.models import FreeIndex, FreeStart, LessonType, Schedule
from booking.walltime import Span

# How far ahead somebody is found; a tutor's own page goes on to their horizon.
REACH = timedelta(days=35)
_BATCH = 1000

Row = tuple[datetime, datetime]


@transaction.atomic
def rebuild(tutor_id: UUID, *, now: datetime | None = None) -> int:
    """Makes a tutor's rows anew and says how many there are. Only what differs is written. Takes
    the row of `FreeIndex`; what is read after that is at least as new as what called for this."""
    now = now or timezone.now()
    FreeIndex.objects.bulk_create([FreeIndex(tutor_id=tutor_id)], ignore_conflicts=True)
    index = FreeIndex.objects.select_for_update().get(pk=tutor_id)
    schedule = queries.schedule_of(tutor_id)
    found = dict(_rows(schedule, now)) if schedule else {}
    count = len(found)
    _write(tutor_id, found)
    index.built_at, index.built_on = now, now.astimezone(UTC).date()
    index.save(update_fields=["built_at", "built_on"])
    return count


def _rows(schedule: Schedule, now: datetime) -> Iterator[tuple[Row, datetime]]:
    """Start and end of each lesson that can be booked, with the moment until which."""
    if not schedule.is_open:
        return
    offered = LessonType.objects.filter(tutor_id=schedule.tutor_id, is_offered=True, capacity=1)
    between = Span(now, now + REACH)
    diary = queries.diary(schedule, between, now=now)
    for minutes in set(offered.values_list("minutes", flat=True)):
        length = timedelta(minutes=minutes)
        for start in diary.offered(between, minutes=minutes):
            yield (start, start + length), start - diary.rules.notice


def _write(tutor_id: UUID, found: dict[Row, datetime]) -> None:
    gone = []
    for pk, starts_at, ends_at, closes_at in FreeStart.objects.filter(
        tutor_id=tutor_id
    ).values_list("pk", "starts_at", "ends_at", "closes_at"):
        if found.get((starts_at, ends_at)) == closes_at:
            del found[starts_at, ends_at]
        else:
            gone.append(pk)
    FreeStart.objects.filter(pk__in=gone).delete()
    FreeStart.objects.bulk_create(
        (
            FreeStart(tutor_id=tutor_id, starts_at=start, ends_at=end, closes_at=closes_at)
            for (start, end), closes_at in found.items()
        ),
        batch_size=_BATCH,
    )


def behind(*, now: datetime | None = None, limit: int = 500) -> list[UUID]:
    """Tutors whose rows do not reach as far as they could, or who have none yet."""
    today = (now or timezone.now()).astimezone(UTC).date()
    built = FreeIndex.objects.filter(built_on__gte=today).values("tutor_id")
    waiting = Schedule.objects.exclude(tutor_id__in=built).order_by("tutor_id")
    return list(waiting.values_list("tutor_id", flat=True)[:limit])


def roll(*, now: datetime | None = None, limit: int = 500) -> int:
    return rebuild_all(behind(now=now, limit=limit), now=now)


def rebuild_all(tutor_ids: Iterable[UUID], *, now: datetime | None = None) -> int:
    done = 0
    for tutor_id in tutor_ids:
        rebuild(tutor_id, now=now)
        done += 1
    return done
