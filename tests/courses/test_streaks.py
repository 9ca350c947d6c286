"""Days in a row, from what people do to what their profile says."""

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from courses.errors import TooManyRestDays
from courses.models import Activity, ActivityDay, Enrollment, Motivation
from courses.queries.motivation import current_streak, motivation_of, rhythm
from courses.services import learning, motivation, streaks
from tests.courses.conftest import lesson
from tests.races.parallel import together
from tutorme.core.ids import uuid7

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def done(user: User, at: datetime, what: UUID | None = None) -> bool:
    with transaction.atomic():
        return streaks.count_for(streaks.locked(user.pk), "lesson", what or uuid7(), at)


def current(user: User, now: datetime) -> int:
    return current_streak(motivation_of(User.objects.get(pk=user.pk)), now)


def test_a_late_message_fills_its_own_day(sam: User) -> None:
    for days in (2, 0, 0, 1):
        done(sam, NOON - timedelta(days=days))
    assert current(sam, NOON) == 3


def test_the_same_thing_counts_once(sam: User) -> None:
    thing = uuid7()
    counted = [done(sam, NOON + n * timedelta(1), thing) for n in range(2)]
    assert (counted, current(sam, NOON)) == ([True, False], 1)


def test_the_zone_is_followed_for_what_comes_and_once_a_day(sam: User) -> None:
    """Eleven in the evening in Paris is the next morning in Tokyo; Honolulu waits for a day."""
    User.objects.filter(pk=sam.pk).update(time_zone="Europe/Paris")
    done(sam, NOON.replace(hour=22))
    User.objects.filter(pk=sam.pk).update(time_zone="Asia/Tokyo")
    done(sam, NOON.replace(hour=22, minute=30))
    User.objects.filter(pk=sam.pk).update(time_zone="Pacific/Honolulu")
    done(sam, NOON.replace(hour=23))
    dates = Activity.objects.order_by("at").values_list("local_date", flat=True)
    assert [day.day for day in dates] == [20, 21, 21]
    done(sam, NOON + timedelta(days=1, hours=11))
    assert Motivation.objects.get().zone == "Pacific/Honolulu"


def test_an_account_without_a_zone_lives_in_utc(sam: User) -> None:
    User.objects.filter(pk=sam.pk).update(time_zone="")
    done(sam, datetime(2026, 11, 20, 23, 59, 59, tzinfo=UTC))
    done(sam, datetime(2026, 11, 21, tzinfo=UTC))
    assert ActivityDay.objects.count() == 2


def test_looking_at_pages_does_not_count_and_ten_minutes_do(
    place: Enrollment, sam: User, client, drain
) -> None:
    one = lesson(place.course, "hello")
    client.force_login(sam)
    for _ in range(3):
        client.get(f"/learn/{place.course.slug}/hello/")
    began = timezone.now()
    beat = partial(learning.report, user=sam, lesson_id=one.pk)
    for minute in range(1, 10):
        at = began + timedelta(minutes=minute)
        beat(client_event_id=uuid4(), seconds=60, now=at)
    drain()
    assert current(sam, began) == 0
    beat(client_event_id=uuid4(), seconds=60, now=began + timedelta(minutes=10))
    drain()
    assert current(sam, began) == 1
    assert list(Activity.objects.values_list("kind", flat=True)) == ["time"]


def test_rest_days_begin_tomorrow_and_are_two_at_most(sam: User) -> None:
    """On Friday Sam rests from Saturday on, and comes back on Monday."""
    done(sam, NOON)
    with pytest.raises(TooManyRestDays):
        streaks.choose_rest_days(user_id=sam.pk, weekdays={4, 5, 6})
    streaks.choose_rest_days(user_id=sam.pk, weekdays={5, 6}, now=NOON)
    monday = NOON + timedelta(days=3)
    assert [current(sam, NOON + timedelta(days=n)) for n in (2, 3)] == [1, 1]
    assert current(sam, monday + timedelta(days=1, hours=13)) == 0
    done(sam, monday)
    assert current(sam, monday) == 2
    streaks.choose_rest_days(user_id=sam.pk, weekdays=set(), now=monday)
    assert current(sam, monday) == 2, "what was rested stays rested"


def test_the_week_on_the_page(sam: User) -> None:
    """Thursday and Friday done, Saturday at rest, and today is Sunday."""
    for days in (1, 0):
        done(sam, NOON - timedelta(days=days))
    streaks.choose_rest_days(user_id=sam.pk, weekdays={5}, now=NOON)
    seen = rhythm(motivation_of(sam), NOON + timedelta(days=2))
    assert [square.state for square in seen.weeks[0]] == [
        *("missed", "missed", "missed", "active", "active", "rest", "today"),
    ]
    assert (seen.current, seen.rest_days) == (2, frozenset({5}))


def test_a_freeze_shows_where_it_was_used(sam: User) -> None:
    for days in range(7):
        done(sam, NOON - timedelta(days=days))
    seen = rhythm(motivation_of(sam), NOON + timedelta(days=2), weeks=2)
    states = {square.on.day: square.state for week in seen.weeks for square in week}
    assert (states[20], states[21], states[22]) == ("active", "frozen", "today")
    assert (seen.current, seen.freezes) == (7, 0)


def test_a_finished_lesson_counts_for_the_day_it_was_done(
    place: Enrollment, sam: User, api, drain
) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    learning.complete_lesson(enrollment=place, lesson=lesson(place.course, "hello"), now=yesterday)
    learning.complete_lesson(enrollment=place, lesson=lesson(place.course, "more"))
    drain()
    assert api(sam).get("/api/v1/me/profile/").json()["streak_days"] == 2


def test_the_longest_run_is_never_taken_back(sam: User) -> None:
    for days in (0, 1, 2, 20):
        done(sam, NOON - timedelta(days=days))
    ActivityDay.objects.filter(local_date=NOON.date()).delete()
    assert streaks.recount() == 1
    mine = Motivation.objects.get()
    assert (mine.run, mine.longest) == (2, 3)


def test_the_recount_finds_what_does_not_follow_from_the_days(sam: User, capsys) -> None:
    done(sam, NOON)
    Motivation.objects.update(run=5, longest=5)
    call_command("recount_streaks", "--dry-run", "--json")
    call_command("recount_streaks")
    call_command("recount_streaks")
    told = capsys.readouterr().out.splitlines()
    assert told == ['{"differences": 1, "dry_run": true}', "differences: 1", "differences: 0"]


def test_what_apps_above_see_happen_counts_too(sam: User) -> None:
    review, tutor = uuid7(), uuid7()
    seen = [
        motivation.did(user_id=sam.pk, kind=kind, object_id=thing, at=NOON)  # type: ignore[arg-type]
        for kind, thing in [("review", review), ("review", review), ("session", tutor)]
    ]
    sam.refresh_from_db()
    assert (seen, sam.points, current(sam, NOON)) == ([True, False, True], 5, 1)


@pytest.mark.django_db(transaction=True)
def test_eight_lessons_at_once_are_one_day(sam: User) -> None:
    together([partial(done, sam, timezone.now())] * 8)
    sam.refresh_from_db()
    assert (ActivityDay.objects.count(), Activity.objects.count(), sam.streak_days) == (1, 8, 1)
