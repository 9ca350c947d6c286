"""The queries the design allows on what is opened most, against those that are counted.

The figures of `query_budgets.json` count everything that is sent, so a write's transaction adds
two: its beginning and its end. The design's are of queries (`docs/adr/0107`).
"""

import json

import pytest

from tests.conftest import BUDGETS

TRANSACTION = 2
ALLOWED = {
    "courses_list": 5,
    "page_catalogue": 5,
    "page_catalogue_words": 5,
    "page_catalogue_sorted": 5,
    "courses_read": 6,
    "courses_outline": 6,
    "page_course": 6,
    "page_learn_course": 6,
    "page_lesson": 8,
    "page_lesson_again": 8,
    "lessons_progress": 8 + TRANSACTION,
    "lessons_progress_beat": 8 + TRANSACTION,
    "attempts_start": 8 + TRANSACTION,
    "attempts_answer": 4 + TRANSACTION,
    "attempts_submit": 12 + TRANSACTION,
    "today": 12,
    "webhooks_paypal": 4 + TRANSACTION,
    # Ten in the design; what each is for, and why they stay apart: docs/adr/0168.
    "bookings_hold": 24 + TRANSACTION,
    "leaderboard": 4,
    # Who is free this evening costs what the newest did; where nobody is, the page asks once more.
    "landing evening": 5,
    "landing": 6,
    "landing next": 6,
    "page_analytics": 10,
}


@pytest.mark.parametrize(("name", "allowed"), ALLOWED.items())
def test_no_more_than_the_design_allows(name: str, allowed: int) -> None:
    assert json.loads(BUDGETS.read_text())[name] <= allowed
