"""JSON as strictly as RFC 8259 allows, because lax parsers were seen to end in 500s."""

import json
import re
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser

from tutorme.core.errors import BodyTooLarge, MalformedBody

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64
_MAX_INTEGER = 2**53
_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")


class StrictJSONParser(BaseParser):
    """Refuses duplicate keys, NaN and Infinity, NUL, lone surrogates, deep nesting, integers that
    JavaScript cannot hold, other encodings than UTF-8, and more than one mebibyte."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        raw = stream.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise BodyTooLarge
        return parse(raw)


def parse(raw: bytes) -> Any:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedBody("The body is not UTF-8.") from error
    _refuse_depth(text)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_int=_bounded_integer,
            parse_float=_finite,
        )
    except (ValueError, RecursionError) as error:
        raise MalformedBody(f"Not valid JSON: {error}"[:200]) from error
    _refuse_forbidden(value)
    return value


def _refuse_depth(text: str) -> None:
    """Counts brackets outside strings, before any recursive parser sees them."""
    depth = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text):
        if token[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise MalformedBody(f"Nested deeper than {MAX_DEPTH} levels.")
        elif token[0] in "]}":
            depth -= 1


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is repeated")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _bounded_integer(digits: str) -> int:
    if len(digits) > 17 or abs(int(digits)) > _MAX_INTEGER:
        raise ValueError("an integer is out of range")
    return int(digits)


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("a number is out of range")
    return value


def _refuse_forbidden(value: Any) -> None:
    if isinstance(value, str):
        if _FORBIDDEN.search(value):
            raise MalformedBody("A text holds a character that cannot be stored.")
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_forbidden(key)
            _refuse_forbidden(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_forbidden(item)
