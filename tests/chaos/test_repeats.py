"""F8: what is delivered again, and what the clock starts again, changes nothing."""

import json
import signal
from collections.abc import Iterator

import pytest

from tests.chaos.house import House
from tests.chaos.quiet import machine_of_its_own

pytestmark = [pytest.mark.slow, pytest.mark.processes, machine_of_its_own]


@pytest.fixture
def still(whole: House) -> Iterator[House]:
    """Worker and beat stand still, so that nothing but the repetition moves a row."""
    with whole.load() as load:
        load.until_normal()
    whole.settle()
    for name in ("beat", "worker", "stream"):
        whole.stack.kill(name, signal.SIGSTOP)
    yield whole
    for name in ("beat", "worker", "stream"):
        whole.stack.kill(name, signal.SIGCONT)


def test_everything_again_is_as_once(still: House) -> None:
    assert json.loads(still.run("twice")) == {}


def test_control_what_counts_twice_is_seen(still: House) -> None:
    assert list(json.loads(still.run("twice", "control"))) == ["courses_lessonnote"]
