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
# A hint that says most of a question's words beside its answer answers it, whatever was asked.
_MOST_WORDS = 0.6
_PROMPT_WORD = re.compile(r"\w{4,}")
_PART = re.compile(r"[^.!?\n]+")
# Marks inside words, and words letter by letter: both are read as the word.
_INSIDE = re.compile("[*_~`]")
_SPELLED = re.compile(r"\b\w(?:[^\w\n]{1,3}\w\b){2,}")
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


def gives(text: str, task: str, lives: list[Live]) -> bool:
    """Whether it says the answer of a question the task is, or of one it tells the words of."""
    wanted = folded(task)
    return any(
        says(text, live)
        if folded(live.prompt) in wanted or likeness(task, live.prompt) > SAME_TASK
        else _answers_unasked(text, task, live)
        for live in lives
    )


def _answers_unasked(text: str, task: str, live: Live) -> bool:
    """A verdict says nothing without its question, so only words count."""
    prompt = set(_PROMPT_WORD.findall(folded(live.prompt)))
    if live.is_verdict or not prompt:
        return False
    return any(
        says(part, live) and _share(prompt, f"{part} {task}") >= _MOST_WORDS
        for part in _PART.findall(text)
    )


def _share(prompt: set[str], text: str) -> float:
    said = folded(text)
    return sum(word in said for word in prompt) / len(prompt)


def says(text: str, live: Live) -> bool:
    said = as_read(text)
    if live.is_verdict:
        return bool(_VERDICT.search(said))
    if live.in_order:
        places = [said.find(answer) for answer in live.answers]
        return bool(places) and min(places) >= 0 and places == sorted(places)
    return any(_has_words(said, answer) for answer in live.answers)


def as_read(text: str) -> str:
    """Twice: as it stands, and with what is spelled letter by letter put together."""
    said = folded(_INSIDE.sub("", text))
    joined = _SPELLED.sub(lambda run: re.sub(r"\W", "", run[0]), said)
    return said if joined == said else f"{said} | {joined}"


def _has_words(said: str, answer: str) -> bool:
    """Also from its end to its start."""
    ways = {answer, answer[::-1]} if len(answer) > 3 else {answer}
    return any(re.search(rf"(?<![\w.,]){re.escape(way)}(?![\w])", said) for way in ways)


def copies(text: str, solution: str) -> bool:
    """Whether a sentence of the solution stands in it."""
    said = folded(text)
    return any(folded(sentence) in said for sentence in _SENTENCE.findall(solution))


def is_grounded(text: str, lesson: str) -> bool:
    """Whether it speaks of what the lesson speaks of."""
    said, known = set(_WORD.findall(folded(text))), set(_WORD.findall(folded(lesson)))
    return not said or len(said & known) / len(said) >= _LEAST_WORDS
