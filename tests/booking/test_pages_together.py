"""Series, groups, waiting, other times, disputes and reviews, by forms alone."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from booking.models import (
    Booking,
    GroupSession,
    LessonDispute,
    LessonReview,
    LessonType,
    MoveProposal,
    Series,
    WaitlistEntry,
)
from booking.services import groups, offers, outcomes, presence
from booking.views import clock_changes
from tests.booking.conftest import held, hour
from tests.booking.test_together import rich
from tutorme.core.money import Money

State = Booking.State


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def sams(sam: User) -> Client:
    return client_of(sam)


@pytest.fixture
def tesss(tess: User) -> Client:
    return client_of(tess)


def read(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_series_is_looked_at_and_booked(sams: Client, otto: User, free: LessonType) -> None:
    held(otto, free, hour(10, 10))
    address = reverse("book-weekly", args=["tess", free.pk])
    start = hour(3, 10).isoformat()
    looked = sams.get(address, {"start": start, "lessons": "3"}).content.decode()
    assert looked.count("Somebody else has it") == 1
    given = {"start": start, "lessons": "3", "every_weeks": "1", "clock": "Africa/Lagos"}
    refused = sams.post(address, given)
    assert refused.status_code == 422
    assert not Series.objects.exists()
    done = sams.post(address, {**given, "skipping": "on"})
    assert done["Location"] == reverse("lessons")
    assert Series.objects.get().lessons == 2
    assert sams.get(address).status_code == 200
    assert sams.get(address, {"start": "soon"}).status_code == 200
    assert sams.post(address, {**given, "clock": "Mars/Base"}).status_code == 422


def test_a_paid_series_leads_to_the_checkout(sams: Client, lesson: LessonType) -> None:
    given = {"start": hour(3, 10).isoformat(), "lessons": "2", "every_weeks": "1"}
    address = reverse("book-weekly", args=["tess", lesson.pk])
    done = sams.post(address, {**given, "clock": "UTC"})
    row = Series.objects.get()
    assert done["Location"] == reverse("payments-checkout", args=["series", row.pk])
    assert "60.00" in sams.get(done["Location"]).content.decode()
    page = read(sams, "lesson-booking", row.bookings.first().pk)  # type: ignore[union-attr]
    assert reverse("payments-checkout", args=["series", row.pk]) in page


def test_credit_pays_on_the_page(sams: Client, sam: User, ada: User, lesson) -> None:
    rich(sam, ada, 3000)
    assert "Your credit" in read(sams, "book", "tess")
    data = {"kind": str(lesson.pk), "start": hour(3, 10).isoformat(), "pay": "credit"}
    done = sams.post(reverse("book", args=["tess"]), data)
    row = Booking.objects.get()
    assert row.state == State.CONFIRMED
    assert done["Location"] == reverse("lesson-booking", args=[row.pk])
    odd = sams.post(reverse("book", args=["tess"]), {**data, "pay": "shells"})
    assert odd.status_code == 422


def test_groups_from_both_sides(sams: Client, tesss: Client, otto, orla, tess, diary) -> None:
    kind = offers.offer(
        tutor_id=tess.pk, title="Choir", minutes=60, price=Money(0, "EUR"), capacity=2
    )
    here = timezone.localtime(hour(3, 18), diary_zone(tess))
    data = {"kind": str(kind.pk), "start": f"{here:%Y-%m-%dT%H:%M}"}
    assert tesss.post(reverse("teach-group-open"), data).status_code == 302
    again = tesss.post(reverse("teach-group-open"), data)
    assert again.status_code == 422
    row = GroupSession.objects.get()
    assert "2 seats left" in read(sams, "book", "tess")
    sams.post(reverse("group-join", args=[row.pk]))
    groups.join(student=otto, group_id=row.pk)
    assert "every seat is taken" in read(client_of(orla), "book", "tess")
    client_of(orla).post(reverse("group-wait", args=[row.pk]))
    assert WaitlistEntry.objects.get().student == orla
    assert "Choir" in read(client_of(orla), "lessons-waiting")
    assert (
        "2 of 2 seats"
        in tesss.get(reverse("teach-calendar"), {"week": f"{here:%Y-%m-%d}"}).content.decode()
    )
    tesss.post(reverse("teach-group-cancel", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == "cancelled"


def diary_zone(user: User) -> ZoneInfo:
    return ZoneInfo(user.time_zone)


def test_waiting_and_taking_what_became_free(
    sams: Client, sam: User, otto: User, free: LessonType, tess, drain
) -> None:
    day = hour(3, 0)
    rows = [held(otto, free, day + timedelta(hours=at)) for at in range(8, 20)]
    given = {"kind": str(free.pk), "first": f"{day:%Y-%m-%d}", "last": f"{day:%Y-%m-%d}"}
    free_day = {**given, "last": f"{day + timedelta(days=3):%Y-%m-%d}"}
    assert "Book it" not in read(sams, "lessons-waiting")
    sams.post(reverse("book-wait", args=["tess"]), free_day)
    assert not WaitlistEntry.objects.exists()
    sams.post(reverse("book-wait", args=["tess"]), given)
    entry = WaitlistEntry.objects.get()
    from_booking = rows[2]
    client_of(otto).post(reverse("lesson-cancel", args=[from_booking.pk]))
    drain()
    entry.refresh_from_db()
    assert "held for you" in read(sams, "lessons-waiting")
    sams.post(reverse("lesson-take-up", args=[entry.booking_id]))
    entry.booking.refresh_from_db()  # type: ignore[union-attr]
    assert entry.booking.state == State.CONFIRMED  # type: ignore[union-attr]


def test_asking_for_another_time(sams: Client, tesss: Client, sam, tess, ada, lesson) -> None:
    rich(sam, ada, 3000)
    data = {"kind": str(lesson.pk), "start": hour(3, 10).isoformat(), "pay": "credit"}
    sams.post(reverse("book", args=["tess"]), data)
    row = Booking.objects.get()
    here = timezone.localtime(hour(4, 21), diary_zone(tess))
    tesss.post(reverse("lesson-propose", args=[row.pk]), {"start": f"{here:%Y-%m-%dT%H:%M}"})
    made = MoveProposal.objects.get()
    assert "Move it there" in read(sams, "lesson-booking", row.pk)
    assert "Take it back" in read(tesss, "lesson-booking", row.pk)
    sams.post(reverse("proposal-answer", args=[made.pk]), {"answer": "accept"})
    row.refresh_from_db()
    assert row.starts_at == hour(4, 21)
    wrong = tesss.post(reverse("lesson-propose", args=[row.pk]), {"start": "later"})
    assert wrong.status_code == 422


def test_review_reply_report_dispute(
    sams: Client, tesss: Client, sam: User, tess: User, otto: User, free: LessonType
) -> None:
    row = held(sam, free)
    early = sams.post(reverse("lesson-review", args=[row.pk]), {"stars": "5"})
    assert early.status_code == 409
    for who in (sam, tess):
        presence.record(booking_id=row.pk, user_id=who.pk, at=row.starts_at)
    outcomes.judge_due(now=row.ends_at + timedelta(hours=1))
    sams.post(reverse("lesson-review", args=[row.pk]), {"stars": "4", "text": "Calm."})
    review = LessonReview.objects.get()
    tesss.post(reverse("tutor-review-reply", args=[review.pk]), {"text": "Thank you."})
    client_of(otto).post(reverse("tutor-review-report", args=[review.pk]), {"text": "Odd"})
    for page in (read(Client(), "tutor-reviews", "tess"), read(Client(), "tutor", "tess")):
        assert "Calm." in page
        assert "Thank you." in page
    assert "4.0 of 5" in read(Client(), "tutors")
    assert review.reports.count() == 1
    assert sams.post(reverse("tutor-review-reply", args=[review.pk])).status_code == 404
    sams.post(reverse("lesson-dispute", args=[row.pk]), {"reason": "cut_short", "text": "Short"})
    assert LessonDispute.objects.get().opened_by == sam
    assert "What is looked into" in read(tesss, "lesson-booking", row.pk)
    sams.post(reverse("tutor-review-withdraw", args=[review.pk]))
    assert not LessonReview.objects.exists()


def test_a_strangers_hands(otto: User, sam: User, free: LessonType) -> None:
    row = held(sam, free)
    for name in ("take-up", "propose", "dispute", "review"):
        answer = client_of(otto).post(reverse(f"lesson-{name}", args=[row.pk]))
        assert answer.status_code == 404, name


def test_a_week(tesss: Client, sams: Client, sam: User, free: LessonType, query_budget) -> None:
    row = held(sam, free)
    week = f"{row.starts_at:%Y-%m-%d}"
    with query_budget("tutor's week"):
        page = tesss.get(reverse("teach-calendar"), {"week": week}).content.decode()
    assert "Sam" in page
    assert "08:00" in page
    assert sams.get(reverse("teach-calendar")).status_code == 404
    assert tesss.get(reverse("teach-calendar"), {"week": "x"}).status_code == 200


@pytest.mark.parametrize(
    ("zone", "minutes"),
    [("Europe/Paris", 60), ("Australia/Lord_Howe", 30), ("Asia/Kathmandu", None), ("x", None)],
)
def test_when_clocks_change(zone: str, minutes: int | None) -> None:
    now = hour(0, 0).replace(year=2026, month=2, day=20)
    found = clock_changes.next_one(zone, now=now)
    assert (abs(found.minutes) if found else None) == minutes
