"""A hundred and more values that have broken programs, for whoever takes values from strangers."""

from typing import Any

_LONG = "x" * 100_000
TEXTS: list[str] = [
    *("", " ", "\t", "\n", "\r\n", "\x00", "a\x00b", "\x07", "\x1b[31m", "\x7f", "\x85"),
    *("\ud800", "\udfff", "a\ud83d", "\ufeff", "\ufffe", "\uffff", "\U0010ffff", "\ue000"),
    *("\u202e\u202d", "\u2066\u2069", "\u200b", "\u200d", "\u00ad", "\u2028", "\u2029"),
    *("Z̸a̴l̷g̶o̵" + "\u0301" * 500, "ﷺ" * 50, "👩‍👩‍👧‍👦" * 20, "ß", "İ", "ı", "ﬁ", "Ⅷ"),
    *(
        "null",
        "undefined",
        "None",
        "NaN",
        "Infinity",
        "-Infinity",
        "true",
        "nil",
        "[object Object]",
    ),
    *(
        "'",
        '"',
        "`",
        "\\",
        "\\\\",
        "%",
        "%00",
        "%s%s%s%n",
        "{}",
        "{0}",
        "${7*7}",
        "{{7*7}}",
        "<%= 7 %>",
    ),
    *(
        "' OR 1=1 --",
        "'; DROP TABLE accounts_user; --",
        "1)) OR ((1=1",
        "\\'; SELECT pg_sleep(9)--",
    ),
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "javascript:alert(1)", "]]>"),
    *("<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>", "=cmd|' /C calc'!A0", "@SUM(1)"),
    *(
        "../../etc/passwd",
        "..\\..\\boot.ini",
        "/dev/null",
        "file:///etc/passwd",
        "CON",
        "a/../b",
        "~",
    ),
    *(
        "http://169.254.169.254/",
        "http://[::1]/",
        "//evil.example",
        "gopher://x",
        "data:text/html,x",
    ),
    *("0", "-0", "-1", "00", "1e400", "1e-400", "0x10", "1_000", "١٢٣", "½", "1,5", "+1", " 1 "),
    *("9" * 40, "-" + "9" * 40, "9223372036854775808", "2147483648", "0.1" + "0" * 400, "1.", ".5"),
    *("0000-00-00", "2026-02-30", "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00+14:00"),
    *(
        "2026-13-01",
        "2026-06-30T23:59:60Z",
        "1970-01-01T00:00:00",
        "24:00",
        "-1:00",
        "12:60",
        "P1Y",
    ),
    *("Europe/Nowhere", "posixrules", "../UTC", "GMT+99", "EUR\n", "eur", "XXX", "en_US.utf8"),
    *("a@b", "@", "a@@b.example", "a b@c.example", f"{'a' * 300}@b.example", "a@[127.0.0.1]"),
    *("00000000-0000-0000-0000-000000000000", "0198aaaa-0000-7000-8000", "urn:uuid:x", "{guid}"),
    *("(a+)+$" + "a" * 40, "*" * 200, "[[[[", "(" * 500, _LONG, _LONG + "é"),
]
NUMBERS: list[Any] = [
    *(0, -0.0, -1, 1, 2**31, 2**53, 2**63, -(2**63) - 1, 10**40, 0.1, 1e308, -1e308, 5e-324),
    *(float("nan"), float("inf"), float("-inf")),
]
_DEEP: Any = "x"
for _ in range(60):
    _DEEP = [_DEEP]
SHAPES: list[Any] = [
    *(None, True, False, [], {}, [[]], [{}], {"": ""}, {"$ne": None}, [None] * 1000, _DEEP),
    *({"amount": "1", "currency": "EUR", "x": 1}, {"amount": 1, "currency": []}, ["a", 1, None]),
    *({"__proto__": {}, "constructor": 1}, {"x" * 1000: 1}, [{"id": "x"}] * 300, b"\xff".hex()),
]
VALUES = [*TEXTS, *NUMBERS, *SHAPES]


def has_surrogate(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


# What an address can carry: a few thousand bytes, and no half of a pair.
IN_ADDRESSES = [text for text in TEXTS if len(text) < 1_000 and not has_surrogate(text)]
