"""The demo's content as the tests read it: files only, no database."""

import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
COURSES = ROOT / "courses" / "demo"
PEOPLE = ROOT / "tutorme" / "web" / "demo" / "people.yaml"
HISTORIES = ROOT / "tutorme" / "web" / "demo" / "histories.yaml"

Row = dict[str, Any]


class Quiz(NamedTuple):
    course: str
    lesson: str
    body: Row


@cache
def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def courses() -> dict[str, Row]:
    return {path.parent.name: read(path) for path in sorted(COURSES.glob("*/course.yaml"))}


def lessons(course: Row, kind: str | None = None) -> list[Row]:
    rows = [lesson for section in course["sections"] for lesson in section["lessons"]]
    return [row for row in rows if kind in (None, row["kind"])]


def quiz(course: str, lesson: str) -> Quiz:
    return Quiz(course, lesson, read(COURSES / course / "lessons" / f"{lesson}.yaml"))


def quizzes() -> list[Quiz]:
    return [
        quiz(slug, lesson["key"])
        for slug, course in courses().items()
        for lesson in lessons(course, "quiz")
    ]


def questions() -> list[tuple[Quiz, Row]]:
    return [(quiz, question) for quiz in quizzes() for question in quiz.body["questions"]]


def bodies() -> list[Path]:
    return sorted(COURSES.glob("*/lessons/*.md"))


def tokens(markdown: str) -> list[Token]:
    return MarkdownIt("commonmark").enable("table").parse(markdown)


def fences(markdown: str) -> Iterator[tuple[Token, Token | None]]:
    """Each fenced block with the block that stands directly after it, if that is fenced too."""
    found = tokens(markdown)
    for here, after in zip(found, [*found[1:], None], strict=True):
        if here.type == "fence":
            yield here, after if after is not None and after.type == "fence" else None


def right_options(question: Row) -> set[str]:
    return {option["key"] for option in question["options"] if option["correct"]}


def folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def share(question: Row, given: Any, *, partial: bool) -> Fraction:
    """The part of the points that an answer earns; `partial` credits a half-right multiple."""
    match question["kind"]:
        case "single":
            return Fraction({given} == right_options(question))
        case "multiple":
            return multiple_share(right_options(question), set(given), partial=partial)
        case "true_false":
            return Fraction(given is question["answer"])
        case "number":
            wanted, tolerance = (Decimal(question["number"][k]) for k in ("value", "tolerance"))
            return Fraction(abs(Decimal(given) - wanted) <= tolerance)
        case "text":
            return Fraction(folded(given) in {folded(text) for text in question["accepted"]})
    raise AssertionError(question["kind"])


def multiple_share(right: set[str], given: set[str], *, partial: bool) -> Fraction:
    if not partial:
        return Fraction(given == right)
    return max(Fraction(0), Fraction(len(given & right) - len(given - right), len(right)))


def passes(quiz: Quiz, answers: Row, *, partial: bool) -> bool:
    rows = quiz.body["questions"]
    score = sum(
        (q["points"] * share(q, answers[q["key"]], partial=partial) for q in rows), Fraction(0)
    )
    out_of: int = sum(q["points"] for q in rows)
    needed: int = quiz.body["pass_percent"]
    return 100 * score >= needed * out_of
