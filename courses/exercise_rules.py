"""What an assignment asks and how it is marked: the `data` of a lesson of kind `exercise`; pure.

completion: submitted | passed      what completes the lesson
pass_percent: 60                    max_submissions: 3   (left out: as many as it takes)
due_days: 14  or  due_at: 2027-…    counted from the enrolment, or one moment for everybody
late: accept | reduce | refuse      late_percent: 10     (for every day begun)
takes_text: true                    max_files: 3
rubric:
  - {key: idea, title: The idea, levels: [{key: none, title: None, points: 0}, …]}
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_datetime

Data = dict[str, Any]
CENT = Decimal("0.01")
MAX_FILES, MAX_CRITERIA, MAX_LEVELS = 10, 20, 10
_WHOLE = {
    "pass_percent": (1, 100),
    "max_submissions": (1, 50),
    "due_days": (1, 3650),
    "late_percent": (1, 100),
    "max_files": (0, MAX_FILES),
}
_WORDS = {"completion": ("submitted", "passed"), "late": ("accept", "reduce", "refuse")}
MEMBERS = {*_WHOLE, *_WORDS, "due_at", "takes_text", "rubric"}
# Where an author gives none: done or not.
PLAIN: list[Data] = [
    {
        "key": "work",
        "title": "The work",
        "levels": [
            {"key": "not-yet", "title": "Not yet", "points": 0},
            {"key": "partly", "title": "Partly", "points": 1},
            {"key": "done", "title": "Done", "points": 2},
        ],
    }
]


@dataclass(frozen=True)
class Rules:
    completion: str
    pass_percent: int
    max_submissions: int | None
    due_days: int | None
    due_at: datetime | None
    late: str
    late_percent: int
    takes_text: bool
    max_files: int
    rubric: list[Data]

    @property
    def max_score(self) -> Decimal:
        return sum((most_of(row) for row in self.rubric), Decimal(0))

    def due(self, enrolled_at: datetime) -> datetime | None:
        if self.due_at:
            return self.due_at
        return enrolled_at + timedelta(days=self.due_days) if self.due_days else None


def rules_of(data: Data) -> Rules:
    """What is usual fills in what an author left out."""
    return Rules(
        completion=data.get("completion", "submitted"),
        pass_percent=data.get("pass_percent", 60),
        max_submissions=data.get("max_submissions"),
        due_days=data.get("due_days"),
        due_at=_moment(data.get("due_at")),
        late=data.get("late", "accept"),
        late_percent=data.get("late_percent", 10),
        takes_text=data.get("takes_text", True),
        max_files=data.get("max_files", 3),
        rubric=data.get("rubric") or PLAIN,
    )


def points(value: Any) -> Decimal:
    return Decimal(str(value))


def most_of(criterion: Data) -> Decimal:
    return max((points(level["points"]) for level in criterion["levels"]), default=Decimal(0))


def days_late(due: datetime | None, handed_in: datetime) -> int:
    """Every day begun is a day."""
    if due is None or handed_in <= due:
        return 0
    return -(-(handed_in - due) // timedelta(days=1))


def score_of(rubric: list[Data], marks: Data, penalty_percent: int) -> Decimal:
    """The points of the chosen levels, less what lateness costs; exact."""
    levels = {
        (row["key"], level["key"]): points(level["points"])
        for row in rubric
        for level in row["levels"]
    }
    whole = sum((levels[key, mark["level"]] for key, mark in marks.items()), Decimal(0))
    return (whole * (100 - penalty_percent) / 100).quantize(CENT)


def penalty(rules: Rules, late: int) -> int:
    return min(100, rules.late_percent * late) if rules.late == "reduce" else 0


def _moment(text: Any) -> datetime | None:
    try:
        moment = parse_datetime(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


# What is wrong ---------------------------------------------------------------------------------


def problems(data: Data) -> dict[str, str]:
    """By member; nothing where the assignment can be handed in and marked."""
    found = {name: "This is not a setting of an exercise." for name in data if name not in MEMBERS}
    for name, (least, most) in _WHOLE.items():
        value = data.get(name)
        if value is not None and not (type(value) is int and least <= value <= most):
            found[name] = f"Give a whole number from {least} to {most}."
    for name, words in _WORDS.items():
        if data.get(name, words[0]) not in words:
            found[name] = f"Choose one of {', '.join(words)}."
    if data.get("due_at") is not None and _moment(data["due_at"]) is None:
        found["due_at"] = "Give the time with its zone, as 2027-01-31T18:00:00Z."
    elif data.get("due_at") and data.get("due_days"):
        found["due_at"] = "It is due on one day or after some days, not both."
    if not isinstance(data.get("takes_text", True), bool):
        found["takes_text"] = "Say true or false."
    elif data.get("takes_text") is False and data.get("max_files") == 0:
        found["takes_text"] = "It takes neither text nor files."
    if text := next(_of_rubric(data.get("rubric") or []), ""):
        found["rubric"] = text
    return found


def _of_rubric(rubric: Any) -> Iterator[str]:
    if not isinstance(rubric, list) or len(rubric) > MAX_CRITERIA:
        yield f"A rubric has up to {MAX_CRITERIA} criteria."
        return
    if not all(isinstance(row, dict) and isinstance(row.get("levels"), list) for row in rubric):
        yield "Every criterion has levels."
        return
    yield from _keys(rubric, "criterion")
    for row in rubric:
        yield from _of_levels(row)


def _of_levels(row: Data) -> Iterator[str]:
    if not 2 <= len(row["levels"]) <= MAX_LEVELS or not all(
        isinstance(level, dict) for level in row["levels"]
    ):
        yield f"Every criterion has 2 to {MAX_LEVELS} levels."
        return
    yield from _keys(row["levels"], "level")
    if not all(_is_points(level.get("points")) for level in row["levels"]):
        yield "The points of a level are a number from 0 to 1000, with two decimals at most."
    elif most_of(row) == 0:
        yield "The best level of every criterion has points."


def _keys(rows: list[Data], what: str) -> Iterator[str]:
    keys = [row.get("key") for row in rows]
    if not all(isinstance(key, str) and 0 < len(key) <= 40 for key in keys):
        yield f"Every {what} has a key."
    elif len(set(keys)) < len(keys):
        yield f"No two of a {what} have the same key."
    titles = [row.get("title") for row in rows]
    if not all(isinstance(title, str) and 0 < len(title.strip()) <= 300 for title in titles):
        yield f"Every {what} has a title."
    if not all(isinstance(row.get("description", ""), str) for row in rows):
        yield f"The description of a {what} is a text."


def _is_points(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return False
    try:
        found = Decimal(str(value))
    except ArithmeticError:
        return False
    return found.is_finite() and 0 <= found <= 1000 and found == found.quantize(CENT)
