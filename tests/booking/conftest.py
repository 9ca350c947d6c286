from datetime import datetime, time, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from booking.models import Booking, LessonType, Schedule
from booking.services import holding, offers, schedules
from tutorme.core.money import Money

WEEK = [{"day_of_week": day, "start": time(8), "end": time(20)} for day in range(7)]


def open_diary(tutor: User, **figures: object) -> Schedule:
    """Eight to eight on every day, an hour each, from now on."""
    schedules.ensure(tutor_id=tutor.pk, time_zone="UTC")
    changes = {"weekly": WEEK, "notice_minutes": 0, **figures}
    return schedules.change(tutor_id=tutor.pk, changes=changes)


def hour(days: int, at: int) -> datetime:
    """A full hour, UTC, so many days from today."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=days, hours=at)


def held(student: User, kind: LessonType, start: datetime | None = None) -> Booking:
    return holding.hold(student=student, wish=holding.Wish(kind.pk, start or hour(3, 10)))


@pytest.fixture
def diary(tess: User) -> Schedule:
    return open_diary(tess)


@pytest.fixture
def lesson(diary: Schedule) -> LessonType:
    return offers.offer(
        tutor_id=diary.tutor_id, title="Lesson", minutes=60, price=Money(3000, "EUR")
    )


@pytest.fixture
def free(diary: Schedule) -> LessonType:
    return offers.offer(tutor_id=diary.tutor_id, title="Chat", minutes=30, price=Money(0, "EUR"))
