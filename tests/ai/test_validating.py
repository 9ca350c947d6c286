"""Every check of what a model wrote: a text it objects to, and one beside it that is right."""

import copy
from typing import Any

import pytest

from ai import languages, validating
from ai.validating import Given

GIVEN = Given("en", {"m1": "A bowline keeps its loop open. Write to crew@knots.test."})
Content = dict[str, Any]


def question(kind: str = "single", right: int = 1, **facts: Any) -> Content:
    texts = ["A bowline", "A reef knot", "A clove hitch", "A sheet bend"]
    options = [
        {"key": f"o{n}", "text": text, "correct": n == right, "why": ""}
        for n, text in enumerate(texts)
    ]
    return {
        "key": "q1", "type": kind, "prompt_md": "Which of them keeps its loop open under load?",
        "options": options, "accept": [], "tolerance": None, "points": 1, "objective": "",
        "source": None, **facts,
    }  # fmt: skip


def true_false() -> list[Content]:
    return [{"key": key, "text": key, "correct": key == "true", "why": ""} for key in TRUTH]


TRUTH = ("true", "false")


def codes(content: Content, given: Given = GIVEN) -> set[str]:
    return {finding.code for finding in validating.of_content(content, given)}


def quiz(*rows: Content) -> Content:
    return {"questions": list(rows)}


def test_the_control_a_good_quiz_has_no_findings() -> None:
    assert codes(quiz(question())) == set()


def chosen(kind: str, right: list[int], **facts: Any) -> Content:
    row = question(kind, **facts)
    for place, option in enumerate(row["options"]):
        option["correct"] = place in right
    return row


def without(row: Content, count: int) -> Content:
    return {**row, "options": row["options"][:count]}


@pytest.mark.parametrize(
    ("bad", "good"),
    [
        (chosen("single", [0, 1]), chosen("single", [1])),
        (chosen("single", []), chosen("single", [1])),
        (without(chosen("single", [0]), 1), without(chosen("single", [0]), 2)),
        (chosen("multi", []), chosen("multi", [0, 1])),
        (without(chosen("multi", [0]), 2), without(chosen("multi", [0]), 3)),
        (question("true_false"), question("true_false", options=true_false())),
        (question("short"), question("short", accept=["bowline"])),
        (question("numeric"), question("numeric", accept=["4.5"])),
        (question("numeric", accept=["four"]), question("numeric", accept=["4"])),
        (question("numeric", accept=["NaN"]), question("numeric", accept=["-1e3"])),
        (question("numeric", accept=["1e15"]), question("numeric", accept=["1e14"])),
        (without(question("order"), 2), without(question("order"), 3)),
        (
            without(question("match", accept=["a"]), 2),
            without(question("match", accept=["a", "b"]), 2),
        ),
        (
            without(question("match", accept=["a", "A "]), 2),
            without(question("match", accept=["a", "b"]), 2),
        ),
    ],
)
def test_a_question_has_a_key_of_its_kind(bad: Content, good: Content) -> None:
    assert codes(quiz(bad)) == {"question"}
    assert codes(quiz(good)) == set()


@pytest.mark.parametrize("name", ["key", "text"])
def test_two_options_are_not_the_same(name: str) -> None:
    row = question()
    row["options"][3][name] = row["options"][2][name]
    assert codes(quiz(row)) == {"question"}


def test_two_questions_have_two_keys() -> None:
    other = question(prompt_md="What is it that a sailor calls the end of a rope?")
    assert codes(quiz(question(), other)) == {"key-twice"}
    assert codes(quiz(question(), {**other, "key": "q2"})) == set()


def test_no_question_is_asked_twice_here_or_in_another_lesson() -> None:
    again = question(key="q2", prompt_md="Which of them keeps its loop open, under load?")
    assert codes(quiz(question(), again)) == {"alike"}
    asked = Given("en", {}, (question()["prompt_md"],))
    assert codes(quiz(question()), asked) == {"alike"}
    assert codes(quiz(question()), Given("en", {}, ("Something else?",))) == set()


def many(*rights: int) -> Content:
    prompts = ("load and loops", "joining two ropes", "hanging a fender", "tying to a ring")
    return quiz(
        *(
            question(right=right, key=f"q{n}", prompt_md=f"What is best for {prompts[n]}?")
            for n, right in enumerate(rights)
        )
    )


def test_the_right_option_is_not_always_the_first_nor_the_longest() -> None:
    assert codes(many(0, 0, 0, 0)) == {"right-is-first"}
    assert codes(many(0, 0, 0, 1)) == set(), "three of four may be chance"
    assert codes(many(0, 0, 0)) == set()
    long = many(1, 1, 2, 3)
    for row in long["questions"]:
        next(option for option in row["options"] if option["correct"])["text"] += " of the longest"
    assert codes(long) == {"right-is-longest"}


def test_a_quote_stands_in_the_material_it_names() -> None:
    def quoting(material: str, quote: str) -> Content:
        return quiz(question(source={"material": material, "quote": quote}))

    assert codes(quoting("m1", "keeps its  LOOP open")) == set()
    assert codes(quoting("m1", "keeps its loop shut")) == {"quote"}
    assert codes(quoting("m2", "keeps its loop open")) == {"quote"}


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Write to somebody@victim.test.", {"personal-data"}),
        ("Call +49 170 1234567.", {"personal-data"}),
        ("Write to crew@knots.test.", set()),
        ("Write to you@example.com.", set()),
        ("It is 1 234 567 times.", set()),
    ],
)
def test_nobodys_address_is_told_that_was_not_given(said: str, found: set[str]) -> None:
    assert codes({"body_md": said}) == found


def test_a_lesson_has_a_size() -> None:
    assert codes({"body_md": "a" * 59_000}) == set()
    assert codes({"body_md": "a" * 61_000}) == {"size"}


def exercise(hint: str) -> Content:
    solution = "Make a small loop and pass the end through it."
    return {
        "exercise": {
            "prompt_md": "Tie it.", "type": "problem", "difficulty": 1, "hints": ["Look.", hint],
            "solution_md": solution, "rubric": [],
        }
    }  # fmt: skip


def test_a_hint_does_not_hold_the_solution() -> None:
    leak = "You should make a small loop and pass the end through it."
    assert codes(exercise(leak)) == {"hint"}
    assert codes(exercise("Begin with a loop.")) == set()
    many = {"exercises": [exercise(leak)["exercise"]]}
    assert codes(many) == {"hint"}


# The outline -----------------------------------------------------------------------------------


def outline(**facts: Any) -> Content:
    lessons = [{"key": f"s1l{n}", "title": f"Lesson {n}", "prerequisites": []} for n in range(1, 4)]
    section = {"key": "s1", "title": "One", "lessons": lessons}
    texts = {"title": "Knots", "summary": "Six knots.", "objectives": ["Tie six."]}
    return {**texts, "language": "en", "sections": [section], **facts}


def found(outline: Content) -> set[str]:
    return {finding.code for finding in validating.of_outline(outline, GIVEN)}


def changed(place: int, **facts: Any) -> Content:
    whole = copy.deepcopy(outline())
    whole["sections"][0]["lessons"][place] |= facts
    return whole


def test_an_outline_is_in_order() -> None:
    assert found(outline()) == set()
    assert found(changed(1, prerequisites=["s1l1"])) == set()
    for key in ("s1l2", "s1l3", "s9l9"):
        assert found(changed(1, prerequisites=[key])) == {"prerequisite"}, key


def test_an_outline_names_each_part_once() -> None:
    assert found(changed(1, key="s1l1")) == {"key-twice"}
    assert found(changed(1, key="s1")) == {"key-twice"}
    assert found(changed(1, title="LESSON  1")) == {"title-twice"}


def test_an_outline_is_in_the_language_that_was_asked_for() -> None:
    assert found(outline(language="de")) == {"language"}
    assert found(outline(summary=GERMAN)) == {"language"}


# The language ----------------------------------------------------------------------------------

GERMAN = (
    "Der Palstek ist ein Knoten, der sich auch unter Last nicht zuzieht, und er ist für das "
    "Segeln einer der wichtigsten. Man legt eine kleine Schlinge und führt das Ende von unten "
    "hindurch, um die stehende Part herum und wieder zurück in die Schlinge. Mit ein wenig Übung "
    "geht das auch im Dunkeln und mit einer Hand."
)
ENGLISH = (
    "The bowline is a knot that does not slip under load, and it is one of the most useful for "
    "anybody who sails. You make a small loop and lead the end through it from below, around the "
    "standing part and back into the loop. With a little practice you can tie it in the dark."
)


@pytest.mark.parametrize(
    ("text", "language", "fits"),
    [
        (ENGLISH, "en", True),
        (GERMAN, "de", True),
        (GERMAN, "en", False),
        (ENGLISH, "de", False),
        (ENGLISH, "ru", False),
        ("Это узел, который не затягивается.", "ru", True),
        ("Это узел, который не затягивается. " * 12, "en", False),
        ("Kurz.", "en", True),
        (f"```\n{GERMAN}\n```", "en", True),
    ],
)
def test_a_text_is_in_its_language(text: str, language: str, fits: bool) -> None:
    assert languages.fits(text, language) is fits


def test_a_lesson_in_another_language_is_found() -> None:
    assert codes({"body_md": GERMAN}) == {"language"}
    assert codes({"body_md": ENGLISH}) == set()


# The second solve ------------------------------------------------------------------------------


def answer(**facts: Any) -> Content:
    return {"key": "q1", "chosen": [], "text": "", "doubt": "", **facts}


@pytest.mark.parametrize(
    ("asked", "agreeing", "other"),
    [
        (question(), {"chosen": ["o1"]}, {"chosen": ["o2"]}),
        (question(), {"chosen": ["O1 "]}, {"chosen": ["o1", "o2"]}),
        (chosen("multi", [0, 2]), {"chosen": ["o2", "o0"]}, {"chosen": ["o0"]}),
        (
            question("order"),
            {"chosen": ["o0", "o1", "o2", "o3"]},
            {"chosen": ["o1", "o0", "o2", "o3"]},
        ),
        (question("match", accept=["a", "b"]), {"chosen": ["a", "B"]}, {"chosen": ["b", "a"]}),
        (question("numeric", accept=["4"], tolerance=0.5), {"text": "4,5"}, {"text": "4.6"}),
        (question("numeric", accept=["4"]), {"text": "4.0"}, {"text": "nan"}),
        (question("short", accept=["A Bowline"]), {"text": "a  bowline"}, {"text": "bow"}),
    ],
)
def test_a_second_solution_agrees_or_does_not(
    asked: Content, agreeing: Content, other: Content
) -> None:
    def said(facts: Content, concerns: list[str] | None = None) -> list[str]:
        solved = {"answers": [answer(**facts)], "concerns": concerns or []}
        return [row.code for row in validating.of_solution(quiz(asked), solved)]

    assert said(agreeing) == []
    assert said(other) == ["solve"]
    assert said({**agreeing, "key": "q2"}) == ["solve"], "what was not solved does not agree"
    assert said(agreeing, ["hate"]) == ["concern"]
