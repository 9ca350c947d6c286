"""The shell's own pages: the shelf, today, and what an operator's probes see."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from booking.models import Booking
from courses.models import Course, Enrollment
from courses.services import learning
from tests import cast
from tests.courses.conftest import course, lesson, place, publish  # noqa: F401  fixtures
from tests.video.conftest import lesson as one_to_one

pytestmark = pytest.mark.django_db


def test_the_front_page_shows_the_shelf(client, course: Course) -> None:  # noqa: F811
    text = client.get("/").content.decode()
    assert course.title in text
    assert f"/courses/{course.slug}/" in text


def test_the_front_page_shows_who_teaches_one_to_one(client) -> None:
    assert "Somebody to ask" not in client.get("/").content.decode()
    person = cast.tutor("Tilda")
    text = client.get("/").content.decode()
    assert "Somebody to ask" in text
    assert f'href="/tutors/{person.username.lower()}/"' in text


def test_today_leads_on_where_one_stopped(client, place: Enrollment, sam: User) -> None:  # noqa: F811
    learning.complete_lesson(enrollment=place, lesson=lesson(place.course, "hello"))
    client.force_login(sam)
    text = client.get("/today/").content.decode()
    assert "Your next lesson is" in text
    assert "/learn/first-steps/more/" in text
    assert f"/learn/{place.course.slug}/" in text


def test_today_says_how_many_days_in_a_row(client, place: Enrollment, sam: User, drain) -> None:  # noqa: F811
    for days, key in ((1, "hello"), (0, "more")):
        learning.complete_lesson(
            enrollment=place,
            lesson=lesson(place.course, key),
            now=timezone.now() - timedelta(days=days),
        )
    drain()
    client.force_login(sam)
    assert "2 days in a row" in client.get("/today/").content.decode()


def test_today_of_somebody_new_offers_the_shelf(client, course: Course, sam: User) -> None:  # noqa: F811
    client.force_login(sam)
    text = client.get("/today/").content.decode()
    assert "not chosen yet" in text
    assert course.title in text
    assert client.get("/today/").status_code == 200


def test_today_names_who_waits(client, sam: User, tess: User) -> None:
    booked = one_to_one(sam, tess)
    for who, says in ((sam, "Tess teaches you"), (tess, "You teach Sam")):
        client.force_login(who)
        text = client.get("/today/").content.decode()
        assert says in text
        assert f"/lessons/{booked.pk}/" in text
        assert f"/join/{booked.pk}/" not in text
    now = timezone.now()
    end = now + timedelta(minutes=30)
    Booking.objects.filter(pk=booked.pk).update(
        starts_at=now, ends_at=end, blocked_from=now, blocked_until=end
    )
    assert f"/join/{booked.pk}/" in client.get("/today/").content.decode()
    assert "It has begun" in client.get("/today/").content.decode()
    Booking.objects.filter(pk=booked.pk).update(state=Booking.State.CANCELLED_BY_STUDENT)
    assert "You teach Sam" not in client.get("/today/").content.decode()


def test_today_is_for_those_who_signed_in(client) -> None:
    assert client.get("/today/")["Location"].startswith("/account/login/")


def test_probes(client, settings) -> None:
    assert client.get("/healthz/").content == b"ok"
    ready = client.get("/readyz/")
    assert (ready.status_code, ready.json()["database"]) == (200, "ok")
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    away = client.get("/readyz/")
    assert (away.status_code, away.json()["redis"]) == (503, "unreachable")
    assert client.get("/healthz/").status_code == 200


def test_flat(client, place: Enrollment, sam: User, query_budget) -> None:  # noqa: F811
    client.force_login(sam)
    with query_budget("today"):
        client.get("/today/")
    client.logout()
    with query_budget("landing"):
        client.get("/")


def test_whoever_does_not_teach_yet_is_led_to_it_and_not_to_closed_doors(client, sam: User) -> None:
    client.force_login(sam)
    text = client.get("/teach/").content.decode()
    closed = ("/teach/courses/", "/teach/ai/", "/teach/earnings/")
    assert [door for door in closed if f'href="{door}"' in text] == []
    assert 'href="/teach/profile/"' in text
    client.force_login(cast.tutor("Tilda"))
    text = client.get("/teach/").content.decode()
    assert [door for door in closed if f'href="{door}"' not in text] == []


def test_an_address_of_a_form_opened_as_a_page_says_so(client, sam: User) -> None:
    """Whoever had to log in first comes back to it with a GET."""
    client.force_login(sam)
    answer = client.get("/teach/session-types/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "Nothing was changed" in answer.content.decode()
    assert client.get("/api/v1/auth/login/").headers["Content-Type"].startswith("application/")


@pytest.mark.parametrize("address", ["/verify/%00/", "/courses/a%00b/", "/tutors/%00/"])
def test_an_address_with_a_nul_leads_nowhere(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404
    answer = client.get("/api/v1/certificates/verify/%00/")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
