"""What the demo's lessons and keys claim is true, wherever a program can tell."""

import io
import re
from collections.abc import Callable
from contextlib import redirect_stdout
from fractions import Fraction
from pathlib import Path

import pytest

from tests.courses.demo_content import COURSES, Quiz, Row, bodies, fences, questions, right_options

PYTHON = "python-first-line-to-small-program"
ALGEBRA = "linear-equations-balance-to-graph"
SPANISH = "spanish-first-week-in-madrid"
MUSIC = "reading-music-first-melody"


@pytest.fixture(autouse=True)
def clean_redis() -> None:
    """These tests read files: no service has to run for them."""


# Python: run what is printed -------------------------------------------------------------------


def run(code: str, transcript: str = "") -> str:
    """What a terminal would show; `input` finds what was typed in the expected transcript."""
    shown = io.StringIO()

    def typed(prompt: str) -> str:
        shown.write(prompt)
        answer = transcript[len(shown.getvalue()) :].split("\n", 1)[0]
        shown.write(answer + "\n")
        return answer

    with redirect_stdout(shown):
        try:
            exec(compile(code, "hello.py", "exec"), {"input": typed})  # noqa: S102 - our own lesson
        except Exception as error:  # noqa: BLE001 - a lesson may show any error
            shown.write(f"{type(error).__name__}: {error.args[0]!s}\n")
    return shown.getvalue()


def runnable() -> list[tuple[str, str, str]]:
    return [
        (f"{path.stem}:{code.map[0] + 1 if code.map else 0}", code.content, output.content)
        for path in bodies()
        for code, output in fences(path.read_text(encoding="utf-8"))
        if code.info == "python" and output is not None and output.info == "text"
    ]


@pytest.mark.parametrize(
    ("code", "output"), [row[1:] for row in runnable()], ids=[row[0] for row in runnable()]
)
def test_an_example_prints_what_the_lesson_says(code: str, output: str) -> None:
    if output.startswith("Traceback"):
        claimed = output.splitlines()[-1].partition(" Did you mean")[0]
        assert run(code).strip().removeprefix("KeyError: ") in claimed
        assert re.match(r"[A-Z]\w+Error: ", claimed)
    else:
        assert run(code, output) == output


def test_every_python_example_states_its_output() -> None:
    blocks = [
        code
        for path in bodies()
        for code, _ in fences(path.read_text(encoding="utf-8"))
        if code.info == "python"
    ]
    assert len(blocks) == len(runnable()) >= 40


def programs() -> list[tuple[str, str, Row]]:
    return [
        (f"{one.lesson}/{row['key']}", code.content, row)
        for one, row in questions()
        for code, _ in fences(row["prompt"])
        if code.info == "python"
    ]


@pytest.mark.parametrize(
    ("code", "question"), [row[1:] for row in programs()], ids=[row[0] for row in programs()]
)
def test_a_program_in_a_question_prints_its_key(code: str, question: Row) -> None:
    assert run(code).strip() in keyed_texts(question)


def keyed_texts(question: Row) -> list[str]:
    if question["kind"] == "number":
        return [question["number"]["value"]]
    if question["kind"] == "text":
        return list(question["accepted"])
    return [o["text"].strip("`") for o in question["options"] if o["correct"]]


def test_the_indices_in_the_checkpoint_are_right() -> None:
    [question] = [row for _, row in questions() if row["key"] == "last-index"]
    rooms = ["kitchen", "hall", "attic"]
    found = {"a": rooms[2], "c": rooms[-1], "d": rooms[len(rooms) - 1]}
    assert set(found.values()) == {"attic"}
    assert right_options(question) == set(found)


# Numbers: put every key back into the question ---------------------------------------------------

PITCH = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
CHECKS: dict[str, Callable[[Fraction], bool]] = {
    f"{PYTHON}/checkpoint/remainder": lambda x: x == 47 % 6,
    f"{ALGEBRA}/practice-quiz/one-step": lambda x: x + 12 == 5,
    f"{ALGEBRA}/practice-quiz/two-steps": lambda x: 6 * x - 5 == 16,
    f"{ALGEBRA}/practice-quiz/both-sides": lambda x: 7 * x - 3 == 4 * x + 18,
    f"{ALGEBRA}/practice-quiz/with-brackets": lambda x: 3 * (2 * x - 1) == 4 * (x + 2) - 1,
    f"{ALGEBRA}/final-quiz/fractions": lambda x: x / 3 + x / 5 == 16,
    f"{ALGEBRA}/final-quiz/offer": lambda k: 8 + k / 2 == 3 + k * 3 / 4,
    f"{ALGEBRA}/final-quiz/slope": lambda m: m * (3 - -1) == -4 - 8,
    f"{ALGEBRA}/final-quiz/meet-x": lambda x: 2 * x + 1 == -x + 13,
    f"{ALGEBRA}/final-quiz/meet-y": lambda y: (y - 1) / 2 == 13 - y,
    f"{SPANISH}/midweek-quiz/count": lambda n: n == 70 + 6,
    f"{MUSIC}/halfway-quiz/distance": lambda n: n == PITCH["G"] - PITCH["D"],
    f"{MUSIC}/halfway-quiz/dot": lambda n: n == 2 + Fraction(2, 2),
    f"{MUSIC}/final-quiz/duration": lambda s: s == Fraction(30 * 3, 90) * 60,
    f"{MUSIC}/final-quiz/ode-rhythm": lambda n: n == Fraction(3, 2) + Fraction(1, 2) + 2,
}


def number_questions() -> list[tuple[Quiz, Row]]:
    return [
        (one, row)
        for one, row in questions()
        if row["kind"] == "number" and "```python" not in row["prompt"]
    ]


def test_every_number_is_checked() -> None:
    assert {f"{one.course}/{one.lesson}/{row['key']}" for one, row in number_questions()} == set(
        CHECKS
    )


@pytest.mark.parametrize(("one", "question"), number_questions())
def test_a_number_solves_its_question(one: Quiz, question: Row) -> None:
    check = CHECKS[f"{one.course}/{one.lesson}/{question['key']}"]
    assert check(Fraction(question["number"]["value"]))


# Arithmetic: every equality between plain numbers ------------------------------------------------

PLAIN = re.compile(r"[\d .+−·×:/()=]*=[\d .+−·×:/()=]*")
CUT_OFF = re.compile(r"^([+·×:/]|− )|[+−·×:/]$|^$")
# What a lesson calls false, on purpose.
FALSE_ON_PURPOSE = {"10 − 2 = 5", "3 = 5", "6 = 5", "5 = −5", "−6 = −5", "2 = −3"}


def value(side: str) -> Fraction:
    plain = side.replace("−", "-").replace("·", "*").replace("×", "*").replace(":", "/")
    plain = re.sub(r"(\d) (\d+/\d+)", r"(\1+\2)", plain)
    exact = re.sub(r"\d+(?:\.\d+)?", lambda n: f"F('{n[0]}')", plain)
    result = eval(exact.strip(), {"F": Fraction, "__builtins__": {}})  # noqa: S307 - our own lesson
    assert isinstance(result, Fraction)
    return result


def equalities(text: str) -> list[str]:
    """Chains such as `2 · 3 + 1 = 6 + 1 = 7`, without the sides that reach into a letter."""
    return [
        " = ".join(sides)
        for line in re.sub(r"(?<! ):|\.(?!\d)", ";", text).splitlines()
        for found in PLAIN.finditer(line)
        if len(sides := whole_sides(line, found)) > 1
    ]


def whole_sides(line: str, found: re.Match[str]) -> list[str]:
    sides = found[0].split("=")
    if line[: found.start()][-1:].isalnum() and sides[0][:1].strip():
        sides = sides[1:]
    if line[found.end() :][:1].isalpha() and sides[-1][-1:].strip():
        sides = sides[:-1]
    return [side.strip() for side in sides if is_whole(side.strip())]


def is_whole(side: str) -> bool:
    return not CUT_OFF.search(side) and side.count("(") == side.count(")")


def arithmetic() -> list[tuple[str, str]]:
    files: list[Path] = sorted(
        path for slug in (ALGEBRA, MUSIC) for path in (COURSES / slug / "lessons").iterdir()
    )
    return [
        (path.stem, chain)
        for path in files
        for chain in equalities(path.read_text(encoding="utf-8"))
        if chain not in FALSE_ON_PURPOSE
    ]


def test_plain_arithmetic_in_the_lessons_is_right() -> None:
    chains = arithmetic()
    assert len(chains) >= 100
    wrong = [row for row in chains if len({value(side) for side in row[1].split("=")}) != 1]
    assert wrong == []


# Music: build the scales -------------------------------------------------------------------------

MAJOR = [2, 2, 1, 2, 2, 2]


def major_scale(tonic: str) -> list[str]:
    letters = "CDEFGAB"
    start = letters.index(tonic[0])
    wanted = PITCH[tonic[0]] + tonic.count("♯") - tonic.count("♭")
    scale = [tonic]
    for degree, step in enumerate(MAJOR, start=1):
        wanted += step
        letter = letters[(start + degree) % 7]
        bend = (wanted - PITCH[letter] + 6) % 12 - 6
        scale.append(letter + "♯" * bend + "♭" * -bend)
    return scale


def lesson(course: str, key: str) -> str:
    return (COURSES / course / "lessons" / f"{key}.md").read_text(encoding="utf-8")


def test_the_table_of_keys_is_right() -> None:
    rows = re.findall(r"^\| ([A-G]♭?) \| (\d) (?:sharp|flat)s? \| (.+?) \|$", KEYS, re.MULTILINE)
    assert len(rows) == 8
    for tonic, count, signs in rows:
        bent = {note for note in major_scale(tonic) if len(note) > 1}
        assert bent == set(signs.split())
        assert len(bent) == int(count)


KEYS = lesson(MUSIC, "major-scale-and-keys")


@pytest.mark.parametrize("tonic", ["D", "B♭"])
def test_the_scales_in_the_answers_are_right(tonic: str) -> None:
    assert " ".join([*major_scale(tonic), tonic]) + "." in KEYS


def test_the_keys_about_scales_are_right() -> None:
    asked = {row["key"]: row for one, row in questions() if one.course == MUSIC}
    assert [n for n in major_scale("D") if "♯" in n] == ["F♯", "C♯"]
    assert asked["two-sharps"]["accepted"][0] == "D"
    assert sum("♭" in n for n in major_scale("E♭")) == 3
    assert keyed_texts(asked["three-flats"]) == ["E♭ major"]
    scale = major_scale("F")
    assert asked["transpose"]["accepted"][0] == " ".join(scale[d - 1] for d in (1, 2, 3, 1))
    inside = {o["text"]: o["text"] in major_scale("G") for o in asked["g-major"]["options"]}
    assert inside == {o["text"]: o["correct"] for o in asked["g-major"]["options"]}


# Spanish: the rule of stress ---------------------------------------------------------------------


def stressed(syllables: list[str]) -> int:
    """The place of the strong syllable by the three rules of the lesson, counted from the end."""
    for place, syllable in enumerate(reversed(syllables), start=1):
        if set(syllable) & set("áéíóú"):
            return place
    return 2 if syllables[-1][-1] in "aeiouns" else 1


def test_the_marked_syllables_follow_the_rules() -> None:
    rows = re.findall(r"^\| (\w+) \| (\S*\*\*\S+) \| ", lesson(SPANISH, "sounds-and-stress"), re.M)
    assert len(rows) == 8
    for word, marked in rows:
        parts = marked.split("-")
        syllables = [part.strip("*").casefold() for part in parts]
        assert "".join(syllables) == word.casefold()
        assert parts[-stressed(syllables)].startswith("**")
