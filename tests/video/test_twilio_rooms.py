"""A room at Twilio: its token, its callbacks, recordings that everybody agreed to."""

from urllib.parse import urlencode
from uuid import UUID

import jwt
import pytest
from django.test import Client
from django.utils import timezone

from sandbox.twilio.callbacks import outgoing, signed
from sandbox.twilio.state import memory
from tests.payments.billing import bare_subscription
from tests.sandbox_server import Sandbox
from tests.video.conftest import come, opened
from tests.waiting import until
from tutorme.core.models import InboxMessage, OutboxEvent
from video.gateways.base import Track
from video.models import CallEvent, Recording, Room
from video.services import callbacks, membership

pytestmark = pytest.mark.django_db(transaction=True)
HOOK = "/api/v1/video/webhooks/twilio/"


@pytest.fixture
def room(sandbox: Sandbox, tess, sam) -> Room:
    return opened(tess, sam, provider="twilio", capacity=50)


def token(api, who, room: Room):
    return api(who).post(f"/api/v1/video/rooms/{room.pk}/token/", {}, format="json")


def post(form: dict[str, str], signature: str):
    return Client().post(
        HOOK,
        urlencode(form),
        content_type="application/x-www-form-urlencoded",
        headers={"X-Twilio-Signature": signature},
    )


class Twilio:
    """What Twilio does by itself, and its messages brought to our door."""

    def __init__(self, sandbox: Sandbox, room: Room) -> None:
        room.refresh_from_db()
        self.sandbox, self.sid = sandbox, room.provider_room
        self.brought = 0

    def happens(self, what: str, **more: str) -> dict[str, str]:
        body = {"room": self.sid, "what": what, **more}
        return self.sandbox.http.post(f"{self.sandbox.url}/twilio/_happens", json=body).json()

    def bring(self, *, times: int = 1) -> list[int]:
        until(lambda: not any(each.outcome == "waiting" for each in outgoing.sent), within_s=20)
        fresh, self.brought = outgoing.sent[self.brought :], len(outgoing.sent)
        sent = [each for each in fresh if "dropped" not in each.outcome] * times
        return [post(each.form, each.signature).status_code for each in sent]


@pytest.fixture
def at_twilio(api, room, tess, sandbox) -> Twilio:
    assert token(api, tess, room).status_code == 200
    return Twilio(sandbox, room)


def member(room: Room, who) -> str:
    return str(room.members.get(user=who).pk)


def test_the_token_is_the_members_own(api, room, sam) -> None:
    given = token(api, sam, room).json()
    claims = jwt.decode(given["token"], options={"verify_signature": False})
    assert claims["grants"] == {
        "identity": member(room, sam),
        "video": {"room": f"{room.pk}-1"},
    }
    assert UUID(given["identity"]) == room.members.get(user=sam).pk
    assert claims["exp"] <= room.closes_at.timestamp() + 5
    assert memory.find(f"{room.pk}-1") is not None


@pytest.mark.parametrize("kind", ["500-before", "hang", "reset", "garbled"])
def test_when_twilio_is_down_it_is_said(api, room, sam, sandbox, kind: str) -> None:
    sandbox.fault("create-room", kind, provider="twilio", times=9)
    answer = token(api, sam, room)
    assert (answer.status_code, answer.json()["code"]) == (503, "provider-unavailable")


def test_without_keys_it_is_off(api, room, sam, settings) -> None:
    settings.TWILIO = {**settings.TWILIO, "api_key": ""}
    assert token(api, sam, room).json()["code"] == "provider-not-configured"


def test_taking_over_ends_the_call_there(api, room, sam, at_twilio, drain) -> None:
    come(sam, room)
    path = f"/api/v1/video/rooms/{room.pk}/takeover/"
    for _ in range(2):
        assert api(sam).post(path).json()["provider"] == "builtin"
    drain()
    assert memory.rooms[at_twilio.sid].status == "completed"
    given = token(api, sam, room).json()
    assert (given["provider"], given["epoch"]) == ("builtin", 2)


def test_messages_become_statistics_once(api, room, tess, sam, at_twilio, drain) -> None:
    at_twilio.happens("participant-connected", identity=member(room, sam))
    at_twilio.happens("participant-disconnected", identity=member(room, sam))
    at_twilio.happens("room-ended")
    assert set(at_twilio.bring(times=3)) == {204}
    drain()
    assert CallEvent.objects.count() == 4
    path = f"/api/v1/video/rooms/{room.pk}/statistics/"
    told = api(tess).get(path).json()
    assert told["provider_events"] == {
        "participant-connected": 1,
        "participant-disconnected": 1,
        "room-created": 1,
        "room-ended": 1,
    }
    assert told["provider_seconds"] is not None
    assert api(sam).get(path).status_code == 403
    assert CallEvent.objects.filter(member__user=sam).count() == 2


@pytest.mark.parametrize("kind", ["duplicate", "hold", "reorder", "corrupt-signature", "drop"])
def test_messages_by_every_way(room, sam, sandbox, at_twilio, drain, kind: str) -> None:
    at_twilio.bring()
    sandbox.fault("callback", kind, provider="twilio")
    at_twilio.happens("participant-connected", identity=member(room, sam))
    at_twilio.happens("participant-disconnected", identity=member(room, sam))
    at_twilio.happens("", release="yes")
    at_twilio.bring()
    drain()
    kinds = sorted(CallEvent.objects.filter(member__user=sam).values_list("kind", flat=True))
    lost = ["participant-connected"] if kind in {"corrupt-signature", "drop"} else []
    wanted = ["participant-connected", "participant-disconnected"]
    assert kinds == [each for each in wanted if each not in lost]


def test_who_is_put_out_leaves_the_call_at_twilio_too(room, tess, sam, at_twilio, drain) -> None:
    """Their token is good there until the room closes: who comes again by it is put out again."""
    room.refresh_from_db()
    for who in (tess, sam):
        at_twilio.happens("participant-connected", identity=member(room, who))
    gone = room.members.get(user=sam)
    membership.remove(host=tess, room_id=room.pk, member_id=gone.pk)
    drain()
    assert in_the_call(at_twilio) == [member(room, tess)]
    at_twilio.happens("participant-connected", identity=str(gone.pk))
    at_twilio.bring()
    drain()
    assert in_the_call(at_twilio) == [member(room, tess)]


def in_the_call(at_twilio: Twilio) -> list[str]:
    return [each.identity for each in memory.rooms[at_twilio.sid].here]


FORM = {"AccountSid": "AC00000000000000000000000000000000", "StatusCallbackEvent": "room-created"}


@pytest.mark.parametrize("case", ["unsigned", "changed", "other account", "other url", "no secret"])
def test_what_is_not_twilios_changes_nothing(sandbox, settings, case: str) -> None:
    form, url = dict(FORM), settings.TWILIO["callback_url"]
    signature = signed(url, form)
    if case == "unsigned":
        signature = ""
    elif case == "changed":
        form["RoomName"] = "x"
    elif case == "other account":
        form["AccountSid"] = "AC1"
        signature = signed(url, form)
    elif case == "other url":
        signature = signed(url.replace("http:", "https:"), form)
    else:
        settings.TWILIO = {**settings.TWILIO, "auth_token": ""}
        signature = signed(url, form, "")
    answer = post(form, signature)
    assert (answer.status_code, answer.json()["code"]) == (403, "callback-refused")
    assert not InboxMessage.objects.exists()


def test_a_large_or_unreadable_message(sandbox) -> None:
    assert post({"a": "b" * 70_000}, "x").status_code == 413
    odd = Client().post(HOOK, b"\xff\xfe=1", content_type="application/x-www-form-urlencoded")
    assert odd.status_code == 403


def record(api, who, room: Room, **said: bool):
    return api(who).post(f"/api/v1/video/rooms/{room.pk}/recording/", said, format="json")


@pytest.fixture
def entitled(tess) -> None:
    bare_subscription(tess)


def test_nothing_is_recorded_before_both_agree(
    api, room, tess, sam, entitled, at_twilio, drain
) -> None:
    def rules() -> list:
        drain()
        return [row["type"] for row in memory.rooms[at_twilio.sid].rules]

    assert record(api, sam, room, record=True).status_code == 403
    assert record(api, tess, room, record=True).json()["recording"] == "asked"
    assert "include" not in rules()
    assert record(api, sam, room, consent=True).json()["recording"] == "on"
    assert rules() == ["include"]
    assert record(api, sam, room, consent=False).json()["recording"] == "asked"
    assert rules() == ["exclude"]
    record(api, sam, room, consent=True)
    assert rules() == ["include"]
    assert record(api, tess, room, record=False).json()["recording"] == "off"
    assert rules() == ["exclude"]


def test_somebody_new_stops_the_recording(api, room, tess, sam, otto, ada, entitled) -> None:
    record(api, tess, room, record=True)
    assert record(api, sam, room, consent=True).json()["recording"] == "on"
    body = {"user": str(otto.pk)}
    added = api(ada).post(f"/api/v1/video/rooms/{room.pk}/members/", body, format="json")
    assert added.status_code == 201
    assert added.json()["recording"] == "asked"


def test_recordings_need_a_plan_and_a_provider(api, room, tess, sam) -> None:
    answer = record(api, tess, room, record=True)
    assert (answer.status_code, answer.json()["code"]) == (402, "recording-not-included")
    Room.objects.filter(pk=room.pk).update(provider="builtin")
    assert record(api, tess, room, record=True).json()["code"] == "recording-not-offered"


def test_a_recording_from_its_start_to_its_end(
    api, room, tess, sam, otto, at_twilio, drain
) -> None:
    at_twilio.happens("participant-connected", identity=member(room, sam))
    made = at_twilio.happens("recording-started", identity=member(room, sam))["recording"]
    at_twilio.bring()
    drain()
    assert Recording.objects.get().state == "started"
    at_twilio.happens("recording-completed", recording=made)
    at_twilio.bring(times=2)
    drain()
    row = Recording.objects.get()
    assert (row.state, row.seconds) == ("completed", 61)
    assert str(row.member_id) == member(room, sam)
    assert OutboxEvent.objects.filter(name="recording.finished").count() == 1
    path = f"/api/v1/video/rooms/{room.pk}/recordings/"
    assert [each["seconds"] for each in api(sam).get(path).json()] == [61]
    assert api(otto).get(path).status_code == 404
    assert api(sam).delete(f"{path}{row.pk}/").status_code == 403
    assert api(tess).delete(f"{path}{row.pk}/").status_code == 204
    drain()
    assert memory.recordings == {}
    row.refresh_from_db()
    assert row.state == "deleted"


def test_a_recording_goes_forward_only(room, tess) -> None:
    """What was asked of Twilio before it was done may be written after."""
    host, at = room.members.get(user=tess), timezone.now()
    row = None
    for status in ("processing", "completed", "processing", "deleted", "completed", "failed"):
        track = Track("RT1", status, "audio", 61, 1000)
        row = callbacks.keep_recording(room, track, member=host, at=at)
    assert row is not None
    assert row.state == "deleted"
    assert OutboxEvent.objects.filter(name="recording.finished").count() == 1
