"""What is wrong with what a model wrote. Pure; each finding says where and in words a model and a
tutor both can act on.

An answer whose shape is wrong never comes this far. Findings marked `blocking` would make the
lesson untrue or unusable; the others a person should look at.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from itertools import combinations
from typing import Any

from ai import languages
from ai.likeness import folded, likeness

Content = dict[str, Any]
TOO_ALIKE = 0.9
_MOST_BYTES = 60_000
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.])\+\d[\d ()/-]{7,}\d")
_LEADING = ("first", "longest")


@dataclass(frozen=True)
class Finding:
    code: str
    at: str
    text: str

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "at": self.at, "text": self.text}


@dataclass(frozen=True)
class Given:
    """What a draft may draw on: the language asked for, the materials by id, and the questions
    that other lessons of the draft ask already."""

    language: str
    materials: dict[str, str]
    asked: tuple[str, ...] = ()


# The outline -----------------------------------------------------------------------------------


def of_outline(outline: Content, given: Given) -> list[Finding]:
    return [*_keys_of_outline(outline), *_order(outline), *_words_of_outline(outline, given)]


def _keys_of_outline(outline: Content) -> Iterator[Finding]:
    keys = [section["key"] for section in outline["sections"]]
    keys += [lesson["key"] for lesson in lessons_of(outline)]
    for key, count in Counter(keys).items():
        if count > 1:
            yield Finding("key-twice", key, f"Two parts of the outline have the key {key}.")
    titles = Counter(folded(lesson["title"]) for lesson in lessons_of(outline))
    for title, count in titles.items():
        if count > 1:
            yield Finding("title-twice", "", f"{count} lessons are called “{title}”.")


def _order(outline: Content) -> Iterator[Finding]:
    """A prerequisite stands before: so nothing can wait for itself, by way of whatever."""
    before: set[str] = set()
    for lesson in lessons_of(outline):
        for key in lesson["prerequisites"]:
            if key not in before:
                yield Finding(
                    "prerequisite",
                    lesson["key"],
                    f"{lesson['key']} requires {key}, which is no earlier lesson.",
                )
        before.add(lesson["key"])


def _words_of_outline(outline: Content, given: Given) -> Iterator[Finding]:
    texts = [outline["title"], outline["summary"], *outline["objectives"]]
    texts += [lesson["title"] for lesson in lessons_of(outline)]
    yield from _language(" ".join(texts), given)
    if folded(outline["language"]) != folded(given.language):
        yield Finding("language", "language", f"The course is to be in {given.language}.")


def lessons_of(outline: Content) -> Iterator[Content]:
    for section in outline["sections"]:
        yield from section["lessons"]


# One lesson ------------------------------------------------------------------------------------


def of_content(content: Content, given: Given) -> list[Finding]:
    """A lesson, a project, a set of exercises or a quiz."""
    questions = questions_of(content)
    found = [*_size(content), *_language(_prose_of(content), given), *_private(content, given)]
    for question in questions:
        found += _question(question, given)
    found += [*_alike(questions, given), *_lopsided(questions), *_key_twice(questions)]
    for exercise in exercises_of(content):
        found += _exercise(exercise)
    return found


def questions_of(content: Content) -> list[Content]:
    holder = content.get("quiz") or content
    return list(holder.get("questions") or [])


def exercises_of(content: Content) -> list[Content]:
    one = content.get("exercise")
    return [one] if one else list(content.get("exercises") or [])


def _prose_of(content: Content) -> str:
    texts = [content.get("body_md", "")]
    texts += [question["prompt_md"] for question in questions_of(content)]
    texts += [exercise["prompt_md"] for exercise in exercises_of(content)]
    return " ".join(texts)


def _size(content: Content) -> Iterator[Finding]:
    if len(str(content).encode()) > _MOST_BYTES:
        yield Finding("size", "", "It is far too long for one lesson.")


def _language(text: str, given: Given) -> Iterator[Finding]:
    if not languages.fits(text, given.language):
        yield Finding("language", "", f"It is not written in {given.language}.")


def _private(content: Content, given: Given) -> Iterator[Finding]:
    """Addresses and numbers of people that nobody gave."""
    sources = " ".join(given.materials.values())
    for pattern in (_MAIL, _PHONE):
        for match in pattern.findall(str(content)):
            if match not in sources and not match.endswith(("example.com", "example.org")):
                yield Finding("personal-data", "", f"“{match}” looks like somebody's address.")


def _key_twice(questions: list[Content]) -> Iterator[Finding]:
    for key, count in Counter(question["key"] for question in questions).items():
        if count > 1:
            yield Finding("key-twice", key, f"Two questions have the key {key}.")


def _alike(questions: list[Content], given: Given) -> Iterator[Finding]:
    for one, other in combinations(questions, 2):
        if likeness(one["prompt_md"], other["prompt_md"]) > TOO_ALIKE:
            text = f"{one['key']} and {other['key']} ask nearly the same."
            yield Finding("alike", other["key"], text)
    for question in questions:
        if any(likeness(question["prompt_md"], text) > TOO_ALIKE for text in given.asked):
            text = f"{question['key']} asks what another lesson asks."
            yield Finding("alike", question["key"], text)


def _lopsided(questions: list[Content]) -> Iterator[Finding]:
    """A right answer that is always the first or the longest is found without knowing anything."""
    singles = [question for question in questions if question["type"] == "single"]
    singles = [question for question in singles if len(_right(question)) == 1]
    if len(singles) < 4:
        return
    first = sum(question["options"][0]["correct"] for question in singles)
    longest = sum(_is_longest(question) for question in singles)
    for count, word in zip((first, longest), _LEADING, strict=True):
        if count * 4 > len(singles) * 3:
            text = f"The right option is the {word} one in {count} of {len(singles)} questions."
            yield Finding(f"right-is-{word}", "", text)


def _is_longest(question: Content) -> bool:
    right = _right(question)[0]["text"]
    others = [option["text"] for option in question["options"] if not option["correct"]]
    return all(len(right) > len(text) for text in others)


def _right(question: Content) -> list[Content]:
    return [option for option in question["options"] if option["correct"]]


# One question ----------------------------------------------------------------------------------


def _question(question: Content, given: Given) -> Iterator[Finding]:
    key = question["key"]
    for text in (*_SHAPES[question["type"]](question), *_options_alone(question)):
        yield Finding("question", key, f"{key}: {text}")
    yield from _quote(question, given)


def _options_alone(question: Content) -> Iterator[str]:
    keys = [option["key"] for option in question["options"]]
    texts = [folded(option["text"]) for option in question["options"]]
    if len(set(keys)) < len(keys) or len(set(texts)) < len(texts):
        yield "two options are the same."


def _single(question: Content) -> Iterator[str]:
    if len(question["options"]) < 2 or len(_right(question)) != 1:
        yield "exactly one of at least two options is right."


def _multi(question: Content) -> Iterator[str]:
    if len(question["options"]) < 3 or not _right(question):
        yield "at least one of at least three options is right."


def _true_false(question: Content) -> Iterator[str]:
    keys = {option["key"] for option in question["options"]}
    if keys != {"true", "false"} or len(_right(question)) != 1:
        yield "its options are true and false, and one of them is right."


def _short(question: Content) -> Iterator[str]:
    if not question["accept"]:
        yield "nothing is accepted as an answer."


def _numeric(question: Content) -> Iterator[str]:
    if number_of(question) is None:
        yield "the answer is not a number."


def number_of(question: Content) -> Decimal | None:
    try:
        value = Decimal(question["accept"][0].strip()) if question["accept"] else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() and abs(value) < 10**15 else None


def _ordered(question: Content) -> Iterator[str]:
    if len(question["options"]) < 3:
        yield "an order has at least three parts."


def _match(question: Content) -> Iterator[str]:
    lefts, rights = question["options"], question["accept"]
    if len(lefts) < 2 or len(lefts) != len(rights):
        yield "each left side has its right side in accept."
    elif len(set(map(folded, rights))) < len(rights):
        yield "two right sides are the same."


_SHAPES = {
    "single": _single,
    "multi": _multi,
    "true_false": _true_false,
    "short": _short,
    "numeric": _numeric,
    "order": _ordered,
    "match": _match,
}


def _quote(question: Content, given: Given) -> Iterator[Finding]:
    source = question["source"]
    if source is None:
        return
    material = given.materials.get(source["material"])
    if material is None or folded(source["quote"]) not in folded(material):
        text = f"{question['key']}: the quote does not stand in the material."
        yield Finding("quote", question["key"], text)


def _exercise(exercise: Content) -> Iterator[Finding]:
    solution = folded(exercise["solution_md"])
    for number, hint in enumerate(exercise["hints"], start=1):
        if len(solution) > 20 and solution in folded(hint):
            yield Finding("hint", f"hint {number}", f"Hint {number} gives the solution away.")


# The second solve ------------------------------------------------------------------------------


def of_solution(content: Content, solved: Content) -> list[Finding]:
    """Where somebody who has not seen the key comes to another answer."""
    answers = {answer["key"]: answer for answer in solved["answers"]}
    found = []
    for question in questions_of(content):
        answer = answers.get(question["key"])
        if answer is None or not agrees(question, answer):
            text = f"{question['key']}: a second solution does not agree with the key."
            doubt = answer["doubt"] if answer else ""
            found.append(Finding("solve", question["key"], f"{text} {doubt}".strip()))
    found += [Finding("concern", "", f"It was marked as {word}.") for word in solved["concerns"]]
    return found


def agrees(question: Content, answer: Content) -> bool:
    chosen = [folded(text) for text in answer["chosen"]]
    kind = question["type"]
    if kind in {"single", "multi", "true_false"}:
        return sorted(chosen) == sorted(folded(option["key"]) for option in _right(question))
    if kind == "order":
        return chosen == [folded(option["key"]) for option in question["options"]]
    if kind == "match":
        return chosen == [folded(text) for text in question["accept"]]
    said = folded(answer["text"] or (answer["chosen"] or [""])[0])
    if kind == "numeric":
        return _is_near(question, said)
    return said in {folded(text) for text in question["accept"]}


def _is_near(question: Content, said: str) -> bool:
    value = number_of(question)
    try:
        given = Decimal(said.replace(",", "."))
    except InvalidOperation:
        return False
    tolerance = Decimal(str(question["tolerance"] or 0))
    return value is not None and given.is_finite() and abs(given - value) <= tolerance
