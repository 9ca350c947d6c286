from collections.abc import Iterator

import pytest

from tests.core.probe import Switch


@pytest.fixture(autouse=True)
def switch() -> Iterator[type[Switch]]:
    Switch.handler_error, Switch.job, Switch.cancelled = None, None, None
    yield Switch
    Switch.handler_error, Switch.job, Switch.cancelled = None, None, None
