"""The stand-in's WebSockets by the examples of RFC 6455 (1.3 and 5.7)."""

import pytest

from sandbox.websockets import CLOSE, PING, TEXT, Frames, Refused, accept_key, frame

HELLO = bytes.fromhex("818537fa213d7f9f4d5158")
MASK = bytes.fromhex("37fa213d")


def masked(first: int, payload: bytes) -> bytes:
    body = bytes(byte ^ MASK[at % 4] for at, byte in enumerate(payload))
    return bytes([first, 0x80 | len(payload)]) + MASK + body


def test_the_answer_to_the_key() -> None:
    assert accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def test_a_masked_hello_however_it_is_cut() -> None:
    for cut in range(len(HELLO)):
        frames = Frames()
        assert frames.feed(HELLO[:cut]) + frames.feed(HELLO[cut:]) == [(TEXT, b"Hello")]


def test_a_message_in_pieces_with_a_ping_between() -> None:
    pieces = masked(0x01, b"Hel") + masked(0x89, b"Hello") + masked(0x80, b"lo")
    assert Frames().feed(pieces) == [(PING, b"Hello"), (TEXT, b"Hello")]


def test_what_we_send() -> None:
    assert frame(TEXT, b"Hello") == bytes.fromhex("810548656c6c6f")
    assert frame(TEXT, b"x" * 256)[:4] == bytes.fromhex("817e0100")
    assert frame(TEXT, b"x" * 65536)[:10] == bytes.fromhex("817f0000000000010000")
    assert frame(CLOSE, (1000).to_bytes(2, "big")) == bytes.fromhex("880203e8")


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (frame(TEXT, b"not masked"), 1002),
        (masked(0xC1, b"compressed"), 1002),
        (masked(0x80, b"goes on with nothing"), 1002),
        (masked(0x01, b"one") + masked(0x81, b"within another"), 1002),
        (bytes([0x81, 0xFF]) + (2**40).to_bytes(8, "big"), 1009),
    ],
)
def test_what_breaks_the_protocol_is_refused(sent: bytes, code: int) -> None:
    with pytest.raises(Refused) as refused:
        Frames().feed(sent)
    assert refused.value.code == code
