"""Days in a row, by the learner's own calendar."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from django.utils import timezone

from accounts.models import User
from courses.models import ActivityDay, Enrollment
from courses.services import learning, streaks
from tests.courses.conftest import lesson
from tests.races.parallel import together

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("back", "run"),
    [([], 0), ([0], 1), ([0, 1, 2], 3), ([0, 2, 3], 1), ([0, 1, 3, 4], 2)],
)
def test_a_run_ends_at_the_first_gap(back: list[int], run: int) -> None:
    assert streaks.run_ending(FRIDAY - timedelta(days=n) for n in back) == run


@pytest.mark.parametrize(
    ("zone", "utc", "local"),
    [
        ("Pacific/Kiritimati", "2026-11-20T10:00", "2026-11-21"),
        ("Pacific/Pago_Pago", "2026-11-20T10:59", "2026-11-19"),
        ("Asia/Kathmandu", "2026-11-20T18:15", "2026-11-21"),
        ("Asia/Kathmandu", "2026-11-20T18:14", "2026-11-20"),
        ("Europe/Paris", "2026-03-29T00:59", "2026-03-29"),
        ("Europe/Paris", "2026-10-25T22:59", "2026-10-25"),
        ("UTC", "2026-11-20T23:59", "2026-11-20"),
    ],
)
def test_the_day_is_the_learners_own(sam: User, zone: str, utc: str, local: str) -> None:
    User.objects.filter(pk=sam.pk).update(time_zone=zone)
    moment = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    streaks.count_day(user_id=sam.pk, moment=moment)
    assert str(ActivityDay.objects.get().local_date) == local


def test_a_streak_lives_until_yesterday_and_ends_by_itself(sam: User) -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    for days in (2, 1, 0):
        streaks.count_day(user_id=sam.pk, moment=noon - timedelta(days=days))
    sam.refresh_from_db()
    assert sam.current_streak(noon) == 3
    assert sam.current_streak(noon + timedelta(days=1)) == 3
    assert sam.current_streak(noon + timedelta(days=2)) == 0


def test_a_late_message_fills_its_own_day(sam: User) -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    for days in (2, 0, 0, 1):
        run = streaks.count_day(user_id=sam.pk, moment=noon - timedelta(days=days))
    assert run == 3


def test_a_finished_lesson_counts_for_the_day_it_was_done(
    place: Enrollment, sam: User, api, drain
) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    learning.complete_lesson(enrollment=place, lesson=lesson(place.course, "hello"), now=yesterday)
    learning.complete_lesson(enrollment=place, lesson=lesson(place.course, "more"))
    drain()
    assert api(sam).get("/api/v1/me/profile/").json()["streak_days"] == 2


@pytest.mark.django_db(transaction=True)
def test_eight_lessons_at_once_are_one_day(sam: User) -> None:
    together([partial(streaks.count_day, user_id=sam.pk, moment=timezone.now())] * 8)
    sam.refresh_from_db()
    assert (ActivityDay.objects.count(), sam.streak_days) == (1, 1)
