"""The sheet of an attempt as its learner may see it now."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

from courses.grading import is_blank
from courses.markdown import html_of, inline_html_of
from courses.models import Attempt, AttemptAnswer, Question
from courses.models.corrections import Appeal

Kind = Question.Kind
MAX_SHORT, MAX_LONG = 500, 20_000


def fits(question: Question, answer: Any) -> bool:
    """Shape only: whether it is right is not said before the end."""
    keys = {option["key"] for option in question.options}
    match question.kind:
        case _ if answer is None:
            return True
        case Kind.SINGLE:
            return answer in keys if isinstance(answer, str) else False
        case Kind.MULTIPLE:
            return isinstance(answer, list) and len(answer) <= len(keys) and _all_in(answer, keys)
        case Kind.TRUE_FALSE:
            return isinstance(answer, bool)
        case Kind.ORDER:
            whole = isinstance(answer, list) and len(answer) == len(keys)
            return whole and _all_in([key for key in answer if key is not None], keys)
        case Kind.MATCH:
            return isinstance(answer, dict) and _matches(answer, keys, question.choices)
    most = MAX_LONG if question.kind == Kind.OPEN else MAX_SHORT
    return isinstance(answer, str) and len(answer) <= most and "\x00" not in answer


def _all_in(answer: list[Any], keys: set[str]) -> bool:
    return all(isinstance(key, str) and key in keys for key in answer)


def _matches(answer: dict[str, Any], lefts: set[str], choices: list[dict[str, str]]) -> bool:
    given = [key for key in answer.values() if key is not None]
    return set(answer) <= lefts and _all_in(given, {card["key"] for card in choices})


def options_of(question: Question, seed: int) -> list[dict[str, str]]:
    """In this attempt's order, the same whenever it is looked at."""
    return _shuffled(question, question.options, seed)


def choices_of(question: Question, seed: int) -> list[dict[str, str]]:
    return _shuffled(question, question.choices, seed)


def _shuffled(question: Question, cards: list[dict[str, str]], seed: int) -> list[dict[str, str]]:
    """The lefts of a match stay as they were written: they are the questions."""
    if (
        not seed
        or question.keep_order
        or (question.kind == Kind.MATCH and cards is question.options)
    ):
        return cards
    mixed = list(cards)
    Random(f"{seed}:{question.pk}").shuffle(mixed)  # noqa: S311  variety, not secrecy
    return mixed


@dataclass(frozen=True)
class Choice:
    """`text` and `feedback` are safe HTML; `mark` is right or wrong in a review, else empty."""

    key: str
    text: str
    is_chosen: bool
    mark: str
    feedback: str


@dataclass(frozen=True)
class Pick:
    """One select of an order or a match: what it asks, what may be chosen, what was."""

    name: str
    label: str
    options: tuple[tuple[str, str, bool], ...]
    chosen: str
    right: str


@dataclass(frozen=True)
class SheetRow:
    """A question as its learner may see it now; `prompt` and `explanation` are safe HTML. What
    follows `picks` is empty until a review."""

    id: UUID
    kind: str
    prompt: str
    points: Decimal
    answer: Any
    choices: tuple[Choice, ...]
    picks: tuple[Pick, ...] = ()
    earned: Decimal | None = None
    right_answer: str = ""
    explanation: str = ""
    comment: str = ""
    answer_id: int | None = None
    appeal: Appeal | None = None

    @property
    def name(self) -> str:
        return f"q-{self.id}"

    @property
    def said_true(self) -> bool:
        return self.answer is True

    @property
    def said_false(self) -> bool:
        return self.answer is False

    @property
    def is_right(self) -> bool:
        return self.earned == self.points

    @property
    def is_blank(self) -> bool:
        return is_blank(self.answer)


def sheet(attempt: Attempt, *, review: bool) -> tuple[SheetRow, ...]:
    """The questions of an attempt in their order; the answer key is read only for a review."""
    rows = attempt.answers.in_order()
    if review:
        rows = rows.select_related("question", "appeal")
    else:
        rows = rows.defer(
            "question__solution", "question__corrected", "question__explanation", "comment"
        )
    return tuple(_sheet_row(row, attempt.seed, review=review) for row in rows)


def _sheet_row(row: AttemptAnswer, seed: int, *, review: bool) -> SheetRow:
    question = row.question
    facts = (question.pk, question.kind, html_of(question.prompt), question.points, row.answer)
    if not review:
        return SheetRow(
            *facts, choices=_choices(row, seed, None), picks=_picks(row, seed, solution=None)
        )
    solution = question.key_in_force
    return SheetRow(
        *facts,
        choices=_choices(row, seed, solution),
        picks=_picks(row, seed, solution=solution),
        earned=row.points,
        right_answer=_right_answer(question, solution),
        explanation=html_of(question.explanation),
        comment=row.comment,
        answer_id=row.pk,
        appeal=getattr(row, "appeal", None),
    )


def _choices(row: AttemptAnswer, seed: int, solution: dict[str, Any] | None) -> tuple[Choice, ...]:
    question, answer = row.question, row.answer
    if question.kind not in {Kind.SINGLE, Kind.MULTIPLE}:
        return ()
    picked = answer if isinstance(answer, list) else [answer]
    feedback = (solution or {}).get("feedback", {})
    return tuple(
        Choice(
            option["key"],
            inline_html_of(option["text"]),
            option["key"] in picked,
            _mark(option["key"], picked, solution),
            inline_html_of(feedback.get(option["key"], "")),
        )
        for option in options_of(question, seed)
    )


def _mark(key: str, picked: list[Any], solution: dict[str, Any] | None) -> str:
    if solution is None:
        return ""
    if key in solution.get("correct", ()):
        return "right"
    return "wrong" if key in picked else ""


def _picks(row: AttemptAnswer, seed: int, *, solution: dict[str, Any] | None) -> tuple[Pick, ...]:
    question, name = row.question, f"q-{row.question_id}"
    if question.kind == Kind.ORDER:
        cards, wanted = options_of(question, seed), (solution or {}).get("order", [])
        given = row.answer if isinstance(row.answer, list) else []
        return tuple(
            _pick(name, str(place + 1), cards, _at(given, place), _at(wanted, place))
            for place in range(len(cards))
        )
    if question.kind == Kind.MATCH:
        cards, pairs = choices_of(question, seed), (solution or {}).get("pairs", {})
        said = row.answer if isinstance(row.answer, dict) else {}
        return tuple(
            _pick(
                f"{name}-{left['key']}",
                left["text"],
                cards,
                said.get(left["key"]),
                pairs.get(left["key"]),
            )
            for left in question.options
        )
    return ()


def _at(keys: list[Any], place: int) -> Any:
    return keys[place] if place < len(keys) else None


def _pick(name: str, label: str, cards: list[dict[str, str]], chosen: Any, right: Any) -> Pick:
    texts = {card["key"]: card["text"] for card in cards}
    options = tuple((card["key"], card["text"], card["key"] == chosen) for card in cards)
    return Pick(name, label, options, texts.get(chosen, ""), texts.get(right, ""))


def _right_answer(question: Question, solution: dict[str, Any]) -> str:
    """In words, for questions without options."""
    if "value" in solution:
        return str(solution["value"])
    if solution.get("accepted"):
        return str(solution["accepted"][0])
    return ""


def said(question: Question, answer: Any) -> str:
    """An answer in words, for whoever marks or decides about it."""
    texts = {card["key"]: card["text"] for card in [*question.options, *question.choices]}
    if isinstance(answer, dict):
        pairs = ((texts.get(k, k), texts.get(v, "–")) for k, v in answer.items())
        return "; ".join(f"{left} → {right}" for left, right in pairs)
    if isinstance(answer, list):
        return ", ".join(texts.get(key, "–") for key in answer)
    if isinstance(answer, bool):
        return "true" if answer else "false"
    return texts.get(answer, answer) if isinstance(answer, str) else ""
