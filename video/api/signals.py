"""What one browser may tell another through us: known shapes, known sizes, nothing else."""

from collections.abc import Callable
from typing import Any

from rest_framework.serializers import ValidationError

from tutorme.core.api.serializers import is_forbidden
from video.errors import SignalTooLarge

MOST_TEXT = 64 * 1024
_MOST_CANDIDATES = 60
_CANDIDATE = {"candidate": str, "sdpMid": str, "sdpMLineIndex": int, "usernameFragment": str}


def checked(kind: str, payload: Any) -> dict[str, Any]:
    if not isinstance(payload, dict):
        raise ValidationError({"payload": ["An object is needed."]})
    try:
        return _SHAPES[kind](payload)
    except (KeyError, TypeError, ValueError) as error:
        raise ValidationError({"payload": [f"This is not a {kind}."]}) from error


def _description(payload: dict[str, Any]) -> dict[str, Any]:
    kind, sdp = payload["type"], payload.get("sdp", "")
    if kind not in {"offer", "answer", "pranswer", "rollback"}:
        raise ValueError(kind)
    return {"type": kind, "sdp": _text(sdp)}


def _candidates(payload: dict[str, Any]) -> dict[str, Any]:
    rows = payload["candidates"]
    if not isinstance(rows, list) or len(rows) > _MOST_CANDIDATES:
        raise ValueError("candidates")
    return {"candidates": [_candidate(row) for row in rows]}


def _candidate(row: Any) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise TypeError("candidate")
    kept = {name: row[name] for name in _CANDIDATE if row.get(name) is not None}
    for name, value in kept.items():
        if type(value) is not _CANDIDATE[name]:
            raise TypeError(name)
        if isinstance(value, str):
            _text(value, most=1000)
    if "candidate" not in kept:
        raise KeyError("candidate")
    return kept


def _media(payload: dict[str, Any]) -> dict[str, Any]:
    return {name: _flag(payload[name]) for name in ("audio", "video", "screen")}


def _hand(payload: dict[str, Any]) -> dict[str, Any]:
    return {"up": _flag(payload["up"])}


def _caption(payload: dict[str, Any]) -> dict[str, Any]:
    text = _text(payload["text"], most=500)
    if any(is_forbidden(char) for char in text):
        raise ValueError("text")
    return {"text": text, "final": _flag(payload.get("final", True))}


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _text(value: Any, *, most: int = MOST_TEXT) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise TypeError("text")
    if len(value) > most:
        raise SignalTooLarge
    return value


_SHAPES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "description": _description,
    "candidates": _candidates,
    "media": _media,
    "hand": _hand,
    "caption": _caption,
}
