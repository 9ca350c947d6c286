"""The breaker counts failures; that somebody says no is an answer."""

from collections.abc import Callable
from uuid import uuid4

import pybreaker
import pytest

from tutorme.core import breaker
from tutorme.core.breaker import FAILURES_TO_OPEN
from tutorme.core.gateways import (
    GatewayError,
    GatewayMisconfigured,
    GatewayRejected,
    GatewayUnavailable,
)

REFUSALS = (GatewayRejected("declined"), GatewayMisconfigured("no such key"))


@pytest.fixture(params=["of all processes", "of this one"])
def switch(request: pytest.FixtureRequest) -> pybreaker.CircuitBreaker:
    name = f"somebody-{uuid4()}"
    made = breaker._shared if request.param == "of all processes" else breaker._alone
    return made(name)


def failing(error: GatewayError) -> Callable[[], None]:
    def call() -> None:
        raise error

    return call


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda each: type(each).__name__)
def test_refusals_open_nothing_however_many(
    switch: pybreaker.CircuitBreaker, refusal: GatewayError
) -> None:
    for _ in range(2 * FAILURES_TO_OPEN):
        with pytest.raises(type(refusal)):
            switch.call(failing(refusal))
    assert switch.current_state == "closed"
    assert switch.call(lambda: "an answer") == "an answer"


def test_the_control_as_many_failures_open_it(switch: pybreaker.CircuitBreaker) -> None:
    for _ in range(FAILURES_TO_OPEN - 1):
        with pytest.raises(GatewayUnavailable):
            switch.call(failing(GatewayUnavailable("away")))
    assert switch.current_state == "closed"
    with pytest.raises(pybreaker.CircuitBreakerError):
        switch.call(failing(GatewayUnavailable("away")))
    assert switch.current_state == "open"
    with pytest.raises(pybreaker.CircuitBreakerError):
        switch.call(lambda: "an answer")


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda each: type(each).__name__)
def test_a_refusal_while_it_tries_again_says_that_somebody_is_there(
    switch: pybreaker.CircuitBreaker, refusal: GatewayError
) -> None:
    switch.half_open()
    with pytest.raises(type(refusal)):
        switch.call(failing(refusal))
    assert switch.current_state == "closed"
