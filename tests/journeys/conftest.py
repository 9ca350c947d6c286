"""The whole system as processes, with its demo, once for all journeys."""

from collections.abc import Callable, Iterator

import pytest

from tests.journeys.people import App
from tutorme.devstack.running import RunningStack, running_stack


@pytest.fixture(scope="package")
def stack() -> Iterator[RunningStack]:
    with running_stack(demo=True) as running:
        yield running


@pytest.fixture(autouse=True)
def clean_redis() -> None:
    """The journeys' Redis is the stack's own; nothing of it is emptied between tests."""


@pytest.fixture
def app(stack: RunningStack) -> Iterator[Callable[[str], App]]:
    """`app("Nina")`: somebody new, signed in with an app of her own."""
    opened: list[App] = []

    def signed_in(name: str) -> App:
        opened.append(App(stack, name))
        return opened[-1]

    yield signed_in
    for one in opened:
        one.http.close()
