"""A value of its own for each row: what `bulk_update` writes, in one statement."""

from decimal import Decimal

import pytest

from courses.models import AttemptAnswer, Enrollment
from courses.services import quizzes
from tests.courses.conftest import lesson
from tutorme.core import each_row

pytestmark = pytest.mark.django_db

GIVEN = [
    (None, Decimal("1.50"), 3, ""),
    ({"a": ["b", 'quote " and \\ and {brace}, NULL']}, None, 0, "it's, {1}"),
    (["eins", "zwei"], Decimal(0), 2**40, 'new\nline "x"'),
    ("NULL", Decimal("99999.99"), 1, "NULL"),
    (True, None, 7, "ß→漢"),
    (0, Decimal("0.10"), 8, "\\"),
]
COLUMNS = ["answer", "points", "sequence", "comment"]


@pytest.fixture
def sheet(place: Enrollment) -> list[AttemptAnswer]:
    attempt = quizzes.start(enrollment=place, lesson=lesson(place.course, "check"))
    return list(AttemptAnswer.objects.filter(attempt=attempt).order_by("pk"))


def filled(rows: list[AttemptAnswer], turn: int) -> list[AttemptAnswer]:
    for place, row in enumerate(rows):
        for name, value in zip(COLUMNS, GIVEN[(place + turn) % len(GIVEN)], strict=True):
            setattr(row, name, value)
    return rows


def kept() -> list[tuple]:
    return list(AttemptAnswer.objects.order_by("pk").values_list("pk", *COLUMNS))


@pytest.mark.parametrize("turn", range(len(GIVEN)))
def test_it_writes_what_bulk_update_writes(sheet: list[AttemptAnswer], turn: int) -> None:
    AttemptAnswer.objects.bulk_update(filled(sheet, turn), COLUMNS)
    expected = kept()
    AttemptAnswer.objects.update(answer="other", points=None, sequence=0, comment="other")
    each_row.update(filled(sheet, turn), COLUMNS)
    assert kept() == expected


def test_all_may_be_empty(sheet: list[AttemptAnswer]) -> None:
    for row in sheet:
        row.answer = row.points = None
    each_row.update(sheet, ["answer", "points"])
    assert not AttemptAnswer.objects.exclude(answer__isnull=True, points=None).exists()


def test_others_and_other_columns_stay(
    sheet: list[AttemptAnswer], django_assert_num_queries
) -> None:
    before = kept()
    sheet[0].points, sheet[0].comment = Decimal(1), "not named"
    with django_assert_num_queries(1):
        each_row.update(sheet[:1], ["points"])
    after = kept()
    assert after[1:] == before[1:]
    assert after[0] == (before[0][0], before[0][1], Decimal(1), *before[0][3:])


def test_nothing_is_nothing(db: None, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        each_row.update([], ["points"])
