"""The front door names who is free this evening by the visitor's clock, or who is free next."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.test import Client

from accounts.models import User
from booking.models import FreeStart
from booking.services import free_times, offers
from tests import cast
from tests.booking.conftest import held, open_diary
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def teach() -> Callable[..., User]:
    """Teaches an hour each, from one hour of the day to another, UTC."""

    def begin(name: str, first: int, last: int) -> User:
        tutor = cast.tutor(name)
        weekly = [{"day_of_week": day, "start": time(first), "end": time(last)} for day in range(7)]
        open_diary(tutor, weekly=weekly)
        offers.offer(tutor_id=tutor.pk, title="Lesson", minutes=60, price=Money(3000, "EUR"))
        free_times.rebuild(tutor.pk)
        return tutor

    return begin


def front(zone: str = "") -> str:
    client = Client()
    if zone:
        client.cookies["zone"] = zone
    return client.get("/").content.decode()


def test_who_is_free_this_evening_comes_first_by_time_and_says_when(teach) -> None:
    teach("Late", 20, 22)
    teach("Morning", 6, 9)
    teach("Early", 17, 19)
    page = front()
    assert "Free this evening" in page
    assert "Morning" not in page
    assert page.index("Early") < page.index("Late")
    assert "from 17:00" in page
    assert '/book/early/?date=2026-11-24#when">17:00<' in page
    assert "by the clock of UTC" in page


def test_it_is_the_visitors_evening(teach) -> None:
    """Noon in UTC is nine in the evening in Tokyo: what is left of it is three hours."""
    teach("Tilda", 12, 20)
    page = front("Asia%2FTokyo")
    assert "Free this evening" in page
    assert "by the clock of Tokyo" in page
    assert '/book/tilda/?date=2026-11-24#when">21:00<' in page
    assert ">20:00<" not in page


def test_whoever_was_booked_meanwhile_is_not_named(teach, sam: User) -> None:
    tutor = teach("Tilda", 18, 19)
    assert "Free this evening" in front()
    kind = tutor.lesson_types.get()
    held(sam, kind, NOON.replace(hour=18))
    free_times.rebuild(tutor.pk)
    page = front()
    assert "Free this evening" not in page
    assert '/book/tilda/?date=2026-11-25#when">Wed 25 Nov, 18:00<' in page


def test_where_nobody_is_free_this_evening_the_next_hours_are_named(teach) -> None:
    teach("Tilda", 8, 10)
    page = front()
    assert "Free next" in page
    assert "Nobody has time this evening" in page
    assert ">Wed 25 Nov, 08:00<" in page


def test_where_nobody_has_hours_the_newest_are_named() -> None:
    cast.tutor("Tilda")
    page = front()
    assert "Somebody to ask" in page
    assert "Tilda" in page


def test_who_is_not_listed_is_not_named(teach) -> None:
    tutor = teach("Tilda", 17, 20)
    tutor.tutor_profile.is_listed = False
    tutor.tutor_profile.save()
    assert "Tilda" not in front()


def test_a_start_whose_notice_has_passed_is_not_named(teach) -> None:
    teach("Tilda", 17, 18)
    FreeStart.objects.filter(starts_at__date=NOON.date()).update(
        closes_at=NOON - timedelta(minutes=1)
    )
    assert "Free this evening" not in front()


def test_the_evening_asks_no_more_than_the_newest_did(teach, query_budget) -> None:
    for number, name in enumerate(("Anne", "Bert", "Cleo", "Dora")):
        teach(name, 17 + number, 22)
    with query_budget("landing evening"):
        page = front()
    assert "Dora" not in page


def test_the_next_hours_are_one_query_more(teach, query_budget) -> None:
    teach("Tilda", 8, 10)
    with query_budget("landing next"):
        front()
    FreeStart.objects.all().delete()
    with query_budget("landing next"):
        assert "Somebody to ask" in front()
