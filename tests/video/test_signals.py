"""What one window tells another, in order, and only what it may."""

from typing import Any
from uuid import uuid4

import pytest

from tests.video.conftest import come
from video.models import Signal

pytestmark = pytest.mark.django_db
OFFER = {"kind": "description", "payload": {"type": "offer", "sdp": "v=0"}}


@pytest.fixture
def two(api, room, sam, tess):
    return {"sam": (api(sam), come(sam, room)), "tess": (api(tess), come(tess, room))}


def swap(two, at, who: str, after: int = 0, *messages: dict):
    client, session = two[who]
    body = {"session": str(session), "after": after, "messages": list(messages)}
    return client.post(at("signal"), body, format="json")


def test_an_offer_reaches_the_other_and_nobody_else(two, at, query_budget) -> None:
    to = str(two["tess"][1])
    sent = swap(two, at, "sam", 0, {**OFFER, "to": to})
    assert sent.status_code == 200
    assert [row["kind"] for row in sent.json()["signals"]] == ["joined"]
    with query_budget("video signal"):
        got = swap(two, at, "tess").json()
    kinds = [(row["kind"], row["sender"]) for row in got["signals"]]
    assert ("description", str(two["sam"][1])) in kinds
    assert {each["name"] for each in got["people"]} == {"Sam", "Tess"}
    assert swap(two, at, "tess", got["seq"]).json()["signals"] == []


def test_what_is_for_somebody_who_left_is_for_nobody(two, at) -> None:
    swap(two, at, "sam", 0, {**OFFER, "to": str(uuid4())})
    assert not Signal.objects.filter(kind="description").exists()


def test_numbers_have_no_gaps(two, at) -> None:
    for _ in range(3):
        swap(two, at, "sam", 0, OFFER, {"kind": "hand", "payload": {"up": True}})
    seqs = list(Signal.objects.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, len(seqs) + 1))


BAD: dict[str, Any] = {
    "not a kind": {"kind": "joined", "payload": {}},
    "no payload": {"kind": "media"},
    "not an object": {"kind": "media", "payload": []},
    "a word for a flag": {"kind": "hand", "payload": {"up": "yes"}},
    "no offer": {"kind": "description", "payload": {"type": "shout", "sdp": ""}},
    "a number for a description": {"kind": "description", "payload": {"type": "offer", "sdp": 7}},
    "candidates that are none": {"kind": "candidates", "payload": {"candidates": ["x"]}},
    "too many": {"kind": "candidates", "payload": {"candidates": [{"candidate": ""}] * 61}},
    "a null": {"kind": "caption", "payload": {"text": "a\x00b"}},
    "a member more": {**OFFER, "identity": "tess"},
}


@pytest.mark.parametrize("case", BAD)
def test_bad_signals_are_refused(two, at, case: str) -> None:
    assert swap(two, at, "sam", 0, BAD[case]).status_code == 400
    assert Signal.objects.filter(sender=two["sam"][1]).exclude(kind="joined").count() == 0


def test_a_signal_that_is_too_large(two, at) -> None:
    large = {"kind": "description", "payload": {"type": "offer", "sdp": "x" * 70_000}}
    assert swap(two, at, "sam", 0, large).status_code == 413


def test_extra_members_of_a_payload_are_left_behind(two, at) -> None:
    row = {"kind": "hand", "payload": {"up": True, "name": "Ada"}}
    assert swap(two, at, "sam", 0, row).status_code == 200
    assert Signal.objects.get(kind="hand").payload == {"up": True}


def test_nobody_speaks_from_a_window_that_is_not_theirs(two, at, api, otto) -> None:
    client, _own = two["sam"]
    body = {"session": str(two["tess"][1]), "after": 0, "messages": [OFFER]}
    answer = client.post(at("signal"), body, format="json")
    assert answer.json()["code"] == "seat-lost"
    assert api(otto).post(at("signal"), body, format="json").status_code == 404
    assert not Signal.objects.filter(kind="description").exists()


def test_chat_is_kept_and_told(two, at, room) -> None:
    client, _session = two["sam"]
    assert client.post(at("chat"), {"text": "Page 12?"}, format="json").status_code == 201
    got = swap(two, at, "tess").json()["signals"][-1]
    assert (got["kind"], got["payload"]["text"], got["payload"]["name"]) == (
        "chat",
        "Page 12?",
        "Sam",
    )
    assert [row["text"] for row in client.get(at("chat")).json()] == ["Page 12?"]
    assert client.post(at("chat"), {"text": "   "}, format="json").status_code == 400


def test_two_write_the_notes_at_once(two, at, room) -> None:
    def write(who: str, text: str, base: str) -> str:
        client, session = two[who]
        body = {"text": text, "base": base, "session": str(session)}
        return client.put(at("notes"), body, format="json").json()["text"]

    base = write("tess", "Goals\n\nHomework", "")
    assert write("sam", "Goals\n\nHomework\n- p. 12", base) == "Goals\n\nHomework\n- p. 12"
    both = write("tess", "Goals: fractions\n\nHomework", base)
    assert both == "Goals: fractions\n\nHomework\n- p. 12"
