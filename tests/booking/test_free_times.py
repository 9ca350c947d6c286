"""Tutors who are free at a time: what is noted down is what can be booked, no more and no less."""

import json
from datetime import time, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.directory import FreeAt
from accounts.models import User
from accounts.queries import tutors
from accounts.queries.tutors import Wanted
from booking import queries
from booking.models import BusyTime, FreeStart, LessonType, TutorStanding
from booking.services import cancelling, free_times, offers, schedules
from booking.walltime import Span
from tests.booking.conftest import held, hour, open_diary
from tutorme.core.money import Money

LIST = "/api/v1/tutors/"


def at(days: int, begin: int, end: int, minutes: int | None = None) -> FreeAt:
    return FreeAt(hour(days, begin), hour(days, end), minutes)


def found(free: FreeAt, **more) -> list[str]:
    return [card.name for card in tutors.search(Wanted(free=free, **more)).cards]


@pytest.fixture
def two(tess: User, orla: User, lesson: LessonType, drain) -> None:
    """Tess teaches eight to eight, an hour each; Orla in the afternoon, half an hour each."""
    afternoon = [{"day_of_week": day, "start": time(14), "end": time(18)} for day in range(7)]
    open_diary(orla, weekly=afternoon, slot_minutes=30)
    offers.offer(tutor_id=orla.pk, title="Short", minutes=30, price=Money(1500, "EUR"))
    drain()


@pytest.mark.django_db
class TestNotedDown:
    def test_it_is_what_the_pure_function_says(self, tess: User, lesson, drain) -> None:
        drain()
        between = Span(timezone.now(), timezone.now() + free_times.REACH)
        schedule = queries.schedule_of(tess.pk)
        assert schedule is not None
        said = queries.diary(schedule, between, now=timezone.now()).offered(between, minutes=60)
        noted = FreeStart.objects.order_by("starts_at").values_list("starts_at", flat=True)
        assert list(noted) == said
        assert len(said) > 300

    def test_a_booking_takes_its_time_out_and_gives_it_back(self, sam, tess, lesson, drain) -> None:
        drain()
        row = held(sam, lesson, hour(3, 10))
        drain()
        assert not FreeStart.objects.filter(starts_at=hour(3, 10)).exists()
        assert FreeStart.objects.filter(starts_at=hour(3, 11)).exists()
        cancelling.cancel(booking_id=row.pk, by=sam)
        drain()
        assert FreeStart.objects.filter(starts_at=hour(3, 10)).exists()

    def test_only_what_differs_is_written(self, sam, lesson, drain) -> None:
        drain()
        before = set(FreeStart.objects.values_list("pk", flat=True))
        held(sam, lesson, hour(3, 10))
        drain()
        after = set(FreeStart.objects.values_list("pk", flat=True))
        assert after < before
        assert len(before - after) == 1

    def test_another_length_is_noted_too(self, tess: User, lesson, drain) -> None:
        offers.offer(tutor_id=tess.pk, title="Long", minutes=120, price=Money(6000, "EUR"))
        drain()
        ends = FreeStart.objects.filter(starts_at=hour(3, 18)).order_by("ends_at")
        assert [row.ends_at for row in ends] == [hour(3, 19), hour(3, 20)]
        offers.withdraw(tutor_id=tess.pk, lesson_type_id=lesson.pk)
        drain()
        assert [row.ends_at for row in ends.all()] == [hour(3, 20)]

    def test_the_days_move_on_by_themselves(self, lesson, drain) -> None:
        drain()
        reach = FreeStart.objects.latest("starts_at").starts_at
        assert free_times.roll() == 0
        with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
            assert free_times.roll() == 1
            assert free_times.roll() == 0
            assert not FreeStart.objects.filter(starts_at__lt=timezone.now()).exists()
        assert FreeStart.objects.latest("starts_at").starts_at == reach + timedelta(days=1)

    def test_the_command_makes_it_all_anew(self, lesson, drain, capsys) -> None:
        drain()
        count = FreeStart.objects.count()
        FreeStart.objects.all().delete()
        call_command("rebuild_free_times", json=True)
        told = json.loads(capsys.readouterr().out)
        assert told == {"tutors": 1, "times": count, "dry_run": False}

    def test_a_closed_diary_has_none(self, tess: User, lesson, drain) -> None:
        schedules.change(tutor_id=tess.pk, changes={"is_open": False})
        drain()
        assert not FreeStart.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("two")
class TestFound:
    def test_who_has_a_lesson_that_fits(self) -> None:
        assert found(at(3, 9, 10)) == ["Tess"]
        assert sorted(found(at(3, 14, 15))) == ["Orla", "Tess"]
        assert found(at(3, 14, 15, minutes=30)) == ["Orla"]
        assert found(at(3, 14, 15, minutes=45)) == []
        assert found(at(3, 20, 22)) == []

    def test_the_soonest_first(self, orla: User) -> None:
        assert found(at(3, 13, 15)) == ["Tess", "Orla"]
        assert found(at(3, 13, 15), order="name") == ["Orla", "Tess"]
        cards = tutors.search(Wanted(free=at(3, 14, 16), order="name")).cards
        assert [len(card.starts) for card in cards] == [4, 2]

    def test_the_next_page_goes_on_after_the_last_start(self) -> None:
        wanted = Wanted(free=at(3, 13, 15))
        first = tutors.search(wanted, size=1)
        second = tutors.search(wanted, size=1, cursor=first.next)
        names = [[card.name for card in page.cards] for page in (first, second)]
        assert (names, second.next) == ([["Tess"], ["Orla"]], "")

    def test_soonest_without_a_time_is_the_usual_order(self, api) -> None:
        usual = api(None).get(LIST).json()["results"]
        assert api(None).get(LIST, {"ordering": "soonest"}).json()["results"] == usual

    def test_other_wishes_count_too(self, orla: User) -> None:
        orla.tutor_profile.hourly_minor = 2000
        orla.tutor_profile.save()
        assert found(at(3, 14, 15), price_max=Decimal(25)) == ["Orla"]
        assert found(at(3, 14, 15), currency="USD") == []

    def test_the_diary_has_the_last_word(self, tess: User) -> None:
        """A busy time nobody heard of yet: noted as free, and not offered all the same."""
        BusyTime.objects.create(
            tutor=tess, source="x", reference="1", starts_at=hour(3, 9), ends_at=hour(3, 12)
        )
        assert FreeStart.objects.filter(tutor=tess, starts_at=hour(3, 9)).exists()
        assert found(at(3, 9, 12)) == []

    def test_who_is_not_listed_is_not_found(self, tess: User) -> None:
        tess.tutor_profile.is_listed = False
        tess.tutor_profile.save()
        assert found(at(3, 9, 10)) == []

    def test_notice_passes(self, tess: User, drain) -> None:
        schedules.change(tutor_id=tess.pk, changes={"notice_minutes": 60 * 24})
        drain()
        assert found(at(3, 9, 10)) == ["Tess"]
        with time_machine.travel(hour(2, 9) + timedelta(minutes=1), tick=False):
            assert not FreeStart.objects.filter(
                starts_at=hour(1, 9), closes_at__gte=timezone.now()
            ).exists()
            assert found(at(1, 9, 10)) == []

    def test_queries_stay_flat(self, query_budget) -> None:
        with query_budget("free tutors"):
            found(at(3, 14, 16))


@pytest.mark.django_db
@pytest.mark.usefixtures("two")
class TestDoors:
    def test_the_api_finds_by_time(self, api) -> None:
        asked = {"free_from": hour(3, 9).isoformat(), "free_to": hour(3, 11).isoformat()}
        body = api(None).get(LIST, asked).json()
        (row,) = body["results"]
        assert row["display_name"] == "Tess"
        assert [start[11:16] for start in row["starts"]] == ["09:00", "10:00"]
        assert body["count"] == 1

    @pytest.mark.parametrize(
        "wrong",
        [
            {"free_from": "2026-12-01T10:00:00Z"},
            {"free_from": "2026-12-02T10:00:00Z", "free_to": "2026-12-01T10:00:00Z"},
            {"free_from": "2026-12-01T10:00:00Z", "free_to": "2027-12-01T10:00:00Z"},
            {"minutes": 60},
            {"free_from": "soon", "free_to": "later"},
        ],
    )
    def test_what_cannot_be_asked(self, api, wrong: dict) -> None:
        answer = api(None).get(LIST, wrong)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid-input")

    def test_the_page_finds_by_time_and_links_to_it(self, sam: User) -> None:
        client = Client()
        client.force_login(sam)
        # Sam lives in Lagos, an hour ahead of UTC.
        on = hour(3, 0).date().isoformat()
        page = client.get("/tutors/", {"free": on, "after": "10:00", "before": "12:00"})
        text = page.content.decode()
        assert "Tess" in text
        assert "Orla" not in text
        assert "10:00" in text
        assert f"/book/tess/?date={on}" in text
        none = client.get("/tutors/", {"free": on, "after": "22:00", "before": "23:00"})
        assert "Nobody fits all of that" in none.content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("two")
class TestRating:
    @pytest.fixture
    def stars(self, tess: User, orla: User) -> None:
        """Orla has two fives, Tess ninety of four and a half on the mean."""
        TutorStanding.objects.create(tutor=orla, reviews=2, stars=10)
        TutorStanding.objects.create(tutor=tess, reviews=90, stars=405)

    @pytest.mark.usefixtures("stars")
    def test_well_rated_by_many_comes_first(self, api) -> None:
        assert found(at(3, 14, 15), order="rating") == ["Tess", "Orla"]
        rows = api(None).get(LIST, {"ordering": "rating"}).json()["results"]
        assert [row["display_name"] for row in rows] == ["Tess", "Orla"]

    @pytest.mark.usefixtures("stars")
    @pytest.mark.parametrize(("least", "who"), [("4.5", 2), ("4.6", 1), ("5", 1)])
    def test_the_mean_is_a_filter(self, api, least: str, who: int) -> None:
        assert api(None).get(LIST, {"rating": least}).json()["count"] == who
        assert len(found(at(3, 14, 15), rating=Decimal(least))) == who

    def test_who_has_no_review_has_no_mean(self, api) -> None:
        assert api(None).get(LIST, {"rating": "1"}).json()["count"] == 0
        assert len(found(at(3, 14, 15), order="rating")) == 2
        page = Client().get("/tutors/", {"rating": "4.5", "order": "rating"}).content.decode()
        assert '<option value="4.5" selected>' in page
