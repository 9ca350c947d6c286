"""Whether a hint says what it must not: the answer of something that still counts. Pure."""

import re
from dataclasses import dataclass
from typing import Any

from ai.likeness import folded, likeness

# A task that is this near to a question is that question, in other words.
SAME_TASK = 0.45
_LEAST_WORDS = 0.15
_WORD = re.compile(r"\w{5,}")
_SENTENCE = re.compile(r"[^.!?\n]{25,}")
_VERDICT = re.compile(r"\b(true|false|correct|incorrect|right|wrong)\b")


@dataclass(frozen=True)
class Live:
    """A question whose answer counts: its words, what answers it, and whether it is a yes or no."""

    prompt: str
    answers: tuple[str, ...]
    in_order: bool = False
    is_verdict: bool = False


def live_question(
    kind: str, prompt: str, options: list[dict[str, Any]], solution: dict[str, Any]
) -> Live:
    """From a question as `courses.quiz_source` keeps it."""
    texts = {row["key"]: row["text"] for row in options}
    match kind:
        case "single" | "multiple":
            answers = [texts.get(key, "") for key in solution.get("correct", [])]
        case "text":
            answers = list(solution.get("accepted", []))
        case "number":
            answers = [str(solution.get("value", ""))]
        case "order":
            answers = [texts.get(key, "") for key in solution.get("order", [])]
        case _:
            answers = []
    found = tuple(text for text in map(folded, answers) if text)
    return Live(prompt, found, kind == "order", kind == "true_false")


def asked_about(task: str, lives: list[Live]) -> list[Live]:
    """Those that the task is."""
    wanted = folded(task)
    return [
        live
        for live in lives
        if folded(live.prompt) in wanted or likeness(task, live.prompt) > SAME_TASK
    ]


def says(text: str, live: Live) -> bool:
    said = folded(text)
    if live.is_verdict:
        return bool(_VERDICT.search(said))
    if live.in_order:
        places = [said.find(answer) for answer in live.answers]
        return bool(places) and min(places) >= 0 and places == sorted(places)
    return any(_has_words(said, answer) for answer in live.answers)


def _has_words(said: str, answer: str) -> bool:
    return bool(re.search(rf"(?<![\w.,]){re.escape(answer)}(?![\w])", said))


def copies(text: str, solution: str) -> bool:
    """Whether a sentence of the solution stands in it."""
    said = folded(text)
    return any(folded(sentence) in said for sentence in _SENTENCE.findall(solution))


def is_grounded(text: str, lesson: str) -> bool:
    """Whether it speaks of what the lesson speaks of."""
    said, known = set(_WORD.findall(folded(text))), set(_WORD.findall(folded(lesson)))
    return not said or len(said & known) / len(said) >= _LEAST_WORDS
