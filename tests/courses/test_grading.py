"""Marks: exact, kind to typing, deaf to nonsense."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.grading import normal, number, passes, share

ONE = {"correct": ["a"]}
TWO = {"correct": ["a", "b"]}


@pytest.mark.parametrize(
    ("kind", "solution", "answer", "expected"),
    [
        ("single", ONE, "a", 1),
        ("single", ONE, "b", 0),
        ("single", ONE, ["a"], 0),
        ("multiple", TWO, ["a", "b"], 1),
        ("multiple", TWO, ["b"], "0.5"),
        ("multiple", TWO, ["a", "b", "c"], "0.5"),
        ("multiple", TWO, ["a", "c"], 0),
        ("multiple", TWO, ["c", "d"], 0),
        ("multiple", TWO, ["a", "a"], "0.5"),
        ("multiple", TWO, "a", 0),
        ("multiple", TWO, [{}], 0),
        ("true_false", {"answer": True}, True, 1),
        ("true_false", {"answer": True}, 1, 0),
        ("true_false", {"answer": False}, "false", 0),
        ("number", {"value": "3.5", "tolerance": "0.01"}, "3,5", 1),
        ("number", {"value": "3.5", "tolerance": "0.01"}, "3.51", 1),
        ("number", {"value": "3.5", "tolerance": "0.01"}, "3.511", 0),
        ("number", {"value": "-2"}, "\u2212 2", 1),
        ("number", {"value": "2"}, "NaN", 0),
        ("number", {"value": "2"}, "1e999999", 0),
        ("text", {"accepted": ["¡Hola!", "hola"]}, "  HOLA ", 1),
        ("text", {"accepted": ["straße"]}, "STRASSE", 1),
        ("text", {"accepted": ["hola"]}, "ola", 0),
        ("text", {"accepted": ["hola"]}, None, 0),
    ],
)
def test_marks(kind: str, solution: dict[str, Any], answer: Any, expected: Any) -> None:
    assert share(kind, solution, answer) == Decimal(expected)


@pytest.mark.parametrize(
    ("score", "most", "percent", "passed"),
    [("7", "10", 70, True), ("6.99", "10", 70, False), ("0", "0", 1, False), ("1", "1", 100, True)],
)
def test_the_line_is_exact(score: str, most: str, percent: int, passed: bool) -> None:
    assert passes(Decimal(score), Decimal(most), percent) is passed


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=6,
)


@given(ANYTHING)
def test_no_answer_breaks_the_grader_or_earns_more_than_all(answer: Any) -> None:
    solutions: dict[str, dict[str, Any]] = {
        "single": ONE,
        "multiple": TWO,
        "true_false": {"answer": True},
        "number": {"value": "1", "tolerance": "0"},
        "text": {"accepted": ["x"]},
    }
    for kind, solution in solutions.items():
        assert 0 <= share(kind, solution, answer) <= 1


@given(st.text())
def test_normal_text_is_normal(text: str) -> None:
    assert normal(normal(text)) == normal(text)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-999, max_value=999))
def test_numbers_survive_being_typed(value: Decimal) -> None:
    assert number(str(value)) == number(str(value).replace(".", ",")) == value
