"""The pages, as a browser without JavaScript uses them."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from booking.models import Booking, LessonType, Schedule
from booking.services import holding, schedules
from tests.booking.conftest import held, hour

State = Booking.State


@pytest.fixture
def sams(client: Client, sam: User) -> Client:
    client.force_login(sam)
    return client


@pytest.fixture
def tesss(tess: User) -> Client:
    client = Client()
    client.force_login(tess)
    return client


def starts(page: str) -> list[str]:
    return re.findall(r'name="start" value="([^"]+)"', page)


def book(client: Client, lesson: LessonType, start: str, **more: str):
    data = {"kind": str(lesson.pk), "start": start, "note": "", **more}
    return client.post(reverse("book", args=["tess"]), data)


def test_choose_hold_and_go_to_pay(sams: Client, lesson: LessonType, query_budget) -> None:
    with query_budget("book page"):
        page = sams.get(reverse("book", args=["tess"])).content.decode()
    offered = starts(page)
    assert offered
    answer = book(sams, lesson, offered[0], note="Fractions")
    row = Booking.objects.get()
    assert (row.state, row.note) == (State.HELD, "Fractions")
    assert answer["Location"] == reverse("payments-checkout", args=["booking", row.pk])
    checkout = sams.get(answer["Location"]).content.decode()
    assert "Lesson, 60 min" in checkout
    assert f'datetime="{row.starts_at:%Y-%m-%dT%H:%M:%SZ}"' in checkout
    assert "Kept for you until" in checkout
    to_pay = sams.get(reverse("lesson-booking", args=[row.pk])).content.decode()
    assert reverse("payments-checkout", args=["booking", row.pk]) in to_pay


def test_both_clocks_are_shown(sams: Client, tess: User, lesson: LessonType) -> None:
    schedules.change(tutor_id=tess.pk, changes={"time_zone": "Asia/Tokyo"})
    page = sams.get(reverse("book", args=["tess"])).content.decode()
    assert "Lagos" in page
    assert "in Tokyo" in page


def test_a_time_that_went_meanwhile(sams: Client, otto: User, lesson: LessonType) -> None:
    start = hour(3, 10)
    held(otto, lesson, start)
    answer = book(sams, lesson, start.isoformat(), note="Keep this note")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Keep this note" in page
    assert "Free around that time" in page


@pytest.mark.parametrize("start", ["", "soon", "2026-13-01T00:00:00+00:00", "9" * 400])
def test_no_time_is_a_message(sams: Client, lesson: LessonType, start: str) -> None:
    assert book(sams, lesson, start).status_code == 422
    assert not Booking.objects.exists()


@pytest.mark.parametrize(
    "query", ["date=x", "from=9999-99-99", "from=0001-01-01", "kind=x", "date=9999-12-31"]
)
def test_odd_addresses_are_a_page(sams: Client, lesson: LessonType, query: str) -> None:
    assert sams.get(f"{reverse('book', args=['tess'])}?{query}").status_code == 200


def test_nobody_to_book(sams: Client, tess: User, sam: User, tesss: Client) -> None:
    assert sams.get(reverse("book", args=["nobody"])).status_code == 404
    assert sams.get(reverse("book", args=["sam"])).status_code == 404
    closed = sams.get(reverse("book", args=["tess"]))
    assert closed.status_code == 404
    assert "cannot be booked now" in closed.content.decode()


def test_lessons_by_tab(sams, tesss, sam: User, free: LessonType, lesson, query_budget) -> None:
    row = held(sam, free)
    for days in range(5, 15):
        held(sam, free, hour(days, 12))
    waiting = held(sam, lesson, hour(4, 12))
    with query_budget("lessons page"):
        coming = sams.get(reverse("lessons")).content.decode()
    assert coming.count("Tess teaches you") == 11
    assert str(waiting.pk) in sams.get(reverse("lessons") + "?tab=open").content.decode()
    assert str(row.pk) not in sams.get(reverse("lessons") + "?tab=past").content.decode()
    assert "You teach Sam" in tesss.get(reverse("lessons")).content.decode()
    assert sams.get(reverse("lessons") + "?tab=x").status_code == 404


def test_a_lesson_is_for_its_two(client: Client, otto, sam, free: LessonType) -> None:
    row = held(sam, free)
    client.force_login(otto)
    for name in ("lesson-booking", "lesson-move"):
        assert client.get(reverse(name, args=[row.pk])).status_code == 404
    assert client.post(reverse("lesson-cancel", args=[row.pk])).status_code == 404


def test_cancel_and_move(sams: Client, sam: User, free: LessonType) -> None:
    row = held(sam, free)
    page = sams.get(reverse("lesson-move", args=[row.pk])).content.decode()
    moved = sams.post(reverse("lesson-move", args=[row.pk]), {"start": starts(page)[-1]})
    assert moved["Location"] == reverse("lesson-booking", args=[row.pk])
    shown = sams.get(moved["Location"]).content.decode()
    assert "moved from" in shown
    sams.post(reverse("lesson-cancel", args=[row.pk]), {"reason": "Ill"})
    after = sams.get(moved["Location"]).content.decode()
    assert "Cancelled by the student" in after
    assert "“Ill”" in after
    again = sams.post(reverse("lesson-cancel", args=[row.pk]))
    assert again.status_code == 409


def test_a_request_is_answered(tesss: Client, sam: User, tess: User, free: LessonType) -> None:
    schedules.change(tutor_id=tess.pk, changes={"needs_approval": True})
    row = held(sam, free)
    page = tesss.get(reverse("lesson-booking", args=[row.pk])).content.decode()
    assert "Accept" in page
    tesss.post(reverse("lesson-answer", args=[row.pk]), {"answer": "accept"})
    row.refresh_from_db()
    assert row.state == State.CONFIRMED
    late = tesss.post(reverse("lesson-answer", args=[row.pk]), {"answer": "decline"})
    assert late.status_code == 409


class TestHours:
    def form(self, client: Client, **changes: str) -> dict[str, str]:
        page = client.get(reverse("teach-availability"))
        form = page.context["form"]
        given = {name: form[name].value() for name in form.fields}
        given = {name: "" if value is None else value for name, value in given.items()}
        given = {name: value for name, value in given.items() if value is not False}
        return {**given, **changes}

    def test_written_and_read_back(self, tesss: Client, tess: User) -> None:
        data = self.form(
            tesss,
            day_1="09:00-12:00, 13.30 – 17:00",
            day_5="20:00-24:00",
            dates="2026-12-24 closed\n2026-12-31 10:00-12:00",
            time_zone="Europe/Paris",
        )
        answer = tesss.post(reverse("teach-availability"), data)
        assert answer.status_code == 302, answer.context["form"].errors
        again = self.form(tesss)
        assert again["day_1"] == "09:00-12:00, 13:30-17:00"
        assert again["day_5"] == "20:00-24:00"
        assert again["dates"] == "2026-12-24 closed\n2026-12-31 10:00-12:00"
        assert Schedule.objects.get(tutor=tess).time_zone == "Europe/Paris"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"day_1": "mornings"},
            {"day_1": "09:00-12:00, 11:00-13:00"},
            {"day_1": "25:00-26:00"},
            {"dates": "Christmas closed"},
            {"dates": "2026-12-24 morning"},
            {"dates": "2026-12-24\n2026-12-24"},
            {"horizon_days": "0"},
            {"time_zone": "Mars"},
        ],
    )
    def test_what_cannot_be_is_said(self, tesss: Client, wrong: dict[str, str]) -> None:
        before = self.form(tesss)
        answer = tesss.post(reverse("teach-availability"), {**before, **wrong})
        assert answer.status_code == 422
        assert self.form(tesss) == before

    def test_an_edit_on_an_older_version(self, tesss: Client) -> None:
        data = self.form(tesss, day_2="09:00-10:00")
        assert tesss.post(reverse("teach-availability"), data).status_code == 302
        late = tesss.post(reverse("teach-availability"), {**data, "day_2": "11:00-12:00"})
        assert late.status_code == 422
        assert self.form(tesss)["day_2"] == "09:00-10:00"

    def test_offers(self, tesss: Client, tess: User) -> None:
        self.form(tesss)
        data = {"title": "Maths", "minutes": "45", "amount": "25.00", "currency": "EUR"}
        assert tesss.post(reverse("teach-offer"), data).status_code == 302
        (kind,) = LessonType.objects.filter(tutor=tess)
        assert (kind.minutes, kind.price_minor) == (45, 2500)
        bad = tesss.post(reverse("teach-offer"), {**data, "amount": "-1"})
        assert bad.status_code == 422
        tesss.post(reverse("teach-withdraw", args=[kind.pk]))
        kind.refresh_from_db()
        assert not kind.is_offered

    def test_students_have_no_hours(self, sams: Client) -> None:
        assert sams.get(reverse("teach-availability")).status_code == 404


def test_letting_a_hold_go(sams: Client, sam: User, otto: User, lesson: LessonType) -> None:
    row = held(sam, lesson)
    sams.post(reverse("lesson-cancel", args=[row.pk]))
    assert held(otto, lesson).state == State.HELD
    assert holding.sweep() == 0
