"""What only one kind of lesson has: its members, and what is wrong with them. Pure.

    text      {"min_seconds"}                      the least time before it can be marked complete
    video     {"file" | "url", "duration_seconds", "captions": [{"language", "label", "file"}]}
    quiz      what `courses.services.quiz_content` says
    exercise  what `courses.exercise_rules` says
    file      {"files": [names]}
    embed     {"url", "label"}
    live      {"starts_at", "duration_minutes", "join_url"}

Files are named as in the course's folder `files/`.
"""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from courses import exercise_rules
from tutorme.core.errors import InvalidInput

Data = dict[str, Any]
FILE_NAME = re.compile(r"^[a-z0-9][a-z0-9._-]{0,99}$")
_LANGUAGE = re.compile(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
_MEMBERS = {
    "text": {"min_seconds"},
    "video": {"file", "url", "duration_seconds", "captions"},
    "file": {"files"},
    "embed": {"url", "label"},
    "live": {"starts_at", "duration_minutes", "join_url"},
}
MAX_VIDEO_SECONDS = 12 * 3600


def cleaned(kind: str, data: Data) -> Data:
    """Without members of other kinds and without empty ones; `InvalidInput` names what is wrong.
    Quizzes are looked at by whoever grades them."""
    if kind == "exercise":
        return _cleaned_exercise(data)
    if kind not in _MEMBERS:
        return data
    kept = {
        name: value
        for name, value in data.items()
        if name in _MEMBERS[kind] and value not in (None, "", [])
    }
    if wrong := _wrong(kind, kept):
        rows = [
            {"pointer": f"/data/{name}", "code": "invalid", "detail": text}
            for name, text in wrong.items()
        ]
        raise InvalidInput(errors=rows)
    return kept


def _cleaned_exercise(data: Data) -> Data:
    kept = {name: value for name, value in data.items() if value not in (None, "", [])}
    if wrong := exercise_rules.problems(kept):
        rows = [
            {"pointer": f"/data/{name}", "code": "invalid", "detail": text}
            for name, text in wrong.items()
        ]
        raise InvalidInput(errors=rows)
    return kept


def _wrong(kind: str, data: Data) -> dict[str, str]:
    checks = {
        "min_seconds": _whole(0, 3600),
        "duration_seconds": _whole(1, MAX_VIDEO_SECONDS),
        "duration_minutes": _whole(5, 600),
        "file": _file,
        "files": _files,
        "captions": _captions,
        "url": _address,
        "join_url": _address,
        "starts_at": _moment,
        "label": _label,
    }
    found = {name: checks[name](value) for name, value in data.items()}
    if kind == "video" and "file" in data and "url" in data:
        found["url"] = "A video is a file or an address, not both."
    return {name: text for name, text in found.items() if text}


def _whole(least: int, most: int) -> Any:
    def check(value: Any) -> str:
        fits = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
        return "" if fits else f"Give a whole number from {least} to {most}."

    return check


def _file(value: Any) -> str:
    fits = isinstance(value, str) and FILE_NAME.match(value)
    return "" if fits else "Name a file of the course: small letters, digits, dots and dashes."


def _files(value: Any) -> str:
    if not isinstance(value, list) or len(value) > 20:
        return "Name up to twenty files."
    return next((text for text in map(_file, value) if text), "")


def _captions(value: Any) -> str:
    if not isinstance(value, list) or len(value) > 20:
        return "Give up to twenty tracks."
    for track in value:
        if not isinstance(track, dict) or set(track) != {"language", "label", "file"}:
            return "A track has a language, a label and a file."
        if not isinstance(track["language"], str) or not _LANGUAGE.match(track["language"]):
            return "Give the language as a tag, such as en or pt-BR."
        if text := _label(track["label"]) or _file(track["file"]):
            return text
    return ""


def _label(value: Any) -> str:
    return "" if isinstance(value, str) and 0 < len(value) <= 120 else "Give up to 120 characters."


def _address(value: Any) -> str:
    if not isinstance(value, str) or len(value) > 500 or re.search(r"[\s\x00-\x1f\x7f]", value):
        return "Give an address of up to 500 characters."
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return "This is not an address."
    plain = (
        parts.scheme == "https" and parts.hostname and not parts.username and port in (None, 443)
    )
    return "" if plain else "Give an address that begins with https://."


def _moment(value: Any) -> str:
    if isinstance(value, str):
        try:
            return "" if datetime.fromisoformat(value).tzinfo else "Say the time with its zone."
        except ValueError:
            pass
    return "Give the time as 2027-01-31T18:00:00+00:00."
