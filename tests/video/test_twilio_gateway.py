"""Our client of Twilio Video against its stand-in, held to Twilio's document; and the vectors."""

import json
from typing import Any

import jwt
import pytest

from sandbox.twilio.state import memory
from tests.contracts import CONTRACTS
from tests.sandbox_server import Sandbox
from tutorme.core.gateways import GatewayMisconfigured, GatewayRejected, GatewayUnavailable
from tutorme.core.http import Door
from video.gateways import twilio
from video.gateways.twilio import TwilioCalls
from video.gateways.twilio.transport import Account, Transport

ACCOUNT = Account("AC" + "0" * 32, "SK" + "0" * 32, "s" * 32)


@pytest.fixture
def calls(sandbox: Sandbox) -> TwilioCalls:
    return client(sandbox)


def client(sandbox: Sandbox, *, read_timeout: float = 15, **keys: str) -> TwilioCalls:
    account = Account(**{"sid": ACCOUNT.sid, "key": ACCOUNT.key, "secret": "s" * 32, **keys})
    url = f"{sandbox.url}/twilio"
    door = Door(provider="twilio-test", base_url=url, read_timeout=read_timeout, attempts=2)
    callback = "http://127.0.0.1:1/callback/"
    return TwilioCalls(Transport(url, account, door), account, callback_url=callback)


def test_a_token_names_one_person_one_room_and_a_time(calls: TwilioCalls) -> None:
    token = calls.token(identity="member-1", room="room-1", seconds=3600)
    assert jwt.get_unverified_header(token)["cty"] == "twilio-fpa;v=1"
    claims = jwt.decode(
        token, "s" * 32, algorithms=["HS256"], options={"verify_aud": False, "verify_iat": False}
    )
    assert claims["iss"] == ACCOUNT.key
    assert claims["sub"] == ACCOUNT.sid
    assert claims["grants"] == {"identity": "member-1", "video": {"room": "room-1"}}
    assert 3595 <= claims["exp"] - claims["nbf"] <= 3600 if "nbf" in claims else True


@pytest.mark.parametrize(
    "wish", [{"identity": ""}, {"room": ""}, {"seconds": 0}, {"seconds": -5}], ids=str
)
def test_a_token_without_one_of_them_is_not_made(calls: TwilioCalls, wish: dict) -> None:
    with pytest.raises(ValueError, match="names a person"):
        calls.token(**{"identity": "a", "room": "b", "seconds": 9, **wish})


def test_a_token_lasts_a_day_at_most(calls: TwilioCalls) -> None:
    token = calls.token(identity="a", room="b", seconds=10**6)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert claims["exp"] - claims.get("iat", claims.get("nbf", claims["exp"] - 86400)) <= 86400


def ensure(calls: TwilioCalls, name: str = "room-1") -> str:
    return calls.ensure_room(name, most=4, seconds=3600)


def test_a_room_is_a_group_and_is_made_once(calls: TwilioCalls) -> None:
    sid = ensure(calls)
    assert ensure(calls) == sid
    form = memory.rooms[sid].form
    assert (form["Type"], form["RecordParticipantsOnConnect"]) == ("group", "false")
    calls.end_room(sid)
    calls.end_room(sid)
    assert memory.rooms[sid].status == "completed"
    assert ensure(calls) != sid


def test_rules_participants_and_recordings(calls: TwilioCalls, sandbox: Sandbox) -> None:
    sid = ensure(calls)

    def happens(what: str, **more: str) -> dict[str, Any]:
        body = {"room": sid, "what": what, **more}
        return sandbox.http.post(f"{sandbox.url}/twilio/_happens", json=body).json()

    happens("participant-connected", identity="member-1")
    assert [each.identity for each in calls.attendees(sid)] == ["member-1"]
    calls.record(sid, on=True)
    assert memory.rooms[sid].rules == [{"type": "include", "all": True}]
    made = happens("recording-started", identity="member-1")["recording"]
    assert calls.recording(made).status == "processing"
    happens("recording-completed", recording=made)
    track = calls.recording(made)
    assert (track.status, track.media, track.seconds) == ("completed", "video", 61)
    calls.delete_recording(made)
    calls.delete_recording(made)
    calls.disconnect(sid, calls.attendees(sid)[0].sid)
    assert calls.attendees(sid) == []


@pytest.mark.parametrize("kind", ["500-before", "500-after", "reset", "lost-reply", "429", "hang"])
def test_a_fault_that_passes_makes_one_room(sandbox: Sandbox, kind: str) -> None:
    sandbox.fault("create-room", kind, provider="twilio", seconds=0)
    sid = ensure(client(sandbox, read_timeout=4 if kind == "hang" else 15))
    assert [row.sid for row in memory.rooms.values()] == [sid]


@pytest.mark.parametrize("kind", ["500-before", "reset", "garbled"])
def test_a_fault_that_stays_is_said(calls, sandbox: Sandbox, kind: str) -> None:
    sandbox.fault("create-room", kind, provider="twilio", times=9)
    with pytest.raises(GatewayUnavailable):
        ensure(calls)


def test_a_refusal_is_an_answer(calls: TwilioCalls) -> None:
    with pytest.raises(GatewayRejected) as refused:
        calls.recording("RT" + "0" * 32)
    assert refused.value.code == "20404"


def test_keys_that_are_refused_or_missing(sandbox: Sandbox, settings) -> None:
    with pytest.raises(GatewayMisconfigured):
        ensure(client(sandbox, secret="wrong"))
    settings.TWILIO = {**settings.TWILIO, "api_secret": ""}
    with pytest.raises(GatewayMisconfigured):
        twilio.gateway()


def vectors() -> list[dict[str, Any]]:
    if CONTRACTS is None:
        return []
    file = CONTRACTS / "twilio/x_twilio_signature_vectors.json"
    loaded = json.loads(file.read_text())
    return [{**case, "token": loaded["auth_token"]} for case in loaded["cases"]]


@pytest.mark.skipif(CONTRACTS is None, reason="the providers' documents are not beside the tree")
def test_the_signatures_of_twilios_own_tests() -> None:
    seen = set()
    for case in vectors():
        form: dict[str, list[str]] = {}
        for name, value in case["form"]:
            form.setdefault(name, []).append(value)
        genuine = twilio.is_genuine(
            auth_token=case["token"], url=case["url"], form=form, signature=case["signature"]
        )
        assert genuine == case["valid"], case
        seen.add(case["valid"])
    assert seen == {True, False}
