"""Marking answers: exact, by the server, without floats. Pure functions of a question's kind,
solution and points; unanswerable input earns nothing and never fails."""

import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from courses.models import Question
from courses.patterns import compiled

Kind = Question.Kind
Solution = Mapping[str, Any]
_LIMIT = Decimal("1e15")
CENT = Decimal("0.01")


def share(kind: str, solution: Solution, answer: Any) -> Decimal:
    """How much of the points an answer earns, 0 to 1. An open answer earns what its tutor says."""
    if answer is None or kind == Kind.OPEN:
        return Decimal(0)
    if any(same(kind, answer, other) for other in solution.get("also", ())):
        return Decimal(1)
    return _GRADERS[kind](solution, answer)


def earned(question: Question, answer: Any) -> Decimal:
    part = share(question.kind, question.key_in_force, answer)
    return (part * question.points).quantize(CENT)


def passes(score: Decimal, max_score: Decimal, pass_percent: int) -> bool:
    """Exact: 100 · score ≥ percent · max."""
    return max_score > 0 and 100 * score >= pass_percent * max_score


def is_blank(answer: Any) -> bool:
    """Nothing that could be marked."""
    if isinstance(answer, str):
        return not answer.strip()
    if isinstance(answer, list):
        return not any(answer)
    return answer is None or (isinstance(answer, dict) and not any(answer.values()))


def same(kind: str, one: Any, other: Any) -> bool:
    """Whether two answers say the same."""
    if kind == Kind.MULTIPLE and isinstance(one, list) and isinstance(other, list):
        return sorted(map(str, one)) == sorted(map(str, other))
    if kind == Kind.NUMBER:
        return number(one) is not None and number(one) == number(other)
    if kind == Kind.TEXT and isinstance(one, str) and isinstance(other, str):
        return normal(one) == normal(other)
    return type(one) is type(other) and bool(one == other)


def _whole(right: bool) -> Decimal:  # noqa: FBT001  a truth value is all there is
    return Decimal(1 if right else 0)


def _portion(right: int, total: int, solution: Solution) -> Decimal:
    """By parts, or all or nothing, as the author chose."""
    if solution.get("scoring") == "all":
        return _whole(total > 0 and right == total)
    return Decimal(max(0, right)) / total if total else Decimal(0)


def _single(solution: Solution, answer: Any) -> Decimal:
    return _whole(isinstance(answer, str) and [answer] == list(solution["correct"]))


def _multiple(solution: Solution, answer: Any) -> Decimal:
    """Right picks less wrong picks, over all right ones; never below nothing."""
    if not isinstance(answer, list) or not all(isinstance(key, str) for key in answer):
        return Decimal(0)
    correct, picked = set(solution["correct"]), set(answer)
    return _portion(len(picked & correct) - len(picked - correct), len(correct), solution)


def _true_false(solution: Solution, answer: Any) -> Decimal:
    return _whole(isinstance(answer, bool) and answer == solution["answer"])


def _number(solution: Solution, answer: Any) -> Decimal:
    given = number(answer)
    if given is None:
        return Decimal(0)
    value = Decimal(solution["value"])
    return _whole(abs(given - value) <= tolerated(value, solution.get("tolerance") or "0"))


def tolerated(value: Decimal, tolerance: str) -> Decimal:
    """`0.5` is a distance, `2%` a part of the value."""
    if tolerance.endswith("%"):
        return abs(value) * Decimal(tolerance[:-1]) / 100
    return Decimal(tolerance)


def number(text: Any) -> Decimal | None:
    """A number as people type it: comma or point, spaces, a leading plus."""
    if not isinstance(text, str) or not 1 <= len(text) <= 40:
        return None
    plain = text.strip().replace(" ", "").replace("\u2212", "-").replace(",", ".")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < _LIMIT else None


def _text(solution: Solution, answer: Any) -> Decimal:
    if not isinstance(answer, str):
        return Decimal(0)
    given = normal(answer)
    if given in {normal(accepted) for accepted in solution.get("accepted", ())}:
        return Decimal(1)
    pattern = solution.get("pattern")
    return _whole(bool(pattern) and compiled(normal_pattern(str(pattern))).matches(given))


def normal(text: str) -> str:
    """Case, width and spacing are not knowledge."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def normal_pattern(pattern: str) -> str:
    """Answers are compared in small letters, so patterns are written in them."""
    return unicodedata.normalize("NFKC", pattern).casefold()


def _order(solution: Solution, answer: Any) -> Decimal:
    """How many stand in their place."""
    order = solution["order"]
    if not isinstance(answer, list) or len(answer) != len(order):
        return Decimal(0)
    right = sum(given == wanted for given, wanted in zip(answer, order, strict=True))
    return _portion(right, len(order), solution)


def _match(solution: Solution, answer: Any) -> Decimal:
    pairs = solution["pairs"]
    if not isinstance(answer, dict):
        return Decimal(0)
    right = sum(answer.get(left) == wanted for left, wanted in pairs.items())
    return _portion(right, len(pairs), solution)


_GRADERS: dict[str, Callable[[Solution, Any], Decimal]] = {
    Kind.SINGLE: _single,
    Kind.MULTIPLE: _multiple,
    Kind.TRUE_FALSE: _true_false,
    Kind.NUMBER: _number,
    Kind.TEXT: _text,
    Kind.ORDER: _order,
    Kind.MATCH: _match,
}
