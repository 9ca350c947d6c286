"""What a server of the chat completions API answered, as ours. Pure: bytes in, facts out.

Nothing here trusts: every member may be missing, of another kind, or a lie about size.
"""

import json
import math
import re
from dataclasses import dataclass
from typing import Any

import jsonschema

MAX_DEPTH = 24
# Enough to say what is wrong; a model that is shown fifty findings mends none of them.
MAX_PROBLEMS = 8
_TITLE = re.compile(r'"title"\s*:\s*("(?:[^"\\]|\\.){1,400}")')


@dataclass(frozen=True)
class Usage:
    """Tokens as counted by the provider. `cost_micros` are millionths of a dollar, None where the
    server does not say."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_micros: int | None = None


@dataclass(frozen=True)
class Answer:
    """`content` is what the schema asked for, else None, and `problems` say why."""

    content: Any
    problems: tuple[str, ...]
    model: str
    generation: str
    usage: Usage


@dataclass(frozen=True)
class Refusal:
    """An error in the body, with HTTP 200 or without. `retryable` is the server's own word."""

    code: int
    message: str
    retryable: bool | None


def body_of(content: bytes) -> dict[str, Any]:
    """An empty object where the bytes are no JSON object."""
    found = _loads(content.decode("utf-8", "replace"))
    return found if isinstance(found, dict) else {}


def refusal_of(body: dict[str, Any]) -> Refusal | None:
    error = body.get("error")
    if error is None:
        choice = _first(body.get("choices"))
        error = choice.get("error")
    if not isinstance(error, dict):
        return None if error is None else Refusal(500, _line(str(error), 300), None)
    return Refusal(_code(error.get("code")), _line(error.get("message"), 300), _retryable(error))


def _code(value: Any) -> int:
    """As a number or as its digits; 500 where it is neither."""
    digits = str(value) if isinstance(value, int | str) else ""
    return int(digits) if re.fullmatch("[0-9]{1,4}", digits) else 500


def _retryable(error: dict[str, Any]) -> bool | None:
    for holder in (error, error.get("metadata")):
        said = holder.get("availability") if isinstance(holder, dict) else None
        if isinstance(said, dict) and isinstance(said.get("retryable"), bool):
            return bool(said["retryable"])
    return None


def answer_of(body: dict[str, Any], schema: dict[str, Any]) -> Answer:
    choice = _first(body.get("choices"))
    message = choice.get("message")
    text = _text(message.get("content")) if isinstance(message, dict) else ""
    content, problems = content_of(text, schema)
    reason = choice.get("finish_reason")
    if reason in {"length", "content_filter"}:
        problems = (f"The answer ended early: {reason}.", *problems)
        content = None
    return Answer(
        content=content,
        problems=problems,
        model=_line(body.get("model"), 120),
        generation=_line(body.get("id"), 120),
        usage=usage_of(body.get("usage")),
    )


def content_of(text: str, schema: dict[str, Any]) -> tuple[Any, tuple[str, ...]]:
    """The JSON of a text, or what is wrong with it."""
    found = _loads(_unfenced(text))
    if found is None:
        return None, ("The answer is not JSON.",)
    if _depth(found) > MAX_DEPTH:
        return None, ("The answer is nested too deeply.",)
    checker = jsonschema.Draft202012Validator(schema)
    problems = []
    for error in checker.iter_errors(found):
        at = "/".join(map(str, error.absolute_path))
        problems.append(_line(f"/{at}: {error.message}", 200))
        if len(problems) == MAX_PROBLEMS:
            break
    return (None, tuple(problems)) if problems else (found, ())


def titles_in(text: str) -> list[str]:
    """Those that have come whole, of an answer that has not."""
    found = (_loads(quoted) for quoted in _TITLE.findall(text))
    return [title for title in found if isinstance(title, str)]


def _unfenced(text: str) -> str:
    """Some models put their JSON into a code fence."""
    stripped = text.strip()
    if stripped.startswith("```") and stripped.endswith("```") and "\n" in stripped:
        return stripped[stripped.index("\n") : -3]
    return stripped


def _loads(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        return None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _depth(value: Any) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        children = (
            node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        )
        waiting.extend((child, depth + 1) for child in children)
    return deepest


def usage_of(usage: Any) -> Usage:
    if not isinstance(usage, dict):
        return Usage()
    cost = usage.get("cost")
    if not isinstance(cost, int | float) or isinstance(cost, bool) or not 0 <= cost < 10_000:
        cost = None
    return Usage(
        prompt_tokens=_count(usage.get("prompt_tokens")),
        completion_tokens=_count(usage.get("completion_tokens")),
        cost_micros=None if cost is None else math.ceil(cost * 1_000_000),
    )


def _count(value: Any) -> int:
    return min(value, 2_000_000_000) if type(value) is int and value > 0 else 0


def _first(rows: Any) -> dict[str, Any]:
    first = rows[0] if isinstance(rows, list) and rows else None
    return first if isinstance(first, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _line(value: Any, most: int) -> str:
    """What can be stored and shown of a text: no control characters, no half characters."""
    kept = (char if char.isprintable() else " " for char in _text(value)[: 2 * most])
    return "".join(kept)[:most]


class Stream:
    """A streamed answer, put together line by line. Lines that begin with a colon are comments."""

    def __init__(self) -> None:
        self.text = ""
        self.ended = False
        self.refusal: Refusal | None = None
        self._rest = b""
        self._seen: dict[str, Any] = {}
        self._reason: Any = None

    def feed(self, chunk: bytes) -> None:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            self._line(line.strip())

    def _line(self, line: bytes) -> None:
        if not line.startswith(b"data:") or self.ended:
            return
        data = line[5:].strip()
        if data == b"[DONE]":
            self.ended = True
            return
        self._piece(body_of(data))

    def _piece(self, piece: dict[str, Any]) -> None:
        self.refusal = self.refusal or refusal_of(piece)
        self._seen |= {name: piece[name] for name in ("id", "model", "usage") if piece.get(name)}
        choice = _first(piece.get("choices"))
        delta = choice.get("delta")
        self.text += _text(delta.get("content")) if isinstance(delta, dict) else ""
        self._reason = choice.get("finish_reason") or self._reason

    @property
    def usage(self) -> Usage:
        """As far as it was told."""
        return usage_of(self._seen.get("usage"))

    def body(self) -> dict[str, Any]:
        """As if it had come in one piece."""
        choice = {"finish_reason": self._reason, "message": {"content": self.text}}
        return {**self._seen, "choices": [choice]}
