"""One house for all scenarios; each begins with every wire whole and ends with a sweep."""

from collections.abc import Iterator

import pytest

from tests.chaos.house import House, house


@pytest.fixture(scope="package")
def home() -> Iterator[House]:
    with house() as one:
        yield one
        for wire in one.wires():
            wire.set("pass")
        one.settle()
        one.keeps_its_promises()


@pytest.fixture(autouse=True)
def clean_redis() -> None:
    """The house's Redis is its own; the suite's is not touched."""


@pytest.fixture
def whole(home: House) -> Iterator[House]:
    yield home
    for wire in home.wires():
        wire.set("pass")
