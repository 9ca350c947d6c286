"""No key that opens anything is in the tree."""

import re

import pytest

from tests.house.sources import ROOT, tracked

# Of those who mark their keys; a key of ours has no mark and lives in .env, which git ignores.
MARKS = {
    "private key": rb"-----BEGIN (?:RSA |EC |OPENSSH |PGP )?PRIVATE KEY",
    "AWS": rb"\bAKIA[0-9A-Z]{16}\b",
    "GitHub": rb"\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{60,}\b",
    "Google": rb"\bAIza[0-9A-Za-z_\-]{35}\b",
    "Slack": rb"\bxox[baprs]-[0-9A-Za-z-]{10,}",
    "Stripe": rb"\b[rs]k_live_[0-9A-Za-z]{20,}",
    "SendGrid": rb"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b",
    "Twilio": rb"\bSK(?!0{32})[0-9a-f]{32}\b",
    "OpenRouter": rb"\bsk-or-v1-[0-9a-f]{64}\b",
    "address with a password": rb"\b(?:postgres|postgresql|redis|amqp)://[^\s:/@${]+:[^\s@/${]{8,}@",
}


def found_in(text: bytes) -> list[str]:
    return [name for name, mark in MARKS.items() if re.search(mark, text)]


def test_no_key_is_in_the_tree() -> None:
    marked = {str(path.relative_to(ROOT)): found_in(path.read_bytes()) for path in tracked()}
    assert {name: marks for name, marks in marked.items() if marks} == {}


@pytest.mark.parametrize(
    "key",
    [
        b"-----BEGIN PRIVATE" + b" KEY-----",
        b"AKIA" + b"ABCDEFGHIJKLMNOP",
        b"sk_" + b"live_" + b"a" * 24,
        b"postgres://tutorme:" + b"long-password@db/tutorme",
    ],
)
def test_a_key_would_be_noticed(key: bytes) -> None:
    assert len(found_in(b"x = '" + key + b"'")) == 1
