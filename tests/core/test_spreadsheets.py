"""Files that spreadsheets open: no formula out of what people typed, every letter as it was."""

import csv
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest

from tutorme.core import spreadsheets

NAMES = ["Müller, Jörg", 'Ada "the\nfirst" Lovelace', "שרה כהן", "محمد; علي", "山田 太郎", "a|b"]


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@a", "\tx", "\rx", "\nx", " =1", "\uff1d1", "\ufeff=1"]
)
def test_what_could_be_a_formula_is_text(text: str) -> None:
    assert spreadsheets.safe(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a;=1", "a;'=1"),
        ("a; +1", "a;' +1"),
        ("a\n-1", "a\n'-1"),
        ("a\r\n@b", "a\r\n'@b"),
        ("a\t\uff1d1", "a\t'\uff1d1"),
        ("\t=1", "'\t'=1"),
    ],
)
def test_nor_where_another_spreadsheet_would_split_it(text: str, kept: str) -> None:
    """Cut at commas alone, the control is the same text in one cell of a file cut at `;`."""
    assert spreadsheets.safe(text) == kept
    (line,) = list(spreadsheets.lines(["x"], [["b", text]]))[1:]
    for delimiter in ",;\t":
        cells = [cell for row in csv.reader(StringIO(line), delimiter=delimiter) for cell in row]
        assert not any(cell.lstrip(' "').startswith(("=", "+", "-", "@")) for cell in cells)


@pytest.mark.parametrize(
    "cell", ["Tess", "a=b", "a, b", "3 - 1", "", 7, -7, Decimal("-1.50"), None]
)
def test_the_rest_stays_as_it_is(cell: Any) -> None:
    assert spreadsheets.safe(cell) == cell


def test_names_come_back_as_they_were_and_amounts_are_numbers() -> None:
    rows = [[name, Decimal("-12.50")] for name in NAMES]
    file = "".join(spreadsheets.lines(["Näme", "Amount"], rows)).encode()
    assert file.startswith(b"\xef\xbb\xbf"), "Excel takes anything else for the machine's code page"
    read = list(csv.reader(StringIO(file.decode("utf-8-sig"), newline="")))
    assert read == [["Näme", "Amount"], *([name, "-12.50"] for name in NAMES)]


def test_it_is_a_private_file() -> None:
    answer = spreadsheets.download("été.csv", spreadsheets.lines(["a"], []))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''%C3%A9t%C3%A9.csv"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
