"""Tutors with hours and lessons that can be booked, by the services tutors use themselves."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import TutorProfile, User
from booking.models import LessonType
from booking.services import holding, offers, schedules
from tutorme.core.money import Money

WEEK = [{"day_of_week": day, "start": time(8), "end": time(20)} for day in range(7)]
# Mornings are for what is booked already, afternoons for what is wished for.
MORNING, AFTERNOON, LESSONS_A_DAY = 9, 13, 6
WISHES = 2


def open_diary(tutor: User, **figures: object) -> None:
    """Eight to eight on every day, an hour each, from now on, by UTC."""
    TutorProfile.objects.create(user=tutor, state="approved", approved_at=timezone.now())
    schedules.ensure(tutor_id=tutor.pk, time_zone="UTC")
    changes = {"weekly": WEEK, "notice_minutes": 0, **figures}
    schedules.change(tutor_id=tutor.pk, changes=changes)


def offer(tutor: User, *, euros: int) -> LessonType:
    price = Money(100 * euros, "EUR")
    return offers.offer(tutor_id=tutor.pk, title="Lesson", minutes=60, price=price)


def hour(days: int, at: int) -> datetime:
    """A full hour, UTC, so many days from today."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=days, hours=at)


def book(learners: Sequence[User], free: Sequence[LessonType]) -> None:
    """Every second learner has a lesson ahead of them: it costs nothing and stands at once."""
    for number, learner in enumerate(learners[::2]):
        day, tutor = divmod(number, len(free))
        wish = holding.Wish(free[tutor].pk, hour(2 + day, MORNING))
        holding.hold(student=learner, wish=wish)


def wishes(number: int, of: int, paid: Sequence[LessonType]) -> list[dict[str, Any]]:
    """Free times of different tutors that nobody else wishes for, for one of so many learners."""
    rounds = -(-of // len(paid))
    found = []
    for turn in range(WISHES):
        day, at = divmod(number // len(paid) + turn * rounds, LESSONS_A_DAY)
        kind = paid[(number + 7 * turn) % len(paid)]
        start = hour(2 + day, AFTERNOON + at)
        found.append({"session_type": str(kind.pk), "start": start.isoformat()})
    return found
