"""Two people writing to each other: who may, what is read, what is removed."""

import re
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from courses.models import Course, Enrollment
from realtime.models import (
    Block,
    Channel,
    ChannelEvent,
    Conversation,
    Message,
    MessageReport,
    Notification,
    Participant,
)
from realtime.services import conversations, presence
from tests.races.parallel import together
from tutorme.core.channels import access

pytestmark = pytest.mark.django_db
LIST = "/api/v1/conversations/"


@pytest.fixture
def course(sam, tess) -> Course:
    """Sam learns what Tess teaches."""
    made = Course.objects.create(
        title="Sets", slug="sets", instructor=tess, state="published", difficulty="beginner"
    )
    Enrollment.objects.create(user=sam, course=made)
    return made


@pytest.fixture
def talk(course, sam, tess) -> Conversation:
    return conversations.begin(user=sam, other_id=tess.pk)


def begin(client, user) -> Any:
    return client.post(LIST, {"user": str(user.pk)}, format="json")


def write(client, talk_id: Any, body: str = "Hello", **more: Any) -> Any:
    return client.post(f"{LIST}{talk_id}/messages/", {"body": body, **more}, format="json")


# Who may ---------------------------------------------------------------------------------------


def test_a_course_together_opens_a_conversation(api, course, sam, tess, query_budget) -> None:
    made = begin(api(sam), tess)
    assert (made.status_code, made.json()["state"]) == (201, "open")
    assert begin(api(tess), sam).json()["id"] == made.json()["id"]
    assert write(api(sam), made.json()["id"]).status_code == 201
    with query_budget("conversations.list"):
        (row,) = api(tess).get(LIST).json()["results"]
    assert (row["with"]["display_name"], row["unread"], row["excerpt"]) == ("Sam", 1, "Hello")


def test_who_has_nothing_to_do_with_each_other_does_not_exist(api, course, sam, otto, ada) -> None:
    for person in (otto, ada):
        assert begin(api(sam), person).status_code == 404
    assert begin(api(sam), sam).status_code == 404
    answer = api(sam).post(LIST, {"user": str(uuid4())}, format="json")
    assert answer.status_code == 404
    assert not Conversation.objects.exists()


def test_a_lesson_in_the_past_is_enough_and_a_cancelled_place_is_not(
    api, course, sam, tess
) -> None:
    Enrollment.objects.update(state="cancelled")
    assert begin(api(tess), sam).status_code == 404


def test_a_stranger_asks_a_tutor_with_one_message(api, otto, tess, drain) -> None:
    asked = begin(api(otto), tess).json()
    assert asked["state"] == "requested"
    # Until something is written, the tutor sees nothing of it.
    assert api(tess).get(LIST).json()["results"] == []
    assert write(api(otto), asked["id"], "May I?").status_code == 201
    again = write(api(otto), asked["id"], "Hello?")
    assert (again.status_code, again.json()["code"]) == (409, "conversation-closed")
    drain()
    assert Notification.objects.get(user=tess).facts["excerpt"] == "May I?"
    # An answer is a yes.
    assert write(api(tess), asked["id"], "You may.").status_code == 201
    assert write(api(otto), asked["id"], "Thanks").status_code == 201


def test_a_no_stays_a_no_until_they_have_something_together(api, otto, tess, course) -> None:
    talk_id = begin(api(otto), tess).json()["id"]
    url = f"{LIST}{talk_id}/answer/"
    assert api(otto).post(url, {"accept": True}, format="json").status_code == 409
    write(api(otto), talk_id)
    assert api(otto).post(url, {"accept": True}, format="json").status_code == 409
    said = api(tess).post(url, {"accept": False}, format="json")
    assert said.json()["state"] == "declined"
    assert write(api(otto), talk_id).status_code == 409
    Enrollment.objects.create(user=otto, course=course)
    assert write(api(otto), talk_id).status_code == 201
    assert api(otto).get(f"{LIST}{talk_id}/").json()["state"] == "open"


def test_others_have_no_part_in_it(api, talk, sam, otto, ada, orla) -> None:
    write(api(sam), talk.pk)
    message = Message.objects.get()
    for other in (otto, ada, orla):
        client = api(other)
        assert client.get(f"{LIST}{talk.pk}/").status_code == 404
        assert client.get(f"{LIST}{talk.pk}/messages/").status_code == 404
        assert write(client, talk.pk).status_code == 404
        assert client.post(f"{LIST}{talk.pk}/read/", {"seq": 1}, format="json").status_code == 404
        report = client.post(f"/api/v1/messages/{message.pk}/report/", {}, format="json")
        assert report.status_code == 404
        assert not access(other, f"private-conversation-{talk.pk}").may_listen


# Writing and reading ---------------------------------------------------------------------------


def test_ten_messages_are_one_notification_until_they_are_read(api, talk, sam, tess, drain) -> None:
    for number in range(10):
        write(api(sam), talk.pk, f"{number}")
    drain()
    assert Notification.objects.filter(user=tess, kind="message").count() == 1
    api(tess).post(f"{LIST}{talk.pk}/read/", {"seq": 99}, format="json")
    assert Participant.objects.get(user=tess).read_seq == 10
    api(tess).post(f"{LIST}{talk.pk}/read/", {"seq": 2}, format="json")
    assert Participant.objects.get(user=tess).read_seq == 10
    write(api(sam), talk.pk, "eleven")
    drain()
    assert Notification.objects.filter(user=tess, kind="message").count() == 2
    said = list(ChannelEvent.objects.filter(event="message-read").values_list("payload", flat=True))
    assert said == [{"conversation_id": str(talk.pk), "user_id": str(tess.pk), "seq": 10}]


def test_who_read_it_before_we_came_to_it_is_not_told(api, talk, sam, tess, drain) -> None:
    write(api(sam), talk.pk)
    api(tess).post(f"{LIST}{talk.pk}/read/", {"seq": 1}, format="json")
    drain()
    assert not Notification.objects.filter(user=tess, kind="message").exists()


def test_messages_are_newest_first_and_heard_at_once(api, talk, sam, tess, query_budget) -> None:
    for number in range(25):
        write(api(sam), talk.pk, f"{number}")
    client = api(tess)
    with query_budget("messages.list"):
        page = client.get(f"{LIST}{talk.pk}/messages/").json()
    assert [row["seq"] for row in page["results"]] == list(range(25, 5, -1))
    name = f"private-conversation-{talk.pk}"
    heard = client.get("/api/v1/realtime/events/", {"channels": name, "after": f"{name}:24"})
    (event,) = heard.json()["events"]
    assert (event["event"], event["data"]["seq"]) == ("message-new", 25)
    assert "body" not in event["data"]


@pytest.mark.parametrize(
    "body",
    [
        {"body": "   "},
        {},
        {"body": "x" * 5001},
        {"body": "\u202egnikoort"},
        {"body": "a\x00b"},
        {"body": ["x"]},
        {"body": "x", "author_id": str(uuid4())},
        {"body": "x", "files": ["not-an-id"]},
    ],
)
def test_nonsense_is_refused(api, talk, sam, body) -> None:
    answer = api(sam).post(f"{LIST}{talk.pk}/messages/", body, format="json")
    assert answer.status_code == 400
    assert not Message.objects.exists()


def test_files_are_ones_own_and_are_read_by_the_two(api, talk, sam, tess, media) -> None:
    file = SimpleUploadedFile("plan.txt", b"first sets, then maps", content_type="text/plain")
    upload = api(sam).post("/api/v1/uploads/", {"purpose": "message-file", "file": file})
    assert upload.status_code == 201, upload.content
    file_id = upload.json()["id"]
    stolen = write(api(tess), talk.pk, "mine now", files=[file_id])
    assert (stolen.status_code, stolen.json()["code"]) == (422, "upload-refused")
    assert write(api(sam), talk.pk, "", files=[file_id]).status_code == 201
    twice = write(api(sam), talk.pk, "", files=[file_id])
    assert twice.status_code == 422, twice.content
    (row,) = api(tess).get(f"{LIST}{talk.pk}/messages/").json()["results"]
    (shown,) = row["files"]
    read = Client().get(shown["link"])
    assert (read.status_code, read["Content-Disposition"].split(";")[0]) == (200, "attachment")
    assert read.getvalue() == b"first sets, then maps"
    assert Client().get(shown["link"].partition("?")[0]).status_code == 404


def test_only_the_two_say_that_they_write(api, talk, sam, otto) -> None:
    body = {"channel": f"private-conversation-{talk.pk}", "event": "typing"}
    said = api(sam).post("/api/v1/realtime/events/", body, format="json")
    assert said.status_code == 201
    assert ChannelEvent.objects.get().speaker == sam
    refused = api(otto).post("/api/v1/realtime/events/", body, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "channel-refused")
    extra = {**body, "data": {"html": "<script>"}}
    answer = api(sam).post("/api/v1/realtime/events/", extra, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "event-refused")


def test_who_watches_hears_that_the_other_came_and_went(talk, sam, tess) -> None:
    name = f"private-conversation-{talk.pk}"
    presence.here({(f"private-user-{tess.pk}", tess.pk)})
    assert not ChannelEvent.objects.filter(channel=name).exists()
    presence.here({(name, sam.pk)})
    presence.here({(f"private-user-{sam.pk}", sam.pk)})
    presence.end(f"private-user-{tess.pk}", tess.pk, at=timezone.now() + timedelta(minutes=1))
    presence.sweep()
    said = ChannelEvent.objects.filter(channel=name).values_list("event", "payload")
    assert list(said) == [("user-offline", {"user_id": str(tess.pk)})]


# Blocking, reporting ---------------------------------------------------------------------------


def test_a_block_ends_it_for_both_until_it_is_taken_back(api, talk, sam, tess, otto) -> None:
    blocks = "/api/v1/me/blocks/"
    body = {"user": str(sam.pk)}
    assert api(otto).post(blocks, body, format="json").status_code == 404
    for _ in range(2):
        assert api(tess).post(blocks, body, format="json").status_code == 204
    assert [row["display_name"] for row in api(tess).get(blocks).json()["results"]] == ["Sam"]
    for person in (sam, tess):
        answer = write(api(person), talk.pk)
        assert (answer.status_code, answer.json()["code"]) == (403, "conversation-not-possible")
    # Whoever is blocked cannot take it back.
    assert api(sam).delete(f"{blocks}{tess.pk}/").status_code == 204
    assert Block.objects.count() == 1
    assert api(tess).delete(f"{blocks}{sam.pk}/").status_code == 204
    assert write(api(sam), talk.pk).status_code == 201


def test_a_reported_message_is_looked_at_and_removed(
    api, talk, sam, tess, ada, drain, client
) -> None:
    write(api(sam), talk.pk, "Something nasty")
    write(api(sam), talk.pk, "Something private")
    first, _second = Message.objects.order_by("seq")
    url = f"/api/v1/messages/{first.pk}/report/"
    own = api(sam).post(url, {}, format="json")
    assert (own.status_code, own.json()["code"]) == (400, "message-is-yours")
    for _ in range(2):
        assert api(tess).post(url, {"reason": "nasty"}, format="json").status_code == 204
    report = MessageReport.objects.get()
    drain()
    told = Notification.objects.get(user=ada, kind="message-reported")
    client.force_login(ada)
    page = client.get(told.url).content.decode()
    assert "Something nasty" in page
    assert "Something private" not in page
    chosen = {"action": "uphold", "_selected_action": [str(report.pk)]}
    for _ in range(2):
        client.post("/admin/realtime/messagereport/", chosen)
    report.refresh_from_db()
    assert (report.state, report.decided_by) == ("upheld", ada)
    rows = api(tess).get(f"{LIST}{talk.pk}/messages/").json()["results"]
    assert [(row["body"], row["is_removed"]) for row in rows] == [
        ("Something private", False),
        ("", True),
    ]
    assert ChannelEvent.objects.filter(event="message-removed").count() == 1
    assert "nasty" not in api(tess).get(LIST).content.decode()


def test_the_admin_lists_no_conversation(client, ada) -> None:
    client.force_login(ada)
    for name in ("conversation", "message"):
        assert client.get(f"/admin/realtime/{name}/").status_code == 404


# Pages, without a script -----------------------------------------------------------------------


def test_a_conversation_without_a_script(client: Client, otto, tess, media, query_budget) -> None:
    client.force_login(otto)
    begun = client.post(f"/messages/with/{tess.pk}/")
    thread = begun["Location"]
    empty = client.post(thread, {"body": " "})
    assert empty.status_code == 422
    file = SimpleUploadedFile("plan.txt", b"sets", content_type="text/plain")
    assert client.post(thread, {"body": "May I?", "files": [file]})["Location"] == thread
    with query_budget("messages.page"):
        page = client.get(thread).content.decode()
    assert "May I?" in page
    assert "plan.txt" in page
    assert "You asked. You can write on once they answer." in page
    tutor = Client()
    tutor.force_login(tess)
    with query_budget("conversations.page"):
        listed = tutor.get("/messages/").content.decode()
    assert "May I?" in listed
    assert "A question to you" in tutor.get(thread).content.decode()
    assert Participant.objects.get(user=tess).read_seq == 1
    message = Message.objects.get()
    tutor.post(f"{thread}report/{message.pk}/", {"reason": "advertising"})
    assert MessageReport.objects.get().reason == "advertising"
    tutor.post(f"{thread}answer/", {"accept": "1"})
    assert Conversation.objects.get().state == "open"
    tutor.post(f"{thread}block/")
    assert Block.objects.exists()
    refused = client.post(thread, {"body": "Hello?"})
    assert refused.status_code == 422
    tutor.post(f"{thread}block/", {"unblock": "1"})
    assert client.post(thread, {"body": "Hello?"}).status_code == 302


def test_pages_of_a_conversation_join_in_both_directions(client: Client, talk, sam, tess) -> None:
    for number in range(120):
        conversations.send(user=tess, conversation_id=talk.pk, body=f"Line {number}", file_ids=[])
    client.force_login(sam)

    def page(asked: str) -> list[int]:
        body = client.get(f"/messages/{talk.pk}/{asked}", headers={"X-Live": "1"}).content
        return [int(seq) for seq in re.findall(r'id="message-(\d+)"', body.decode())]

    newest = int(Message.objects.latest("seq").seq)
    assert page("") == list(range(newest - 49, newest + 1))
    assert page(f"?before={newest - 49}") == list(range(newest - 99, newest - 49))
    assert page(f"?after={newest - 120}") == list(range(newest - 119, newest - 69))
    assert page(f"?after={newest - 2}") == [newest - 1, newest]
    assert page(f"?after={newest}") == []
    assert page("?after=0") == page("?after=x") == list(range(1, 51))


def test_others_find_no_page(client: Client, talk, otto, sam) -> None:
    client.force_login(otto)
    assert client.get(f"/messages/{talk.pk}/").status_code == 404
    assert client.post(f"/messages/{talk.pk}/", {"body": "x"}).status_code == 404
    assert client.post(f"/messages/{talk.pk}/block/").status_code == 404
    assert client.post(f"/messages/with/{sam.pk}/").status_code == 404


# At once ---------------------------------------------------------------------------------------


def begun_id(one, other) -> Any:
    return conversations.begin(user=one, other_id=other.pk).pk


@pytest.mark.django_db(transaction=True)
def test_two_who_begin_at_once_share_one(course, sam, tess) -> None:
    begun = together(
        [partial(begun_id, one, other) for one, other in ((sam, tess), (tess, sam)) * 4]
    )
    assert len(set(begun)) == 1
    assert Participant.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_messages_at_once_are_numbered_without_a_gap(course, sam, tess) -> None:
    talk_id = conversations.begin(user=sam, other_id=tess.pk).pk
    together(
        [
            partial(conversations.send, user=who, conversation_id=talk_id, body="x")
            for who in (sam, tess) * 6
        ]
    )
    assert list(Message.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 13))
    assert Channel.objects.get(pk=f"private-conversation-{talk_id}").last_seq >= 12


@pytest.mark.django_db(transaction=True)
def test_of_many_requests_at_once_one_message_gets_through(otto, tess) -> None:
    talk_id = conversations.begin(user=otto, other_id=tess.pk).pk
    results = together(
        [lambda: conversations.send(user=otto, conversation_id=talk_id, body="May I?")] * 6
    )
    assert sum(isinstance(each, Message) for each in results) == 1
    assert Message.objects.count() == 1
