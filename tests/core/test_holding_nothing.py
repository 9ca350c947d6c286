"""Who waits for a provider keeps no connection of the pool's from others."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.utils import ConnectionHandler

from tutorme.core import patience
from tutorme.core.transactions import hold_nothing

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def line() -> Iterator[Any]:
    """A pool of one."""
    pool = {"min_size": 1, "max_size": 1, "timeout": 1}
    facts = {**connection.settings_dict, "CONN_MAX_AGE": 0}
    facts["OPTIONS"] = {**facts["OPTIONS"], "pool": pool}
    made: Any = ConnectionHandler({"default": facts})["default"]
    yield made
    made.close()
    made.close_pool()


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_longest", [patience.LONGEST_SILENCE_S])


def free(line: Any) -> int:
    return int(line.pool.get_stats()["pool_available"])


@pytest.mark.usefixtures("serving")
def test_it_is_given_back_and_taken_again(line: Any) -> None:
    line.ensure_connection()
    assert free(line) == 0
    hold_nothing(line)
    assert free(line) == 1
    with line.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


@pytest.mark.usefixtures("serving")
def test_not_in_the_middle_of_a_transaction(line: Any) -> None:
    line.ensure_connection()
    line.in_atomic_block = True
    hold_nothing(line)
    line.in_atomic_block = False
    assert free(line) == 0


def test_control_a_process_that_serves_nobody_keeps_it(line: Any) -> None:
    line.ensure_connection()
    hold_nothing(line)
    assert free(line) == 0
