"""Verification codes: nineteen random symbols and one that checks them, in groups of five.

Symbols are Crockford's base 32 (no I, L, O, U). Nineteen of them are 95 random bits: beyond any
number of guesses the rate limit lets through. The last symbol is the weighted sum of the others
over GF(32), which differs for every single wrong symbol and every swap of two different ones.
"""

import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 20
_GROUP = 5
_VALUE = {symbol: value for value, symbol in enumerate(ALPHABET)}
_FORM = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")
# What hands and eyes confuse.
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def _times_alpha(value: int) -> int:
    """Multiplication by the generator of GF(32) = GF(2)[x] / (x^5 + x^2 + 1)."""
    value <<= 1
    return value ^ 0b100101 if value & 0b100000 else value


def check_symbol(symbols: str) -> str:
    total = 0
    for symbol in symbols:
        total = _times_alpha(total ^ _VALUE[symbol])
    return ALPHABET[total]


def new_code() -> str:
    body = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH - 1))
    return grouped(body + check_symbol(body))


def grouped(symbols: str) -> str:
    return "-".join(symbols[i : i + _GROUP] for i in range(0, len(symbols), _GROUP))


def normalized(typed: str) -> str:
    """As stored, from whatever spacing, case and look-alikes a person typed."""
    kept = re.sub(r"[\s\-–—_.]", "", typed[:200]).upper().translate(_READ_AS)
    return grouped(kept)


def is_well_formed(code: str) -> bool:
    symbols = code.replace("-", "")
    return bool(_FORM.fullmatch(symbols)) and check_symbol(symbols[:-1]) == symbols[-1]
