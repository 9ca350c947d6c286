"""Marking answers: exact, by the server, without floats. Pure functions of a question's kind,
solution and points; unanswerable input earns nothing and never fails."""

import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from courses.models import Question

Kind = Question.Kind
Solution = Mapping[str, Any]
_LIMIT = Decimal("1e15")


def share(kind: str, solution: Solution, answer: Any) -> Decimal:
    """How much of the points an answer earns, 0 to 1."""
    return _GRADERS[kind](solution, answer) if answer is not None else Decimal(0)


def earned(question: Question, answer: Any) -> Decimal:
    part = share(question.kind, question.solution, answer)
    return (part * question.points).quantize(Decimal("0.01"))


def passes(score: Decimal, max_score: Decimal, pass_percent: int) -> bool:
    """Exact: 100 · score ≥ percent · max."""
    return max_score > 0 and 100 * score >= pass_percent * max_score


def _whole(right: bool) -> Decimal:  # noqa: FBT001  a truth value is all there is
    return Decimal(1 if right else 0)


def _single(solution: Solution, answer: Any) -> Decimal:
    return _whole([answer] == list(solution["correct"]))


def _multiple(solution: Solution, answer: Any) -> Decimal:
    """Right picks less wrong picks, over all right ones; never below nothing."""
    if not isinstance(answer, list) or not all(isinstance(key, str) for key in answer):
        return Decimal(0)
    correct, picked = set(solution["correct"]), set(answer)
    right, wrong = len(picked & correct), len(picked - correct)
    return Decimal(max(0, right - wrong)) / len(correct)


def _true_false(solution: Solution, answer: Any) -> Decimal:
    return _whole(isinstance(answer, bool) and answer == solution["answer"])


def _number(solution: Solution, answer: Any) -> Decimal:
    given = number(answer)
    if given is None:
        return Decimal(0)
    distance = abs(given - Decimal(solution["value"]))
    return _whole(distance <= Decimal(solution.get("tolerance") or "0"))


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
    return _whole(normal(answer) in {normal(accepted) for accepted in solution["accepted"]})


def normal(text: str) -> str:
    """Case, width and spacing are not knowledge."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


_GRADERS: dict[str, Callable[[Solution, Any], Decimal]] = {
    Kind.SINGLE: _single,
    Kind.MULTIPLE: _multiple,
    Kind.TRUE_FALSE: _true_false,
    Kind.NUMBER: _number,
    Kind.TEXT: _text,
}
