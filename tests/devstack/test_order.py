"""In which order `make run` does things: the first page comes as early as it can."""

from collections.abc import Iterable

import pytest

from tutorme.devstack import stack
from tutorme.devstack.environment import Ports
from tutorme.devstack.place import Place
from tutorme.devstack.programs import Program
from tutorme.devstack.stack import Stack


class Told:
    """A supervisor that starts nothing and writes down what it is asked for."""

    def __init__(self) -> None:
        self.steps: list[str] = []

    def begin(self, programs: Iterable[Program]) -> None:
        self.steps += [f"begin {program.name}" for program in programs]

    def wait_for(self, programs: Iterable[Program]) -> None:
        self.steps += [f"wait for {program.name}" for program in programs]

    def start(self, programs: Iterable[Program]) -> None:
        self.steps += [f"start {program.name}" for program in programs]

    def run(self, program: Program) -> None:
        self.steps.append(f"run {program.name}")

    def say(self, _text: str) -> None: ...

    def pids(self) -> dict[str, int]:
        return {}


@pytest.fixture
def told(where: Place) -> Told:
    where.prepare()
    servers = {"DATABASE_URL": "postgres://nowhere/x", "REDIS_URL": "redis://nowhere"}
    found = Told()
    stack._start(found, Stack(where, servers, Ports()))  # type: ignore[arg-type]
    return found


def test_tables_come_before_everything_and_the_demo_beside_the_page(told: Told) -> None:
    assert told.steps[:6] == [
        "run migrate",
        "begin sandbox",
        "begin web",
        "run seed_demo",
        "wait for sandbox",
        "wait for web",
    ]


def test_what_no_page_waits_for_starts_after_it(told: Told) -> None:
    assert told.steps[6:9] == ["start stream", "start worker", "start beat"]
