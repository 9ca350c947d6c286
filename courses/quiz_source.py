"""A quiz as its author writes it: one document, in a file or in the editor, read and written.

    pass_percent: 70                    # and, where they differ from what is usual:
    attempts: 3                         # time_limit_minutes, cooldown_hours, record, review,
    questions:                          # review_from, shuffle_questions, shuffle_options
      - {key: capital, kind: single, prompt: …, options: [{key, text, correct, feedback?}]}
      - {use: spelling}                 # a question of the course's bank
      - {draw: 3, tag: verbs}           # three of that tag, others for every attempt

    kind        what it has                                     solution, for the grader alone
    single      options                                         {correct: [key], feedback?}
    multiple    options, scoring: all?                          {correct: [keys], scoring?, …}
    true_false  answer: true                                    {answer}
    number      number: {value, tolerance?: "0.1" or "5%"}      {value, tolerance}
    text        accepted: [texts], pattern?                     {accepted, pattern?}
    order       items: [texts in their right order], scoring?   {order: [keys], scoring?}
    match       pairs: [{left, right}], extra?, scoring?        {pairs: {left: right}, extra, …}
    open        guide?: what a good answer has                  {guide?}

`also` holds further answers that count in full, as they were given; appeals add to it.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

Row = dict[str, Any]

# What a quiz is where its author says nothing, in the order in which it is written.
SETTINGS: dict[str, Any] = {
    "pass_percent": 70,
    "attempts": None,
    "time_limit_minutes": None,
    "cooldown_hours": None,
    "record": "highest",
    "review": "after_submit",
    "review_from": None,
    "shuffle_questions": False,
    "shuffle_options": True,
}
_SHORT = 8


@dataclass(frozen=True)
class Facts:
    """The columns of a question's version."""

    kind: str
    prompt: str
    options: list[Row]
    choices: list[Row]
    keep_order: bool
    solution: Row
    explanation: str
    points: Decimal


def token(text: str) -> str:
    """A key that says nothing about the place of what it stands for."""
    return hashlib.sha256(text.encode()).hexdigest()[:_SHORT]


def facts_of(row: Row) -> Facts:
    """From a row without problems (`courses.quiz_checks`)."""
    kind = row["kind"]
    options, choices, solution = _PARTS[kind](row)
    if also := row.get("also"):
        solution["also"] = also
    return Facts(
        kind=kind,
        prompt=str(row["prompt"]).strip(),
        options=options,
        choices=choices,
        keep_order=bool(row.get("keep_order")),
        solution=solution,
        explanation=str(row.get("explanation") or "").strip(),
        points=Decimal(str(row.get("points", 1))).quantize(Decimal("0.01")),
    )


Parts = tuple[list[Row], list[Row], Row]


def _picked(row: Row) -> Parts:
    options = row.get("options") or []
    solution: Row = {"correct": [str(o["key"]) for o in options if o.get("correct")]}
    feedback = {str(o["key"]): o["feedback"] for o in options if o.get("feedback")}
    if feedback:
        solution["feedback"] = feedback
    shown = [{"key": str(o["key"]), "text": str(o["text"])} for o in options]
    return shown, [], _scored(solution, row)


def _scored(solution: Row, row: Row) -> Row:
    return {**solution, "scoring": "all"} if row.get("scoring") == "all" else solution


def _true_false(row: Row) -> Parts:
    return [], [], {"answer": row["answer"]}


def _number(row: Row) -> Parts:
    given = row["number"]
    return [], [], {"value": str(given["value"]), "tolerance": str(given.get("tolerance", "0"))}


def _text(row: Row) -> Parts:
    solution: Row = {"accepted": [str(text) for text in row.get("accepted") or []]}
    if pattern := row.get("pattern"):
        solution["pattern"] = str(pattern)
    return [], [], solution


def _cards(texts: list[str]) -> list[Row]:
    """By their keys, so that not even the order of the rows speaks."""
    return sorted(({"key": token(text), "text": text} for text in set(texts)), key=_key)


def _key(card: Row) -> str:
    return str(card["key"])


def _order(row: Row) -> Parts:
    items = [str(text) for text in row["items"]]
    return _cards(items), [], _scored({"order": [token(text) for text in items]}, row)


def _match(row: Row) -> Parts:
    pairs = [(str(pair["left"]), str(pair["right"])) for pair in row["pairs"]]
    extra = [str(text) for text in row.get("extra") or []]
    solution: Row = {
        "pairs": {token(left): token(right) for left, right in pairs},
        "extra": [token(text) for text in extra],
    }
    lefts = [{"key": token(left), "text": left} for left, _right in pairs]
    return lefts, _cards([right for _left, right in pairs] + extra), _scored(solution, row)


def _open(row: Row) -> Parts:
    return [], [], {"guide": str(row["guide"]).strip()} if row.get("guide") else {}


_PARTS = {
    "single": _picked,
    "multiple": _picked,
    "true_false": _true_false,
    "number": _number,
    "text": _text,
    "order": _order,
    "match": _match,
    "open": _open,
}


def row_of(key: str, facts: Any, solution: Row, tags: list[str] | None = None) -> Row:
    """The way back: `facts` is a `Facts` or a Question, `solution` its key in force."""
    row: Row = {"key": key, "kind": facts.kind, "prompt": facts.prompt}
    row["points"] = _plain(facts.points)
    if tags:
        row["tags"] = list(tags)
    row |= _written(facts, solution)
    if solution.get("scoring") == "all":
        row["scoring"] = "all"
    if solution.get("also"):
        row["also"] = solution["also"]
    if facts.keep_order:
        row["keep_order"] = True
    if facts.explanation:
        row["explanation"] = facts.explanation
    return row


def _plain(points: Decimal) -> int | str:
    """`2` and `"2.5"`: a float would be another number."""
    whole = points == points.to_integral_value()
    return int(points) if whole else f"{points.normalize():f}"


def _written(facts: Any, solution: Row) -> Row:
    texts = {card["key"]: card["text"] for card in [*facts.options, *facts.choices]}
    match facts.kind:
        case "single" | "multiple":
            return {"options": [_option(card, solution) for card in facts.options]}
        case "true_false":
            return {"answer": solution["answer"]}
        case "number":
            tolerance = {"tolerance": solution["tolerance"]} if "tolerance" in solution else {}
            return {"number": {"value": solution["value"], **tolerance}}
        case "text":
            pattern = {"pattern": solution["pattern"]} if "pattern" in solution else {}
            return {"accepted": solution.get("accepted", []), **pattern}
        case "order":
            return {"items": [texts[key] for key in solution["order"]]}
        case "match":
            pairs = [_pair(card, solution, texts) for card in facts.options]
            extra = [texts[key] for key in solution.get("extra", [])]
            return {"pairs": pairs, **({"extra": extra} if extra else {})}
    return {"guide": solution["guide"]} if solution.get("guide") else {}


def _option(card: Row, solution: Row) -> Row:
    feedback = solution.get("feedback", {}).get(card["key"])
    row = {"key": card["key"], "text": card["text"], "correct": card["key"] in solution["correct"]}
    return {**row, "feedback": feedback} if feedback else row


def _pair(card: Row, solution: Row, texts: dict[str, str]) -> Row:
    return {"left": card["text"], "right": texts[solution["pairs"][card["key"]]]}


def canonical(source: Row) -> Row:
    """The same quiz, its settings in their order and without what is usual anyway."""
    kept = {
        name: _settled(source[name])
        for name, usual in SETTINGS.items()
        if (name == "pass_percent" and name in source) or source.get(name, usual) != usual
    }
    return {"pass_percent": SETTINGS["pass_percent"], **kept, "questions": _rows(source)}


def _settled(value: Any) -> Any:
    """YAML reads a moment as one; JSON and the editor keep it as text."""
    return value.isoformat() if isinstance(value, datetime) else value


def _rows(source: Row) -> list[Row]:
    return [_entry(row) for row in source.get("questions") or []]


def _entry(row: Row) -> Row:
    if "use" in row:
        return {"use": row["use"]}
    if "draw" in row:
        return {"draw": row["draw"], "tag": row["tag"]}
    facts = facts_of(row)
    return row_of(str(row["key"]), facts, facts.solution, row.get("tags"))


def as_decimal(text: Any) -> Decimal | None:
    """Floats of a YAML file are read by what they look like."""
    try:
        value = Decimal(str(text).strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
