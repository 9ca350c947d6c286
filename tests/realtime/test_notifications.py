"""Being told, as the API and the page show it."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from accounts.events import UserRegistered
from realtime.announcements import Told
from realtime.models import Notification
from realtime.queries import unread_count
from realtime.services import notifications
from tests.accounts.mailed import signed_up
from tutorme.core import outbox

pytestmark = pytest.mark.django_db
LIST = "/api/v1/notifications/"


def test_registering_welcomes_in_the_page_and_by_mail_once(api, sandbox, drain) -> None:
    body = {"email": "new@example.test", "password": "a quiet long day", "display_name": "New"}
    made = signed_up(api(), body)  # type: ignore[arg-type]
    assert made.status_code == 201, made.content
    drain()
    client = api()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made.json()['access']}")
    (told,) = client.get(LIST).json()["results"]
    assert (told["kind"], told["title"]) == ("welcome", "Welcome to TutorMe")
    # The code was used before its mail went out, and a dead code is not sent.
    assert [mail["subject"] for mail in sandbox.mails("new@example.test")] == ["Welcome to TutorMe"]


def test_an_event_repeated_is_told_once(sam, sandbox, drain) -> None:
    outbox.record(UserRegistered(sam.pk))
    outbox.record(UserRegistered(sam.pk))
    drain()
    assert Notification.objects.filter(user=sam).count() == 1
    assert len(sandbox.mails(sam.email)) == 1


def test_a_repeated_registration_is_told_to_the_owner_alone_and_once_an_hour(
    api, sam, sandbox, drain
) -> None:
    body = {"email": sam.email, "password": "a quiet long day", "display_name": "Mallory"}
    for _ in range(3):
        api().post("/api/v1/auth/register/", body, format="json")
    drain()
    (mail,) = sandbox.mails(sam.email)
    assert mail["subject"] == "You already have an account"
    assert "Mallory" not in mail["text"] + mail["html"]
    assert not Notification.objects.exists()


def test_the_list_is_newest_first_in_cursor_pages(api, sam, tell, query_budget) -> None:
    for _ in range(25):
        tell(sam)
    client = api(sam)
    with query_budget("notifications.list"):
        first = client.get(LIST).json()
    second = client.get(first["next"]).json()
    seqs = [row["seq"] for row in first["results"] + second["results"]]
    assert seqs == list(range(25, 0, -1))
    assert second["next"] is None


def test_words_are_in_the_readers_language(api, sam, tell) -> None:
    tell(sam)
    sam.locale = "ar"
    sam.save(update_fields=["locale"])
    assert api(sam).get(LIST).json()["results"][0]["title"]


def test_reading_one_and_all(api, sam, tell, query_budget) -> None:
    for _ in range(3):
        tell(sam)
    client = api(sam)
    with query_budget("notifications.unread_count"):
        assert client.get(f"{LIST}unread-count/").json() == {"unread": 3}
    first = Notification.objects.filter(user=sam).latest("seq")
    for _ in range(2):
        assert client.post(f"{LIST}{first.pk}/read/").status_code == 204
    read_at = Notification.objects.get(pk=first.pk).read_at
    assert unread_count(sam.pk) == 2
    assert client.post(f"{LIST}read-all/").json() == {"read": 2}
    assert client.post(f"{LIST}read-all/").json() == {"read": 0}
    assert Notification.objects.get(pk=first.pk).read_at == read_at


def test_another_persons_notifications_do_not_exist(api, sam, otto, ada, tell) -> None:
    tell(sam)
    its = Notification.objects.get(user=sam)
    for other in (otto, ada):
        assert api(other).get(LIST).json()["results"] == []
        assert api(other).post(f"{LIST}{its.pk}/read/").status_code == 404
    assert api(sam).post(f"{LIST}{uuid4()}/read/").status_code == 404
    assert unread_count(sam.pk) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", LIST),
        ("get", f"{LIST}unread-count/"),
        ("post", f"{LIST}read-all/"),
        ("get", "/api/v1/realtime/stream/"),
    ],
)
def test_visitors_are_asked_to_sign_in(api, method, path) -> None:
    answer = getattr(api(), method)(path)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"


def test_a_kind_that_was_retired_still_lists(api, sam, tell) -> None:
    tell(sam)
    Notification.objects.update(kind="gone")
    assert api(sam).get(LIST).json()["results"][0]["title"] == ""


@pytest.fixture
def browser(client: Client, sam) -> Client:
    client.force_login(sam)
    return client


def test_the_page_lists_opens_and_reads_without_a_script(
    browser, sam, tell: Callable[..., str], query_budget
) -> None:
    tell(sam)
    tell(sam)
    with query_budget("notifications.page"):
        page = browser.get("/notifications/")
    assert page.status_code == 200
    assert page.content.decode().count("Welcome to TutorMe") >= 2
    one = Notification.objects.filter(user=sam).latest("seq")
    opened = browser.post(f"/notifications/{one.pk}/read/", {"open": "1"})
    assert opened["Location"] == "/settings/profile/"
    assert unread_count(sam.pk) == 1
    assert browser.post("/notifications/read-all/")["Location"] == "/notifications/"
    assert unread_count(sam.pk) == 0
    assert browser.get("/notifications/read-all/").status_code == 405


def test_the_page_goes_on_past_its_end(browser, sam, tell) -> None:
    for _ in range(30):
        tell(sam)
    first = browser.get("/notifications/").content.decode()
    assert "?before=6" in first
    assert browser.get("/notifications/?before=6").status_code == 200
    assert browser.get("/notifications/?before=x").status_code == 200


def test_the_page_cannot_read_for_another(browser, otto, tell) -> None:
    tell(otto)
    its = Notification.objects.get(user=otto)
    assert browser.post(f"/notifications/{its.pk}/read/").status_code == 404


def test_an_empty_page_says_what_will_be_here(browser) -> None:
    assert "Nothing here yet" in browser.get("/notifications/").content.decode()


def test_a_fact_that_an_older_row_does_not_have_leaves_a_gap(api, sam, tell) -> None:
    tell(sam)
    notifications.notify("enrolled", Told(sam.pk, "from before", {}, "/learn/"))
    titles = [row["title"] for row in api(sam).get(LIST).json()["results"]]
    assert titles == ["You are enrolled in …", "Welcome to TutorMe"]
    page = Client()
    page.force_login(sam)
    assert page.get("/notifications/").status_code == 200
