"""Money, encrypted text, log redaction, strict JSON: small things that must never be wrong."""

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from tutorme.core import fields
from tutorme.core.api import parsers
from tutorme.core.errors import BodyTooLarge, MalformedBody
from tutorme.core.ids import uuid7
from tutorme.core.logs import redact
from tutorme.core.money import CURRENCIES, CurrencyMismatch, Money, decimals

OLD = "old:" + base64.urlsafe_b64encode(b"o" * 32).decode()
NEW = "new:" + base64.urlsafe_b64encode(b"n" * 32).decode()


@given(st.integers(-(10**12), 10**12), st.sampled_from(CURRENCIES))
def test_money_survives_its_own_text(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.parse(money.amount, currency) == money


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("1.5", "JPY"),
        ("0.001", "EUR"),
        ("NaN", "EUR"),
        ("", "EUR"),
        ("1e400", "EUR"),
        ("5", "XXX"),
        ("9" * 14, "EUR"),
    ],
)
def test_amounts_that_do_not_fit_are_refused(amount: str, currency: str) -> None:
    with pytest.raises(ValueError):
        Money.parse(amount, currency)


def test_money_speaks_the_currencys_decimals() -> None:
    assert (decimals("HUF"), Money(2400, "JPY").amount, Money(2900, "EUR").amount) == (
        0,
        "2400",
        "29.00",
    )
    assert Money(2400, "JPY").localized("en") == "¥2,400"
    assert Money(2900, "EUR").localized("en") == "€29.00"
    assert Money(999, "EUR").share(150) == Money(150, "EUR")
    assert Money(1, "EUR") + Money(2, "EUR") == Money(3, "EUR")
    with pytest.raises(CurrencyMismatch):
        Money(1, "EUR") + Money(1, "USD")


def test_encrypted_text_carries_its_key_and_survives_rotation(settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    stored = fields.encrypt("s3cret")
    assert stored.startswith("old:")
    assert "s3cret" not in stored
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    assert fields.decrypt(stored) == "s3cret"
    assert not fields.is_current(stored)
    assert fields.is_current(fields.encrypt("s3cret"))
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    with pytest.raises(ImproperlyConfigured):
        fields.decrypt(stored)


@pytest.mark.parametrize(
    "line",
    [
        {"password": "canary-1"},
        {"deep": [{"Authorization": "Bearer canary-1"}]},
        {"event": "GET /x?token=canary-1&y=1"},
        {"event": "sent Bearer canary-1-canary"},
        {"event": '{"client_secret": "canary-1"}'},
    ],
)
def test_no_secret_reaches_a_log_line(line: dict) -> None:
    assert "canary" not in repr(redact(line))


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": 1e400}',
        b'{"a": ' + b"9" * 40 + b"}",
        b'{"a": "\\u0000"}',
        b'{"\\u0000": 1}',
        b'{"a": "\\ud800"}',
        b"\xff\xfe",
        b"{",
        b"",
        b"[" * 5000 + b"]" * 5000,
        b'{"a":' * 65 + b"1" + b"}" * 65,
    ],
)
def test_hostile_json_is_a_clear_400(body: bytes) -> None:
    with pytest.raises(MalformedBody):
        parsers.parse(body)


def test_honest_json_is_read_and_a_huge_body_is_not(client) -> None:
    assert parsers.parse('{"a": ["ü", 1, 1.5, null, true, "[[[{{{"]}'.encode()) == {
        "a": ["ü", 1, 1.5, None, True, "[[[{{{"]
    }
    answer = client.post(
        "/api/v1/auth/token/", b"x" * (2 * 1024 * 1024), content_type="application/json"
    )
    assert answer.status_code == BodyTooLarge.status


def test_ids_are_version_7_and_rise_with_time() -> None:
    first, second = uuid7(), uuid7()
    assert (first.version, first.variant) == (7, "specified in RFC 4122")
    assert first.int >> 80 <= second.int >> 80
