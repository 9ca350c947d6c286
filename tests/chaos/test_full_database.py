"""F11: PostgreSQL's disk is full. Nobody is told that something is kept which is not; with room
again everything goes on."""

import pytest

from tests.chaos.house import House
from tests.chaos.load import is_good, told
from tests.chaos.smalldisk import some_tables_on
from tests.chaos.test_database import only_told_to_wait

pytestmark = [pytest.mark.slow, pytest.mark.processes]
READING = {"shelf", "places", "today"}


def test_full_and_then_not(whole: House) -> None:
    with some_tables_on(whole.data) as disk, whole.load() as load:
        # The control: the same small disk with room on it.
        load.until_normal()
        assert all(is_good(one) for one in load.history), told(load.history)
        disk.fill()
        load.until_refused()
        load.wait_for(lambda found: sum(one.kind in READING for one in found) > 2)
        disk.empty()
        load.until_normal()
        read = [one for one in load.history if one.kind in READING]
        assert all(is_good(one) for one in read), told(read)
    only_told_to_wait(load.history)
    whole.settle()
