"""What Zoom says of its meetings: believed if signed, kept once, read as evidence of presence."""

import hashlib
import hmac
import json
import time
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import TutorProfile, User
from booking.models import Booking, Meeting, Presence
from booking.services import groups, offers, outcomes, presence
from tests.booking.conftest import held, hour
from tests.sandbox_server import Sandbox
from tutorme.core.models import InboxMessage
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db
SECRET = "sandbox-zoom-webhooks"
PATH = "/api/v1/booking/webhooks/zoom/"
HOST = "a-host"


def sent(said: Any, *, secret: str = SECRET, age_s: int = 0, change: bytes = b"", **more: str):
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    stamp = str(int(time.time()) - age_s)
    whole = b"v0:" + stamp.encode() + b":" + body
    signature = "v0=" + hmac.new(secret.encode(), whole, hashlib.sha256).hexdigest()
    body = body.replace(change, b"?", 1) if change else body
    headers = {"x-zm-request-timestamp": stamp, "x-zm-signature": signature, **more}
    return Client().post(PATH, body, content_type="application/json", headers=headers)


def said_of(row: Booking, event: str, at: int, **who: str) -> dict[str, Any]:
    """`at` is in minutes of the lesson."""
    thing: dict[str, Any] = {"id": Meeting.objects.get(booking=row).reference, "host_id": HOST}
    moment = f"{row.starts_at + timedelta(minutes=at):%Y-%m-%dT%H:%M:%SZ}"
    if event == "ended":
        thing["end_time"] = moment
    else:
        thing["participant"] = {**_who(event, moment), **who}
    ts = int((row.starts_at + timedelta(minutes=at)).timestamp() * 1000)
    return {"event": f"meeting.{event}", "event_ts": ts, "payload": {"object": thing}}


def _who(event: str, moment: str) -> dict[str, str]:
    if "jbh" in event:
        return {"id": "", "user_name": "?"}
    when = "leave_time" if event.endswith("left") else "join_time"
    when = "date_time" if event.endswith("waiting_room") else when
    return {"id": "", "email": "", "user_name": "?", "user_id": "16778240", when: moment}


@pytest.fixture
def lesson(sandbox: Sandbox, tess: User, sam: User, free, drain) -> Booking:
    TutorProfile.objects.filter(pk=tess.pk).update(preferred_video_platform="zoom")
    row = held(sam, free)
    drain()
    return row


def marks(row: Booking, user: User) -> list[tuple[int, bool]]:
    found = sorted(presence.marks(row, user.pk))
    return [(round((at - row.starts_at).total_seconds() / 60), joined) for at, joined in found]


class TestDoor:
    def test_zooms_question_is_answered(self, settings, sandbox) -> None:
        word = {"event": "endpoint.url_validation", "payload": {"plainToken": "word"}}
        answer = sent(word)
        proof = hmac.new(SECRET.encode(), b"word", hashlib.sha256).hexdigest()
        assert answer.status_code == 200
        assert answer.json() == {"plainToken": "word", "encryptedToken": proof}
        assert not InboxMessage.objects.exists()

    def test_whoever_asks_unsigned_gets_nothing_signed(self, sandbox) -> None:
        """Else the answer would be the signature of any message somebody likes."""
        word = {"event": "endpoint.url_validation", "payload": {"plainToken": "v0:1:{}"}}
        assert sent(word, secret="guess").status_code == 403

    @pytest.mark.parametrize(
        "wrong",
        [
            {"change": b"e"},
            {"secret": "guess"},
            {"secret": ""},
            {"age_s": 400},
            {"age_s": -400},
            {"x-zm-signature": ""},
            {"x-zm-signature": "v0=é"},
            {"x-zm-request-timestamp": "soon"},
            {"x-zm-request-timestamp": "9" * 400},
        ],
    )
    def test_what_is_not_believed(self, lesson: Booking, wrong: dict[str, Any]) -> None:
        assert sent(said_of(lesson, "ended", 30), **wrong).status_code == 403
        assert not InboxMessage.objects.exists()

    def test_without_a_secret_nothing_is(self, lesson: Booking, settings) -> None:
        settings.ZOOM = {**settings.ZOOM, "webhook_secret": ""}
        assert sent(said_of(lesson, "ended", 30), secret="").status_code == 403

    @pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"1"])
    def test_signed_nonsense(self, sandbox, body: bytes) -> None:
        assert sent(body).status_code == 403

    def test_too_much_of_it(self, sandbox) -> None:
        assert sent(b" " * 70_000).status_code == 413

    def test_the_stand_in_proves_the_address(self, sandbox: Sandbox, live_server) -> None:
        at = f"{sandbox.url}/zoom/_happens"
        right = sandbox.http.post(at, json={"url": f"{live_server.url}{PATH}"}).json()
        assert right == {"validated": True}
        wrong = sandbox.http.post(at, json={"url": f"{live_server.url}/healthz/"}).json()
        assert wrong == {"validated": False}


class TestEvidence:
    def test_who_came_and_left(self, lesson: Booking, sam, tess, drain) -> None:
        for said in (
            said_of(lesson, "participant_joined", -1, id=HOST),
            said_of(lesson, "participant_joined", 2, email=sam.email.upper()),
            said_of(lesson, "participant_left", 28, email=sam.email),
            said_of(lesson, "participant_left", 29, email=tess.email),
        ):
            assert sent(said).status_code == 204
        drain()
        assert marks(lesson, tess) == [(-1, True), (29, False)]
        assert marks(lesson, sam) == [(2, True), (28, False)]
        outcomes.judge_due(now=lesson.ends_at + timedelta(hours=1))
        lesson.refresh_from_db()
        assert lesson.state == Booking.State.COMPLETED

    def test_said_twice_and_in_any_order(self, lesson: Booking, sam, drain) -> None:
        for said in (
            said_of(lesson, "participant_left", 28, email=sam.email),
            said_of(lesson, "participant_joined", 2, email=sam.email),
        ) * 2:
            assert sent(said).status_code == 204
        drain()
        assert marks(lesson, sam) == [(2, True), (28, False)]
        assert InboxMessage.objects.count() == 2

    def test_a_guest_is_the_student_who_went_through_our_door(self, lesson, sam, drain) -> None:
        sent(said_of(lesson, "participant_joined_waiting_room", 1, user_name="S."))
        drain()
        assert marks(lesson, sam) == []
        with time_machine.travel(lesson.starts_at):
            client = Client()
            client.force_login(sam)
            assert client.post(reverse("join", args=[lesson.pk])).status_code == 303
            sent(said_of(lesson, "participant_left", 20, user_name="S."))
            drain()
        assert marks(lesson, sam) == [(0, True), (20, False)]

    def test_who_waits_for_the_host_to_begin_has_come(self, lesson, sam, tess, drain) -> None:
        """Zoom says a name and no time: our door knows who it is, the message when it was."""
        with time_machine.travel(lesson.starts_at - timedelta(minutes=2)):
            client = Client()
            client.force_login(sam)
            client.post(reverse("join", args=[lesson.pk]))
            sent(said_of(lesson, "participant_jbh_waiting", -1))
            sent(said_of(lesson, "participant_jbh_waiting_left", 40))
            drain()
        assert marks(lesson, sam) == [(-2, True), (-1, True), (40, False)]
        outcomes.judge_due(now=lesson.starts_at + timedelta(minutes=18))
        lesson.refresh_from_db()
        assert lesson.state == Booking.State.NO_SHOW_TUTOR

    def test_a_host_is_known_by_the_number_of_their_account(self, lesson, tess, drain) -> None:
        sent(said_of(lesson, "participant_joined", 0, id="x", participant_user_id=HOST))
        drain()
        assert marks(lesson, tess) == [(0, True)]

    def test_where_zoom_says_nothing_nobody_was_away(self, lesson, sam, drain) -> None:
        """Its messages may not be set up at all: silence is no evidence."""
        presence.record(booking_id=lesson.pk, user_id=sam.pk, at=lesson.starts_at)
        outcomes.judge_due(now=lesson.starts_at + timedelta(minutes=18))
        lesson.refresh_from_db()
        assert lesson.state == Booking.State.IN_PROGRESS
        outcomes.judge_due(now=lesson.ends_at + timedelta(hours=1))
        lesson.refresh_from_db()
        assert (lesson.state, lesson.dispute.reason) == (Booking.State.DISPUTED, "one_seen")

    def test_its_end_is_everybodys_leaving(self, lesson: Booking, sam, tess, drain) -> None:
        """So that a tutor who only opened the door is not there for ever."""
        presence.record(booking_id=lesson.pk, user_id=tess.pk, at=lesson.starts_at)
        sent(said_of(lesson, "ended", 3))
        drain()
        assert marks(lesson, tess) == [(0, True), (3, False)]
        assert marks(lesson, sam) == []

    def test_who_is_seen_nowhere_was_away(self, lesson: Booking, sam, tess, drain) -> None:
        sent(said_of(lesson, "participant_joined", 0, id=HOST))
        sent(said_of(lesson, "ended", 25))
        drain()
        outcomes.judge_due(now=lesson.ends_at + timedelta(hours=1))
        lesson.refresh_from_db()
        assert lesson.state == Booking.State.NO_SHOW_STUDENT

    def test_each_seat_of_a_class_by_its_address(
        self, sandbox, tess, sam, otto, diary, drain
    ) -> None:
        TutorProfile.objects.filter(pk=tess.pk).update(preferred_video_platform="zoom")
        choir = offers.offer(
            tutor_id=tess.pk, title="Choir", minutes=60, price=Money(0, "EUR"), capacity=4
        )
        evening = groups.open_session(tutor=tess, lesson_type_id=choir.pk, start=hour(3, 18))
        one, two = [groups.join(student=who, group_id=evening.pk) for who in (sam, otto)]
        drain()
        sent(said_of(two, "participant_joined", 0, id=HOST))
        sent(said_of(two, "participant_joined", 1, email=otto.email))
        sent(said_of(two, "participant_joined", 1, user_name="Nobody knows"))
        drain()
        assert marks(one, sam) == []
        assert marks(two, otto) == [(1, True)]
        assert marks(one, tess) == marks(two, tess) == [(0, True)]

    @pytest.mark.parametrize(
        "said",
        [
            {"event": "meeting.participant_joined"},
            {"event": "meeting.participant_joined", "payload": {"object": {"id": 1}}},
            {"event": "meeting.ended", "payload": {"object": []}},
            {"event": "meeting.started", "payload": {}},
            {"event": ["x"], "payload": 1},
        ],
    )
    def test_signed_but_odd_changes_nothing(self, lesson, drain, said: dict[str, Any]) -> None:
        assert sent(said).status_code == 204
        drain()
        assert not Presence.objects.exists()

    def test_of_anothers_meeting(self, lesson: Booking, sam, drain) -> None:
        said = said_of(lesson, "participant_joined", 1, email=sam.email)
        said["payload"]["object"]["id"] = "1"
        sent(said)
        drain()
        assert not Presence.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("kind", "kept", "answer"), [("", 1, 204), ("duplicate", 1, 204), ("corrupt-signature", 0, 403)]
)
def test_told_by_the_stand_in(
    sandbox: Sandbox, live_server, lesson: Booking, sam, drain, kind, kept, answer
) -> None:
    at = f"{sandbox.url}/zoom/_happens"
    sandbox.http.post(at, json={"url": f"{live_server.url}{PATH}"})
    if kind:
        sandbox.fault("webhook", kind, provider="zoom")
    said = {
        "meeting": Meeting.objects.get(booking=lesson).reference,
        "event": "participant_joined",
        "participant": {"email": sam.email},
        "at": f"{lesson.starts_at:%Y-%m-%dT%H:%M:%SZ}",
    }
    assert sandbox.http.post(at, json=said).json() == {"answered": answer}
    drain()
    assert InboxMessage.objects.count() == kept
    assert marks(lesson, sam) == [(0, True)] * kept


# Zoom's own library Rivet, types `Meeting…Event`: of an event's participant, what is always there
# and what may be.
_PERSON = {"id", "participant_uuid", "participant_user_id", "registrant_id", "customer_key"}
_GUEST = _PERSON | {"phone_number"}
SHAPES = {
    "participant_joined": ({"user_id", "user_name", "email", "join_time"}, _GUEST),
    "participant_left": (
        {"user_id", "email", "leave_time"},
        _GUEST | {"user_name", "leave_reason"},
    ),
    "participant_joined_waiting_room": ({"user_id", "email", "date_time"}, _GUEST | {"user_name"}),
    "participant_left_waiting_room": ({"user_id", "email", "date_time"}, _GUEST | {"user_name"}),
    "participant_jbh_waiting": ({"user_name"}, {"id", "customer_key"}),
    "participant_jbh_waiting_left": ({"user_name"}, {"id", "customer_key", "registrant_id"}),
}
_MEETING = {"id", "uuid", "host_id", "topic", "type", "start_time", "duration", "timezone"}


@pytest.mark.django_db(transaction=True)
def test_the_stand_in_speaks_as_zoom_does(sandbox: Sandbox, live_server, lesson: Booking) -> None:
    at = f"{sandbox.url}/zoom/_happens"
    sandbox.http.post(at, json={"url": f"{live_server.url}{PATH}"})
    number = Meeting.objects.get(booking=lesson).reference
    for event, (required, optional) in SHAPES.items():
        said = {"meeting": number, "event": event, "participant": {}, "at": "2026-03-02T10:00:00Z"}
        assert sandbox.http.post(at, json=said).json() == {"answered": 204}
        row = InboxMessage.objects.get(kind=f"meeting.{event}")
        body = json.loads(bytes(row.body))
        assert set(body) == {"event", "event_ts", "payload"}
        assert set(body["payload"]) == {"account_id", "object"}
        assert set(body["payload"]["object"]) == _MEETING | {"participant"}
        who = set(body["payload"]["object"]["participant"])
        assert required <= who <= required | optional, event
    sandbox.http.post(at, json={"meeting": number, "event": "ended", "at": "2026-03-02T11:00:00Z"})
    ended = json.loads(bytes(InboxMessage.objects.get(kind="meeting.ended").body))
    assert set(ended["payload"]["object"]) == _MEETING | {"end_time"}
