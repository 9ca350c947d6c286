"""Every kind of question: written in a file, asked, answered by a form, marked, written back."""

import json
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from courses import source_files
from courses.errors import SourceInvalid
from courses.grading import share
from courses.models import BankItem, Course, Enrollment, Question, QuizSlot
from courses.patterns import PatternInvalid, compiled
from courses.quiz_checks import problems_of_question, problems_of_quiz
from courses.quiz_source import canonical, facts_of, row_of, token
from courses.services import authoring, bank, enrolling, quiz_publishing, quizzes, sources
from courses.sheets import fits, options_of
from courses.source_files import dumped
from tests.courses.all_kinds import KINDS, file_of, right_answers
from tests.courses.conftest import QUIZ, lesson, write_course
from tests.courses.demo_content import quizzes as demo_quizzes

A, B, C = (token(text) for text in ("Mercury", "Venus", "Earth"))
ORDER = {"order": [A, B, C]}
PAIRS = {"pairs": {"l1": "r1", "l2": "r2"}, "extra": ["r3"]}
WORD = {"accepted": ["naïve"], "pattern": "ba(na){2}s?"}


@pytest.mark.parametrize(
    ("kind", "solution", "answer", "expected"),
    [
        ("order", ORDER, [A, B, C], "1"),
        ("order", ORDER, [B, A, C], "1/3"),
        ("order", {**ORDER, "scoring": "all"}, [B, A, C], "0"),
        ("order", ORDER, [A, B], "0"),
        ("order", ORDER, [A, None, None], "1/3"),
        ("order", ORDER, "abc", "0"),
        ("match", PAIRS, {"l1": "r1", "l2": "r2"}, "1"),
        ("match", PAIRS, {"l1": "r1", "l2": "r3"}, "1/2"),
        ("match", {**PAIRS, "scoring": "all"}, {"l1": "r1"}, "0"),
        ("match", PAIRS, ["l1"], "0"),
        ("multiple", {"correct": ["a", "b"], "scoring": "all"}, ["b", "a"], "1"),
        ("multiple", {"correct": ["a", "b"], "scoring": "all"}, ["a"], "0"),
        ("multiple", {"correct": ["a"], "scoring": "all"}, ["a", "c"], "0"),
        ("number", {"value": "-200", "tolerance": "1%"}, "-198", "1"),
        ("number", {"value": "-200", "tolerance": "1%"}, "-197.99", "0"),
        ("number", {"value": "0", "tolerance": "50%"}, "0,1", "0"),
        ("text", WORD, "NAI\u0308VE ", "1"),
        ("text", WORD, "Bananas", "1"),
        ("text", WORD, "bananass", "0"),
        ("text", {**WORD, "also": ["Plantain"]}, "plantain", "1"),
        ("single", {"correct": ["a"], "also": ["b"]}, "b", "1"),
        ("multiple", {"correct": ["a"], "also": [["c", "b"]]}, ["b", "c"], "1"),
        ("true_false", {"answer": True, "also": [False]}, False, "1"),
        ("open", {}, "anything", "0"),
    ],
)
def test_marks(kind: str, solution: dict[str, Any], answer: Any, expected: str) -> None:
    top, _, bottom = expected.partition("/")
    assert share(kind, solution, answer) == Decimal(top) / Decimal(bottom or "1")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)
SOLUTIONS = {"order": ORDER, "match": PAIRS, "text": WORD}


@given(kind=st.sampled_from(sorted(SOLUTIONS)), answer=ANYTHING)
def test_whatever_is_sent_earns_between_nothing_and_all(kind: str, answer: Any) -> None:
    assert 0 <= share(kind, SOLUTIONS[kind], answer) <= 1  # type: ignore[arg-type]


@given(items=st.lists(st.text(min_size=1), min_size=2, max_size=8, unique=True), data=st.data())
def test_only_the_whole_order_is_worth_all(items: list[str], data: st.DataObject) -> None:
    solution = {"order": items}
    given_ = data.draw(st.permutations(items))
    worth = share("order", solution, list(given_))
    assert (worth == 1) == (list(given_) == items)
    assert share("order", {**solution, "scoring": "all"}, list(given_)) in {0, 1}


# Patterns --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("colou?r", ["color", "colour"], ["colouur", "colo", "a color"]),
        ("(cat|dog)s?", ["cat", "dogs"], ["catdog", ""]),
        (r"\d{4}-\d{2}", ["2026-11"], ["26-11", "2026-1"]),
        ("[a-c]+", ["abc", "a"], ["abd", ""]),
        ("[^0-9 ]*", ["", "abc"], ["a1"]),
        (r"a\.b", ["a.b"], ["axb"]),
        (".{2,3}", ["ab", "abc"], ["a", "abcd"]),
        ("x*y*", ["", "xxyy"], ["yx"]),
        ("(ab)+", ["ab", "abab"], ["aba"]),
    ],
)
def test_patterns_match_the_whole_answer(pattern: str, yes: list[str], no: list[str]) -> None:
    automaton = compiled(pattern)
    assert [text for text in yes if not automaton.matches(text)] == []
    assert [text for text in no if automaton.matches(text)] == []


@pytest.mark.parametrize(
    "pattern",
    [
        *("", "(a", "a)", "*a", "a{3,2}", "a{99}", "[b-a]", r"\1", "(?=a)", "^a$", "[", "a\\"),
        *("a{50}" * 20, "(" * 100 + "a" + ")" * 99, "((((a{50}){50}){50}){50})"),
    ],
)
def test_what_is_not_offered_is_refused_in_words(pattern: str) -> None:
    with pytest.raises(PatternInvalid) as refused:
        compiled(pattern)
    assert str(refused.value)


@pytest.mark.parametrize("pattern", ["(a*)*b", "(a|a)*b", "(a|aa)+b", "(.*)(.*)(.*)b", "a*" * 60])
def test_no_pattern_hangs(pattern: str) -> None:
    """The usual engine needs longer than the age of the universe for most of these."""
    began = time.process_time()
    assert not compiled(pattern).matches("a" * 499 + "!")
    assert time.process_time() - began < 2


@given(st.text(alphabet="ab|()*+?{}[]-^\\.1,", max_size=25), st.text(alphabet="ab1", max_size=12))
def test_any_pattern_is_understood_or_refused(pattern: str, text: str) -> None:
    try:
        automaton = compiled(pattern)
    except PatternInvalid:
        return
    assert automaton.matches(text) in {True, False}


# Files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", [QUIZ, KINDS, *(one.body for one in demo_quizzes())])
def test_written_and_read_again_a_quiz_is_the_same_bytes(source: dict[str, Any]) -> None:
    assert problems_of_quiz(source) == []
    first = file_of(source)
    read = yaml.safe_load(first)
    assert problems_of_quiz(read) == []
    assert file_of(read) == first
    for row, again in zip(source["questions"], read["questions"], strict=True):
        assert facts_of(row) == facts_of(again)


def test_what_is_usual_is_not_written() -> None:
    plain = canonical({"attempts": None, "record": "highest", "questions": [{"use": "x"}]})
    assert plain == {"pass_percent": 70, "questions": [{"use": "x"}]}


TEXTS = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30
).filter(lambda text: text.strip() == text)


@given(prompt=TEXTS, items=st.lists(TEXTS, min_size=2, max_size=5, unique=True))
def test_any_text_survives_the_file(prompt: str, items: list[str]) -> None:
    row = {"key": "k", "kind": "order", "prompt": prompt, "items": items}
    facts = facts_of(row)
    again = yaml.safe_load(dumped(row_of("k", facts, facts.solution)))
    assert facts_of(again) == facts


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "essay"},
        {"key": "No Slug"},
        {"prompt": " "},
        {"points": 0},
        {"points": "1.005"},
        {"points": 10**9},
        {"items": ["a", "a"]},
        {"items": ["a"]},
        {"items": "ab"},
        {"kind": "match", "pairs": [{"left": "a", "right": "b"}, {"left": "a", "right": "c"}]},
        {"kind": "match", "pairs": [{"left": "a"}, {"left": "b", "right": "c"}]},
        {"kind": "text", "accepted": []},
        {"kind": "text", "accepted": [], "pattern": "(a"},
        {"kind": "text", "pattern": 5},
        {"kind": "number", "number": {"value": "NaN"}},
        {"kind": "number", "number": {"value": "1", "tolerance": "-1"}},
        {"kind": "single", "options": [{"key": "a", "text": "x", "correct": True}]},
        {"tags": "verbs"},
        {"scoring": "half"},
    ],
)
def test_a_question_that_cannot_be_marked_is_named(change: dict[str, Any]) -> None:
    row = {"key": "k", "kind": "order", "prompt": "?", "items": ["a", "b"], **change}
    assert problems_of_question(row)


@pytest.mark.parametrize(
    "change",
    [
        {"pass_percent": 0},
        {"pass_percent": True},
        {"attempts": "3"},
        {"record": "best"},
        {"review": "after_date"},
        {"review": "after_date", "review_from": "tomorrow"},
        {"shuffle_options": "yes"},
        {"colour": "red"},
        {"questions": []},
        {"questions": ["x"]},
        {"questions": [{"draw": 0, "tag": "x"}]},
        {"questions": [{"use": "a", "points": 3}]},
        {"questions": [*KINDS["questions"], KINDS["questions"][0]]},
    ],
)
def test_a_quiz_that_cannot_be_taken_is_named(change: dict[str, Any]) -> None:
    assert problems_of_quiz({**KINDS, **change})


# Asked and answered ----------------------------------------------------------------------------


@pytest.fixture
def kinds_course(tmp_path: Path, tess) -> Course:
    home = write_course(tmp_path)
    (home / "lessons/check.yaml").write_text(file_of(KINDS))
    course = authoring.load_course(home, instructor=tess)
    return authoring.publish(course=course, actor_id=tess.pk)


@pytest.fixture
def kinds_place(kinds_course: Course, sam) -> Enrollment:
    return enrolling.enroll_free(user=sam, course=kinds_course)


@pytest.mark.django_db
def test_all_right_waits_for_the_tutor(kinds_place: Enrollment) -> None:
    attempt = quizzes.start(enrollment=kinds_place, lesson=lesson(kinds_place.course, "check"))
    quizzes.save_answers(attempt=attempt, answers=right_answers(attempt))
    done = quizzes.submit(attempt=attempt)
    assert (done.state, done.score) == ("pending_review", None)
    points = dict(done.answers.values_list("question__key", "points"))
    assert points == {
        "all-primes": 2,
        "planets": 3,
        "capitals": 2,
        "colour": 1,
        "light": 1,
        "why": None,
    }


@pytest.mark.django_db
def test_an_open_question_left_empty_waits_for_nobody(kinds_place: Enrollment) -> None:
    attempt = quizzes.start(enrollment=kinds_place, lesson=lesson(kinds_place.course, "check"))
    given_ = right_answers(attempt)
    why = Question.objects.get(key="why").pk
    quizzes.save_answers(attempt=attempt, answers={**given_, why: "  \n"})
    done = quizzes.submit(attempt=attempt)
    assert (done.state, done.score) == ("graded", 9)


@pytest.mark.django_db
def test_a_sheet_is_filled_by_a_form_alone(client, kinds_place: Enrollment) -> None:
    client.force_login(kinds_place.user)
    base = "/learn/first-steps/check/"
    sheet = client.post(f"{base}start/", follow=True)
    text = sheet.content.decode()
    assert "CANARY" not in text
    attempt = kinds_place.attempts.get()
    form: dict[str, Any] = {"submit": "1"}
    for pk, answer in right_answers(attempt).items():
        if isinstance(answer, dict):
            form |= {f"q-{pk}-{left}": right for left, right in answer.items()}
        else:
            form[f"q-{pk}"] = answer
    assert all(f'name="{name}"' in text for name in form)
    result = client.post(f"{base}attempts/1/", form, follow=True)
    assert "Your tutor reads your answers" in result.content.decode()
    attempt.refresh_from_db()
    assert attempt.state == "pending_review"
    assert attempt.answers.exclude(question__key="why").filter(points__gt=0).count() == 5


@pytest.mark.django_db
def test_the_order_of_the_cards_says_nothing(kinds_place: Enrollment) -> None:
    planets = Question.objects.get(key="planets")
    assert [card["key"] for card in planets.options] == sorted([A, B, C])
    orders = {tuple(card["text"] for card in options_of(planets, seed)) for seed in range(1, 60)}
    assert len(orders) == 6
    assert options_of(planets, 7) == options_of(planets, 7)


@pytest.mark.django_db
def test_shapes(kinds_place: Enrollment) -> None:
    planets, capitals = (Question.objects.get(key=key) for key in ("planets", "capitals"))
    lefts = [card["key"] for card in capitals.options]
    assert fits(planets, [A, None, A])
    assert not fits(planets, [A, B])
    assert not fits(planets, [A, B, "x"])
    assert fits(capitals, {lefts[0]: token("Quito"), lefts[1]: None})
    assert not fits(capitals, {"x": token("Quito")})
    assert not fits(capitals, {lefts[0]: [1]})
    assert not fits(capitals, json.loads('{"a": {"b": 1}}'))


# The bank --------------------------------------------------------------------------------------


def banked(course: Course, number: int, *, tag: str = "verbs") -> None:
    for place in range(number):
        row = {"key": f"v{place}", "kind": "true_false", "prompt": f"V{place}", "answer": True}
        bank.keep(course=course, row={**row, "tags": [tag]})


@pytest.mark.django_db
def test_three_are_drawn_of_a_tag(kinds_course: Course, sam) -> None:
    banked(kinds_course, 8)
    quiz = lesson(kinds_course, "check")
    source = {"questions": [{"draw": 3, "tag": "verbs"}, {"use": "v0"}]}
    quiz_publishing.apply_quiz(lesson=quiz, source=source)
    place = enrolling.enroll_free(user=sam, course=kinds_course)
    asked = set()
    for _ in range(6):
        attempt = quizzes.submit(attempt=quizzes.start(enrollment=place, lesson=quiz))
        keys = list(attempt.answers.order_by("position").values_list("question__key", flat=True))
        assert (len(keys), len(set(keys)), keys[-1]) == (4, 4, "v0")
        asked |= set(keys)
    assert len(asked) > 4


@pytest.mark.django_db
@pytest.mark.parametrize(
    "row", [{"use": "nothing"}, {"draw": 9, "tag": "verbs"}, {"draw": 1, "tag": "nouns"}]
)
def test_what_the_bank_has_not_cannot_be_published(kinds_course: Course, row) -> None:
    banked(kinds_course, 8)
    with pytest.raises(SourceInvalid):
        quiz_publishing.apply_quiz(
            lesson=lesson(kinds_course, "check"), source={"questions": [row]}
        )
    assert QuizSlot.objects.count() == 6


@pytest.mark.django_db
def test_an_edit_waits_for_the_next_publishing(kinds_course: Course, tess) -> None:
    banked(kinds_course, 1)
    quiz, source = lesson(kinds_course, "check"), {"questions": [{"use": "v0"}]}
    quiz_publishing.apply_quiz(lesson=quiz, source=source)
    item = BankItem.objects.get(key="v0")
    row = {"key": "v0", "kind": "true_false", "prompt": "Better", "answer": True, "tags": ["verbs"]}
    bank.edit(item=item, row=row, version=1, actor_id=tess.pk)
    slots = QuizSlot.objects.filter(quiz=quiz.quiz)
    assert slots.get().questions.get().prompt == "V0"
    quiz_publishing.apply_quiz(lesson=quiz, source=source)
    assert slots.get().questions.get().prompt == "Better"


@pytest.mark.django_db
def test_the_bank_travels_with_the_course(kinds_course: Course, tess) -> None:
    banked(kinds_course, 3)
    files = source_files.render(sources.document_for_files(kinds_course))
    assert b"V2" in files["bank.yaml"]
    sources.load_draft(course=kinds_course, document=sources.read(files), actor_id=tess.pk)
    assert source_files.render(sources.document_for_files(kinds_course)) == files
    assert Question.objects.filter(item__home="").count() == 3
    del files["bank.yaml"]
    sources.load_draft(course=kinds_course, document=sources.read(files), actor_id=tess.pk)
    assert bank.rows_of(kinds_course) == []
