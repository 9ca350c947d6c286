"""A question's form: plain fields for every kind, so that an author needs no script. What is typed
becomes the row a quiz's file would hold; what is wrong with it says `courses.quiz_checks`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses.forms.assessment import numbered
from courses.models import Question
from courses.quiz_source import Row

Kind = Question.Kind
KINDS: dict[str, str | Promise] = {
    Kind.SINGLE: _("One right choice"),
    Kind.MULTIPLE: _("Several right choices"),
    Kind.TRUE_FALSE: _("True or false"),
    Kind.TEXT: _("A short text"),
    Kind.NUMBER: _("A number"),
    Kind.ORDER: _("Put in order"),
    Kind.MATCH: _("Match"),
    Kind.OPEN: _("An open answer you mark yourself"),
}
# How many lines a page offers: what there is, and these beside.
SPARE = 2
LINES = 22


def row_from(posted: QueryDict, kind: str, key: str) -> Row:
    """The author's row of a question, unchecked."""
    row: Row = {
        "key": key,
        "kind": kind,
        "prompt": _said(posted, "prompt"),
        "points": _said(posted, "points").replace(",", ".") or "1",
        "tags": _tags(posted),
        **_parts(posted, kind),
        "explanation": _said(posted, "explanation"),
    }
    if posted.get("keep_order"):
        row["keep_order"] = True
    return row


def key_from(posted: QueryDict, kind: str) -> Row:
    """Only what says what is right: a correction."""
    return _parts(posted, kind)


def _said(posted: QueryDict, name: str) -> str:
    return posted.get(name, "").replace("\r\n", "\n").strip()


def _tags(posted: QueryDict) -> list[str]:
    return sorted({tag.strip() for tag in _said(posted, "tags").split(",") if tag.strip()})


def _parts(posted: QueryDict, kind: str) -> Row:
    reader = _READERS.get(kind)
    return reader(posted) if reader else {}


def _scoring(posted: QueryDict) -> Row:
    return {"scoring": "all"} if posted.get("scoring") == "all" else {"scoring": "parts"}


def _options(posted: QueryDict) -> list[Row]:
    chosen = set(posted.getlist("correct"))
    texts, feedback = numbered(posted, "option", LINES), numbered(posted, "feedback", LINES)
    keys = numbered(posted, "option-key", LINES)
    rows = []
    for place, text in enumerate(texts):
        if not text.strip():
            continue
        key = keys[place] or f"o{place + 1}"
        row: Row = {"key": key, "text": text.strip(), "correct": str(place) in chosen}
        rows.append(
            {**row, "feedback": feedback[place].strip()} if feedback[place].strip() else row
        )
    return rows


def _single(posted: QueryDict) -> Row:
    return {"options": _options(posted)}


def _multiple(posted: QueryDict) -> Row:
    return {"options": _options(posted), **_scoring(posted)}


def _true_false(posted: QueryDict) -> Row:
    return {"answer": {"true": True, "false": False}.get(posted.get("answer", ""))}


def _number(posted: QueryDict) -> Row:
    value, tolerance = (
        _said(posted, name).replace(",", ".").replace(" ", "") for name in ("value", "tolerance")
    )
    return {"number": {"value": value, "tolerance": tolerance or "0"}}


def _text(posted: QueryDict) -> Row:
    accepted = [line.strip() for line in _said(posted, "accepted").split("\n") if line.strip()]
    row: Row = {"accepted": accepted}
    pattern = _said(posted, "pattern")
    return {**row, "pattern": pattern} if pattern else row


def _order(posted: QueryDict) -> Row:
    items = [text.strip() for text in numbered(posted, "item", LINES) if text.strip()]
    return {"items": items, **_scoring(posted)}


def _match(posted: QueryDict) -> Row:
    lefts, rights = numbered(posted, "left", LINES), numbered(posted, "right", LINES)
    pairs = [
        {"left": left.strip(), "right": right.strip()}
        for left, right in zip(lefts, rights, strict=True)
        if left.strip() or right.strip()
    ]
    extra = [line.strip() for line in _said(posted, "extra").split("\n") if line.strip()]
    return {"pairs": pairs, **({"extra": extra} if extra else {}), **_scoring(posted)}


def _open(posted: QueryDict) -> Row:
    guide = _said(posted, "guide")
    return {"guide": guide} if guide else {}


_READERS: dict[str, Callable[[QueryDict], Row]] = {
    Kind.SINGLE: _single,
    Kind.MULTIPLE: _multiple,
    Kind.TRUE_FALSE: _true_false,
    Kind.NUMBER: _number,
    Kind.TEXT: _text,
    Kind.ORDER: _order,
    Kind.MATCH: _match,
    Kind.OPEN: _open,
}


@dataclass(frozen=True)
class QuestionSheet:
    """What the form shows: a row, with lines to spare."""

    kind: str
    row: Row

    @property
    def label(self) -> str | Promise:
        return KINDS[self.kind]

    @property
    def tags(self) -> str:
        return ", ".join(self.row.get("tags", []))

    @property
    def options(self) -> list[Row]:
        rows = self.row.get("options") or []
        return self._lines(rows, {"key": "", "text": "", "correct": False}, least=4)

    @property
    def items(self) -> list[Row]:
        rows = [{"text": text} for text in self.row.get("items") or []]
        return self._lines(rows, {"text": ""}, least=4)

    @property
    def pairs(self) -> list[Row]:
        return self._lines(self.row.get("pairs") or [], {"left": "", "right": ""}, least=4)

    @staticmethod
    def _lines(rows: list[Row], empty: Row, *, least: int) -> list[Row]:
        spare = max(SPARE, least - len(rows))
        return [*rows, *(dict(empty) for _line in range(spare))][:LINES]

    @property
    def accepted(self) -> str:
        return "\n".join(map(str, self.row.get("accepted") or []))

    @property
    def extra(self) -> str:
        return "\n".join(map(str, self.row.get("extra") or []))

    @property
    def is_all(self) -> bool:
        return self.row.get("scoring") == "all"

    @property
    def said_true(self) -> bool:
        return self.row.get("answer") is True

    @property
    def said_false(self) -> bool:
        return self.row.get("answer") is False

    @property
    def also(self) -> list[Any]:
        found: list[Any] = self.row.get("also") or []
        return found
