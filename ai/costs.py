"""What work with the model may cost, in millionths of a dollar. Pure but for the prices, which are
settings: they hold for servers that do not say what an answer cost, and for estimates."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

# By schema name: what an answer may be long at most, in tokens.
MOST = {
    "outline": 5000,
    "lesson": 7000,
    "project": 4000,
    "exercise": 7000,
    "quiz": 6000,
    "check": 1500,
    "hint": 900,
    "match": 1600,
}
# What an answer is usually long; checked against the runs in the admin.
_USUAL = {"outline": 1500, "lesson": 2200, "project": 1200, "exercise": 900, "quiz": 900}
_CHECK = 300
_FRAME = 900
TRIES = 3


@dataclass(frozen=True)
class Estimate:
    """`least` if everything is right at once, `most` if every part is written three times."""

    lessons: int
    tokens: int
    least_micros: int
    most_micros: int

    def as_json(self) -> dict[str, int]:
        return dict(vars(self))


def tokens_of(text: str) -> int:
    """About three bytes a token: more than English needs, about what others do."""
    return len(text.encode()) // 3 + 1


def micros(prompt_tokens: int, completion_tokens: int) -> int:
    prices = settings.OPENROUTER
    cost = prompt_tokens * prices["prompt_micros"] + completion_tokens * prices["completion_micros"]
    return -(-int(cost) // 1000)


def of_call(name: str, text: str) -> int:
    """At most."""
    return micros(tokens_of(text), MOST[name])


def lessons_for(hours: int) -> int:
    """Two lessons an hour, within what an outline may have."""
    return max(6, min(48, 2 * hours))


def estimate(brief: dict[str, Any], lessons: int | None = None) -> Estimate:
    given = _FRAME + sum(tokens_of(row["text"]) for row in brief.get("materials", []))
    if brief["kind"] != "course":
        written = _USUAL[brief["kind"]] * int(brief["count"])
        return _summed(1, [(given, written), (written + _FRAME, _CHECK)])
    count = lessons or lessons_for(int(brief["hours"]))
    outline = _USUAL["outline"]
    calls = [(given, outline)]
    for _lesson in range(count):
        calls += [(given + outline, _USUAL["lesson"]), (_USUAL["lesson"] + _FRAME, _CHECK)]
    return _summed(count, calls)


def _summed(lessons: int, calls: list[tuple[int, int]]) -> Estimate:
    read, written = (sum(column) for column in zip(*calls, strict=True))
    least = micros(read, written)
    return Estimate(lessons, read + written, least, least * TRIES)
