"""What is listed is what can be booked, asked of the database: whatever stands in the diary, each
instant of a day is accepted if and only if it was listed."""

import random
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from booking import queries
from booking.errors import NotBookable, OutsideAvailability, SlotTaken
from booking.models import BusyTime, LessonType, Schedule
from booking.services import holding, offers, schedules
from booking.walltime import Span
from tests.booking.conftest import held, hour, open_diary
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db
_ALL_DAY = [{"day_of_week": day, "start": time(0), "end": time(0)} for day in range(7)]
_REFUSALS = (NotBookable, OutsideAvailability, SlotTaken)


def accepted(student: User, kind: LessonType, start: datetime) -> bool:
    """Whether a hold is given; it is let go of again."""
    before = transaction.savepoint()
    try:
        holding.hold(student=student, wish=holding.Wish(kind.pk, start))
    except _REFUSALS:
        return False
    finally:
        transaction.savepoint_rollback(before)
    return True


def listed(schedule: Schedule, kind: LessonType, between: Span) -> set[datetime]:
    found = queries.slots(schedule, between, minutes=kind.minutes, zone="UTC", now=timezone.now())
    return {slot.start for day in found for slot in day.slots}


def test_a_limit_is_of_the_whole_day(sam: User, otto: User, tess: User, free: LessonType) -> None:
    """However far apart two lessons of one date are."""
    schedules.change(tutor_id=tess.pk, changes={"max_per_day": 1, "weekly": _ALL_DAY})
    held(sam, free, hour(3, 1))
    assert not accepted(otto, free, hour(3, 22))
    assert accepted(otto, free, hour(4, 1))


def test_a_limit_of_the_week_runs_from_monday(
    sam: User, otto: User, tess: User, free: LessonType
) -> None:
    schedules.change(tutor_id=tess.pk, changes={"max_per_week": 2, "weekly": _ALL_DAY})
    monday = hour(8, 9)
    monday += (7 - monday.weekday()) % 7 * timedelta(days=1)
    held(sam, free, monday)
    held(sam, free, monday + timedelta(days=6, hours=10))
    with pytest.raises(OutsideAvailability) as refusal:
        held(otto, free, monday + timedelta(days=3))
    assert refusal.value.extras["reason"] == "week-full"
    assert accepted(otto, free, monday + timedelta(days=7))
    assert accepted(otto, free, monday - timedelta(hours=12))


@pytest.mark.parametrize("seed", range(6))
def test_each_instant_is_accepted_iff_it_is_listed(
    tess: User, sam: User, otto: User, diary: Schedule, seed: int
) -> None:
    dice = random.Random(seed)
    zone = dice.choice(["Asia/Kathmandu", "America/New_York", "Pacific/Chatham", "Europe/Paris"])
    open_diary(
        tess,
        time_zone=zone,
        weekly=_ALL_DAY if dice.random() < 0.5 else diary_week(dice),
        slot_minutes=dice.choice([None, 15, 30]),
        buffer_before=dice.choice([0, 10]),
        buffer_after=dice.choice([0, 15]),
        max_per_day=dice.choice([None, 2]),
        max_per_week=dice.choice([None, 4]),
    )
    free = Money(0, "EUR")
    kind = offers.offer(tutor_id=tess.pk, title="Chat", minutes=60, price=free)
    schedule = queries.schedule_of(tess.pk)
    assert schedule is not None
    _fill(dice, schedule, kind, otto)
    midnight = datetime.combine(hour(4, 0).date(), time(0), ZoneInfo(zone)).astimezone(UTC)
    between = Span(midnight, midnight + timedelta(days=1))
    offered = listed(schedule, kind, between)
    every = [midnight + timedelta(minutes=15 * n) for n in range(96)]
    sample = {*dice.sample(every, 24), *dice.sample(sorted(offered), min(len(offered), 8))}
    wrong = [at for at in sample if accepted(sam, kind, at) != (at in offered)]
    assert wrong == []


def diary_week(dice: random.Random) -> list[dict[str, object]]:
    return [
        {"day_of_week": day, "start": time(dice.randrange(0, 9), 30), "end": time(21)}
        for day in range(7)
    ]


def _fill(dice: random.Random, schedule: Schedule, kind: LessonType, student: User) -> None:
    """Lessons and other people's appointments, on the day and around it."""
    for day in (3, 4, 4, 5):
        found = sorted(listed(schedule, kind, Span(hour(day, 0), hour(day + 1, 0))))
        if found:
            held(student, kind, dice.choice(found))
    start = hour(4, dice.randrange(24)) + timedelta(minutes=dice.randrange(60))
    BusyTime.objects.create(
        tutor_id=schedule.tutor_id,
        source="test",
        reference=str(start),
        starts_at=start,
        ends_at=start + timedelta(minutes=dice.randrange(10, 200)),
    )
