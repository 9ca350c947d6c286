"""An exercise as its learner meets it: the rules, the draft at work, and what came back."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from courses.exercise_rules import Rules, most_of, points, rules_of
from courses.models import Enrollment, Lesson, Submission
from courses.services.submissions import why_not_again
from tutorme.core.files.serving import signed_link

State = Submission.State


@dataclass(frozen=True)
class Level:
    key: str
    title: str
    description: str
    points: Decimal
    is_chosen: bool


@dataclass(frozen=True)
class Criterion:
    """`comment` and the chosen level are there once it is marked."""

    key: str
    title: str
    description: str
    most: Decimal
    levels: tuple[Level, ...]
    comment: str

    @property
    def chosen(self) -> Level | None:
        return next((level for level in self.levels if level.is_chosen), None)


def criteria(rubric: list[dict[str, Any]], marks: dict[str, Any]) -> list[Criterion]:
    return [_criterion(row, marks.get(row["key"], {})) for row in rubric]


def _criterion(row: dict[str, Any], mark: dict[str, Any]) -> Criterion:
    levels = tuple(
        Level(
            level["key"],
            level["title"],
            level.get("description", ""),
            points(level["points"]),
            level["key"] == mark.get("level"),
        )
        for level in row["levels"]
    )
    texts = (row["key"], row["title"], row.get("description", ""))
    return Criterion(*texts, most_of(row), levels, mark.get("comment", ""))


@dataclass(frozen=True)
class FileLink:
    name: str
    size: int
    url: str


def links_of(row: Submission) -> list[FileLink]:
    """Signed, for whoever is shown the submission; they end within hours."""
    return [FileLink(file.name, file.size, signed_link(file)) for file in row.files.all()]


@dataclass(frozen=True)
class Desk:
    """`why_not` is why no draft can be begun; empty where there is one or could be."""

    rules: Rules
    due_at: datetime | None
    draft: Submission | None
    handed_in: list[Submission]
    why_not: str

    @property
    def criteria(self) -> list[Criterion]:
        return criteria(self.rules.rubric, {})

    @property
    def passed(self) -> bool:
        return any(row.passed for row in self.handed_in)

    @property
    def results(self) -> list[tuple[Submission, list[Criterion], list[FileLink]]]:
        return [(row, criteria(row.rubric, row.marks), links_of(row)) for row in self.handed_in]


def desk_of(lesson: Lesson, enrollment: Enrollment | None) -> Desk:
    """Two queries, whatever was handed in."""
    rules = rules_of(lesson.data)
    if enrollment is None:
        return Desk(rules, None, None, [], "not-enrolled")
    rows = list(
        lesson.submissions.filter(enrollment=enrollment)
        .prefetch_related("files")
        .order_by("-number")
    )
    latest = rows[0] if rows else None
    draft = latest if latest and latest.state == State.DRAFT else None
    why_not = "" if draft else why_not_again(rules, latest)
    due = rules.due(enrollment.created_at)
    return Desk(rules, due, draft, [row for row in rows if row != draft], why_not)
