"""What is wrong with a quiz or a question as its author wrote it, in sentences, all at once."""

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.text import slugify

from courses.models import Quiz
from courses.patterns import PatternInvalid, compiled
from courses.quiz_source import SETTINGS, Row, as_decimal

MAX_QUESTIONS = 200
MAX_OPTIONS = 20
_TEXT, _LONG = 1000, 10_000
_WHOLE = {
    "pass_percent": (1, 100),
    "attempts": (1, 1000),
    "time_limit_minutes": (1, 10_000),
    "cooldown_hours": (1, 1000),
}


def problems_of_quiz(source: Any) -> list[str]:
    """Of a whole document; whether the bank has what it uses is known to whoever applies it."""
    if not isinstance(source, dict):
        return ["The quiz is not a mapping."]
    found = [
        f"“{name}” is not a setting." for name in source if name not in {*SETTINGS, "questions"}
    ]
    found += _settings(source)
    rows = source.get("questions")
    if not isinstance(rows, list) or not rows:
        return [*found, "The quiz has no questions."]
    if len(rows) > MAX_QUESTIONS:
        return [*found, f"A quiz has at most {MAX_QUESTIONS} places."]
    found += [text for row in rows for text in problems_of_entry(row)]
    return found + _twice([str(row.get("key")) for row in rows if _is_own(row)])


def problems_of_bank(rows: list[Any]) -> list[str]:
    """Of the course's file of questions."""
    found = [text for row in rows for text in problems_of_entry(row)]
    found += ["The bank holds questions alone."] * any(not _is_own(row) for row in rows)
    found += _twice([str(row.get("key")) for row in rows if _is_own(row)])
    return [f"bank.yaml: {text}" for text in found]


def _is_own(row: Any) -> bool:
    return isinstance(row, dict) and "use" not in row and "draw" not in row


def _twice(keys: list[str]) -> list[str]:
    counted = Counter(keys).items()
    return [f"Two questions have the key “{key}”." for key, count in counted if count > 1]


def _settings(source: Row) -> Iterator[str]:
    for name, (least, most) in _WHOLE.items():
        value = source.get(name)
        if value is not None and not (type(value) is int and least <= value <= most):
            yield f"{name} is a whole number from {least} to {most}."
    for name, words in {"record": Quiz.Record, "review": Quiz.Review}.items():
        if source.get(name, SETTINGS[name]) not in words.values:
            yield f"{name} is one of {', '.join(words.values)}."
    for name in ("shuffle_questions", "shuffle_options"):
        if not isinstance(source.get(name, False), bool):
            yield f"{name} is true or false."
    if source.get("review") == "after_date" and moment_of(source.get("review_from")) is None:
        yield "review_from says from when the answers are shown, as 2026-12-24T18:00:00Z."


def moment_of(text: Any) -> Any:
    """An instant with its offset, as a text or as YAML reads it; None for anything else."""
    try:
        moment = parse_datetime(text) if isinstance(text, str) else text
    except ValueError:
        return None
    return moment if getattr(moment, "tzinfo", None) else None


def problems_of_entry(row: Any) -> list[str]:
    if not isinstance(row, dict):
        return ["A question is not a mapping."]
    if "use" in row:
        known = isinstance(row["use"], str) and set(row) == {"use"}
        return [] if known else ["“use” names one question of the bank, and stands alone."]
    if "draw" in row:
        number, tag = row["draw"], row.get("tag")
        drawn = type(number) is int and 1 <= number <= 50 and isinstance(tag, str) and tag.strip()
        return [] if drawn else ["“draw” is a number from 1 to 50, and “tag” names of what."]
    return problems_of_question(row)


def problems_of_question(row: Row) -> list[str]:
    key, kind = row.get("key"), row.get("kind")
    if not isinstance(key, str) or not key or slugify(key) != key or len(key) > 80:
        return [f"“{str(key)[:80]}” is not a key: small letters, digits and hyphens."]
    if kind not in _KINDS:
        return [f"{key}: “{kind}” is no kind of question."]
    found = [*_frame(row), *_KINDS[kind](row)]
    return [f"{key}: {text}" for text in found]


def _frame(row: Row) -> Iterator[str]:
    if not _is_text(row.get("prompt"), _LONG):
        yield "it has no prompt, or one that is too long."
    if (
        not isinstance(row.get("explanation") or "", str)
        or len(row.get("explanation") or "") > _LONG
    ):
        yield "its explanation is too long."
    points = as_decimal(row.get("points", 1))
    if points is None or not 0 < points < 10_000 or points != points.quantize(Decimal("0.01")):
        yield "points are a number above 0, with two decimals at most."
    tags = row.get("tags", [])
    if not isinstance(tags, list) or len(tags) > 20 or not all(_is_text(tag, 40) for tag in tags):
        yield "tags are up to 20 words."
    if row.get("scoring", "parts") not in {"parts", "all"}:
        yield "scoring is “parts” or “all”."


def _is_text(value: Any, most: int) -> bool:
    return (
        isinstance(value, str)
        and bool(value.strip())
        and len(value) <= most
        and "\x00" not in value
    )


def _options(row: Row) -> Iterator[str]:
    options = row.get("options")
    if not isinstance(options, list) or not 2 <= len(options) <= MAX_OPTIONS:
        yield f"it needs 2 to {MAX_OPTIONS} options."
        return
    if not all(isinstance(o, dict) and _is_text(o.get("text"), _TEXT) for o in options):
        yield "every option has a text."
    elif not all(_is_text(o.get("feedback", "-") or "-", _TEXT) for o in options):
        yield "a feedback is too long."
    elif len({str(o.get("key")) for o in options}) < len(options) or not all(
        _is_text(str(o.get("key") or ""), 40) for o in options
    ):
        yield "every option has a key of its own."


def _correct(row: Row) -> int:
    options = row.get("options")
    rows = options if isinstance(options, list) else []
    return sum(1 for option in rows if isinstance(option, dict) and option.get("correct") is True)


def _single(row: Row) -> Iterator[str]:
    yield from _options(row)
    if _correct(row) != 1:
        yield "it has no usable solution: exactly one option is correct."


def _multiple(row: Row) -> Iterator[str]:
    yield from _options(row)
    if not _correct(row):
        yield "it has no usable solution: no option is correct."


def _true_false(row: Row) -> Iterator[str]:
    if not isinstance(row.get("answer"), bool):
        yield "it has no usable solution: answer is true or false."


def _number(row: Row) -> Iterator[str]:
    given = row.get("number")
    if not isinstance(given, dict) or as_decimal(given.get("value")) is None:
        yield "it has no usable solution: number has a value."
        return
    tolerance = as_decimal(str(given.get("tolerance", "0")).removesuffix("%"))
    if tolerance is None or tolerance < 0:
        yield "its tolerance is a number, or a part of the value as in 5%."


def _text(row: Row) -> Iterator[str]:
    accepted, pattern = row.get("accepted") or [], row.get("pattern")
    texts = isinstance(accepted, list) and all(_is_text(str(text), 500) for text in accepted)
    if not texts or len(accepted) > 100:
        yield "accepted is a list of texts."
    elif not accepted and not pattern:
        yield "it has no usable solution: nothing is accepted."
    if pattern:
        yield from _pattern(pattern)


def _pattern(pattern: Any) -> Iterator[str]:
    try:
        compiled(pattern if isinstance(pattern, str) else "")
    except PatternInvalid as error:
        yield f"the pattern is not understood. {error}"


def _items(row: Row) -> Iterator[str]:
    items = row.get("items")
    if not isinstance(items, list) or not 2 <= len(items) <= MAX_OPTIONS:
        yield f"it has no usable solution: items are 2 to {MAX_OPTIONS} texts in their order."
    elif not all(_is_text(str(item), _TEXT) for item in items) or len(set(map(str, items))) < len(
        items
    ):
        yield "no two items are the same, and none is empty."


def _pairs(row: Row) -> Iterator[str]:
    pairs, extra = row.get("pairs"), row.get("extra") or []
    if not isinstance(pairs, list) or not 2 <= len(pairs) <= MAX_OPTIONS:
        yield f"it has no usable solution: it needs 2 to {MAX_OPTIONS} pairs."
        return
    sides = [
        _is_text(str(pair.get(side) or ""), _TEXT) if isinstance(pair, dict) else False
        for pair in pairs
        for side in ("left", "right")
    ]
    if not all(sides):
        yield "every pair has a left and a right text."
    elif len({str(pair["left"]) for pair in pairs}) < len(pairs):
        yield "no two left sides are the same."
    if (
        not isinstance(extra, list)
        or len(extra) > MAX_OPTIONS
        or not all(_is_text(str(text), _TEXT) for text in extra)
    ):
        yield "extra are texts that match nothing."


def _open(row: Row) -> Iterator[str]:
    if not isinstance(row.get("guide") or "", str) or len(row.get("guide") or "") > _LONG:
        yield "its guide is too long."


_KINDS: dict[str, Callable[[Row], Iterator[str]]] = {
    "single": _single,
    "multiple": _multiple,
    "true_false": _true_false,
    "number": _number,
    "text": _text,
    "order": _items,
    "match": _pairs,
    "open": _open,
}
