"""What people type for an amount, and what is not taken for one."""

import pytest
from django.core.exceptions import ValidationError

from tutorme.core.amounts import typed
from tutorme.core.money import Money


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("30", "EUR", 3000),
        (" 30.5 ", "EUR", 3050),
        ("30,50", "EUR", 3050),
        ("0", "EUR", 0),
        ("2400", "JPY", 2400),
        ("2400.00", "JPY", 2400),
    ],
)
def test_a_comma_is_as_good_as_a_point(text: str, currency: str, minor: int) -> None:
    assert typed(text, currency) == Money(minor, currency)


@pytest.mark.parametrize("text", ["", "much", "1,000", "1.000", "1e3", "+5", "5.", "٣", "1.2.3"])
def test_what_may_be_meant_otherwise_is_asked_for_again(text: str) -> None:
    """A thousand typed with its comma was once sold for one."""
    with pytest.raises(ValidationError, match="such as 30"):
        typed(text, "EUR")


@pytest.mark.parametrize(
    ("text", "currency", "above_zero", "told"),
    [
        ("2400.50", "JPY", False, "no such amount"),
        ("30", "XXX", False, "no such amount"),
        ("-1", "EUR", False, "negative"),
        ("0", "EUR", True, "above zero"),
        ("-1", "EUR", True, "above zero"),
    ],
)
def test_each_refusal_says_why(text: str, currency: str, above_zero: bool, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        typed(text, currency, above_zero=above_zero)
