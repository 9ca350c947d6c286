"""Who hears what: every channel × every actor, in both forms of listening; and saying."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from booking.models import Booking, LessonType
from courses.models import Course, Enrollment
from realtime.errors import EventRefused
from realtime.models import Channel, ChannelEvent, Presence
from realtime.services import channels, conversations, presence
from realtime.streams import cursors
from tutorme.core.channels import LiveEvent, access, prefixes, publish, vocabulary

pytestmark = pytest.mark.django_db
EVENTS = "/api/v1/realtime/events/"
OFTEN = ("sam", "otto", "tess", "orla", "ada")


@pytest.fixture
def people(sam, otto, tess, orla, ada) -> dict[str, Any]:
    return {"sam": sam, "otto": otto, "tess": tess, "orla": orla, "ada": ada}


@pytest.fixture
def course(sam, tess) -> Course:
    made = Course.objects.create(
        title="Sets", slug="sets", instructor=tess, state="published", difficulty="beginner"
    )
    Enrollment.objects.create(user=sam, course=made)
    return made


@pytest.fixture
def lesson(sam, tess) -> Booking:
    kind = LessonType.objects.create(tutor=tess, title="Hour", price_minor=3000, currency="EUR")
    starts, ends = timezone.now(), timezone.now() + timedelta(hours=1)
    return Booking.objects.create(
        tutor=tess,
        student=sam,
        lesson_type=kind,
        state="confirmed",
        starts_at=starts,
        ends_at=ends,
        blocked_from=starts,
        blocked_until=ends,
        on=starts.date(),
        tutor_zone="UTC",
        price_minor=3000,
        currency="EUR",
        cancellation="flexible",
    )


@pytest.fixture
def open_to(sam, course, lesson) -> dict[str, set[str]]:
    """Sam learns the course Tess teaches and has a lesson with her; nobody else does."""
    talk = conversations.begin(user=sam, other_id=course.instructor_id)
    return {
        f"private-conversation-{talk.pk}": {"sam", "tess"},
        "notifications": set(OFTEN),
        f"private-user-{sam.pk}": {"sam"},
        f"private-course-{course.pk}": {"sam", "tess", "ada"},
        f"private-session-{lesson.pk}": {"sam", "tess", "ada"},
    }


def test_every_channel_and_every_actor(api, people, open_to) -> None:
    tested = {name[:-36] for name in open_to if name != "notifications"}
    assert tested == set(prefixes())
    for name, allowed in open_to.items():
        for who, person in people.items():
            answer = api(person).get(EVENTS, {"channels": name})
            assert answer.status_code == (200 if who in allowed else 403), (name, who)
            assert access(person, name).may_listen == (who in allowed)
            if who not in allowed:
                assert answer.json()["code"] == "channel-refused"
        assert api(None).get(EVENTS, {"channels": name}).status_code == 401


def test_a_cancelled_place_and_a_cancelled_lesson_are_no_members(people, course, lesson) -> None:
    Enrollment.objects.update(state="cancelled")
    Booking.objects.update(state="cancelled_by_student")
    assert not access(people["sam"], f"private-course-{course.pk}").may_listen
    assert not access(people["sam"], f"private-session-{lesson.pk}").may_listen


@pytest.mark.parametrize(
    "name",
    [
        "private-user-",
        "private-user-1",
        "private-user-{sam} ",
        "private-user-{upper}",
        "PRIVATE-USER-{sam}",
        "private-user-{sam}:x",
        "private-session-1:{{}}",
        "private-course-../{sam}",
        "presence-user-{sam}",
        "private-nothing-{sam}",
        "client-{sam}",
        "\x00",
        "x" * 5000,
    ],
)
def test_names_that_are_none_of_ours_are_refused(api, sam, name) -> None:
    name = name.format(sam=sam.pk, upper=str(sam.pk).upper())
    answer = api(sam).get(EVENTS, {"channels": name})
    assert answer.status_code == 403, answer.content


def test_twenty_channels_are_the_most(api, sam) -> None:
    names = ",".join(f"private-user-{uuid4()}" for _ in range(21))
    answer = api(sam).get(EVENTS, {"channels": names})
    assert (answer.status_code, answer.json()["code"]) == (400, "too-many-channels")


def test_polling_catches_up_on_all_channels_by_one_cursor(api, sam, course, tell) -> None:
    client, name = api(sam), f"private-course-{course.pk}"
    tell(sam)
    first = client.get(EVENTS, {"channels": name}).json()
    assert (first["events"], first["more"]) == ([], False)
    tell(sam)
    publish(name, "course-updated", {"course_id": course.pk})
    publish("notifications", "course-updated", {"course_id": course.pk})
    asked = {"channels": name, "after": first["cursor"]}
    second = client.get(EVENTS, asked).json()
    assert [(row["event"], row["seq"]) for row in second["events"]] == [
        ("notification-new", 2),
        ("course-updated", 1),
    ]
    assert second["events"][0]["data"]["title"] == "Welcome to TutorMe"
    assert second["events"][1]["data"] == {"course_id": str(course.pk)}
    assert client.get(EVENTS, asked).json()["events"] == second["events"]
    third = client.get(EVENTS, {"channels": name, "after": second["cursor"]}).json()
    assert third["events"] == []


def test_long_absences_are_read_page_by_page(api, sam) -> None:
    own = f"private-user-{sam.pk}"
    for _ in range(130):
        publish(own, "user-updated", {"user_id": sam.pk})
    first = api(sam).get(EVENTS, {"after": "0"}).json()
    second = api(sam).get(EVENTS, {"after": first["cursor"]}).json()
    assert (len(first["events"]), first["more"]) == (100, True)
    assert (len(second["events"]), second["more"]) == (30, False)


@pytest.mark.parametrize("nonsense", ["x", "-1", "1.5", "9" * 30, "1,,2", "private-user-x"])
def test_a_cursor_that_is_none_of_ours_is_an_error(api, sam, nonsense) -> None:
    assert api(sam).get(EVENTS, {"after": nonsense}).status_code == 400


def test_a_cursor_from_the_future_waits_for_nothing(api, sam) -> None:
    answer = api(sam).get(EVENTS, {"after": "999999"}).json()
    assert (answer["cursor"], answer["events"]) == ("0", [])


def test_what_is_forgotten_is_said_to_be(api, sam) -> None:
    own = f"private-user-{sam.pk}"
    for _ in range(3):
        publish(own, "user-updated", {"user_id": sam.pk})
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE realtime_channelevent SET created_at = now() - interval '3 days' WHERE seq < 3"
        )
    assert channels.purge(older_than=timedelta(days=2)) == 2
    behind = api(sam).get(EVENTS, {"after": "1"}).json()
    assert behind["resync"] == [own]
    assert [row["seq"] for row in behind["events"]] == [3]
    assert api(sam).get(EVENTS, {"after": "2"}).json()["resync"] == []


def test_events_have_the_names_of_the_sources_and_typed_payloads(sam) -> None:
    assert {
        *("user-online", "user-offline", "user-updated"),
        *("session-started", "session-ended", "participant-joined"),
        *("notification-new", "notification-read"),
        *("course-created", "course-updated", "course-published"),
        *("payment-completed", "subscription-activated"),
    } <= set(vocabulary())
    for payload in ({}, {"user_id": 1}, {"user_id": "x"}, {"user_id": sam.pk, "more": 1}):
        with pytest.raises(ValueError):
            publish(f"private-user-{sam.pk}", "user-updated", payload)
    with pytest.raises(KeyError):
        publish(f"private-user-{sam.pk}", "user-invented", {})
    assert not ChannelEvent.objects.exists()


def test_clients_say_only_what_clients_may_say_and_where(api, sam, course) -> None:
    body = {"channel": f"private-course-{course.pk}", "event": "course-updated"}
    body["data"] = {"course_id": str(course.pk)}  # type: ignore[assignment]
    answer = api(sam).post(EVENTS, body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "event-refused")
    with pytest.raises(EventRefused):
        channels.speak(user=sam, channel="notifications", event="nothing", payload={})
    assert not ChannelEvent.objects.exists()


def test_a_roll_back_says_nothing_and_leaves_no_gap(sam) -> None:
    own = f"private-user-{sam.pk}"
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        publish(own, "user-updated", {"user_id": sam.pk})
        raise ZeroDivisionError
    assert publish(own, "user-updated", {"user_id": sam.pk}) == 1
    assert Channel.objects.get(pk=own).last_seq == 1


def test_cursors_are_written_as_they_are_read() -> None:
    cursor = {"own": 3, "private-course-a": 7}
    assert cursors.written(cursor) == "3,private-course-a:7"
    assert cursors.read("3,private-course-a:7", "own") == cursor
    assert cursors.read("nonsense,3", "own") == {"own": 3}


# Presence --------------------------------------------------------------------------------------


def said(channel: str) -> list[str]:
    rows = ChannelEvent.objects.filter(channel=channel).order_by("seq")
    return list(rows.values_list("event", flat=True))


def run_out() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE realtime_presence SET lease_until = now() - interval '1 second'")


def test_who_is_in_a_session_is_known_until_their_lease_ends(api, sam, tess, lesson) -> None:
    name = f"private-session-{lesson.pk}"
    presence.here({(name, sam.pk), (name, tess.pk)})
    presence.here({(name, sam.pk)})
    here = api(sam).get("/api/v1/realtime/presence/", {"channel": name}).json()["people"]
    assert {row["display_name"] for row in here} == {"Sam", "Tess"}
    assert said(name) == ["user-online", "user-online"]
    # Whoever held the connections died: nobody said goodbye.
    run_out()
    presence.here({(name, tess.pk)})
    assert presence.sweep() == 1
    assert said(name)[2:] == ["user-offline"]
    assert ChannelEvent.objects.filter(channel=name).latest("seq").payload == {
        "user_id": str(sam.pk)
    }
    here = api(sam).get("/api/v1/realtime/presence/", {"channel": name}).json()["people"]
    assert [row["display_name"] for row in here] == ["Tess"]


def test_walking_from_page_to_page_is_not_leaving(sam, lesson) -> None:
    name = f"private-session-{lesson.pk}"
    presence.here({(name, sam.pk)})
    run_out()
    presence.here({(name, sam.pk)})
    assert presence.sweep() == 0
    assert said(name) == ["user-online"]


def test_polling_counts_as_being_here(api, sam, lesson) -> None:
    name = f"private-session-{lesson.pk}"
    api(sam).get(EVENTS, {"channels": name})
    assert set(Presence.objects.values_list("channel", "user")) == {
        (name, sam.pk),
        (f"private-user-{sam.pk}", sam.pk),
    }


def test_presence_is_for_those_who_may_listen(api, otto, lesson) -> None:
    name = f"private-session-{lesson.pk}"
    answer = api(otto).get("/api/v1/realtime/presence/", {"channel": name})
    assert (answer.status_code, answer.json()["code"]) == (403, "channel-refused")


def test_somebody_who_is_gone_is_not_renewed(sam, lesson) -> None:
    presence.here({(f"private-user-{uuid4()}", uuid4())})
    assert not Presence.objects.exists()


def test_every_live_event_is_a_frozen_dataclass() -> None:
    for kind in LiveEvent.__subclasses__():
        assert kind.__dataclass_params__.frozen, kind  # type: ignore[attr-defined]
