"""One circuit breaker per provider, its state shared by all processes through Redis."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, TypeVar

import pybreaker
import redis
import structlog
from django.conf import settings

from tutorme.core.gateways import GatewayMisconfigured, GatewayRejected
from tutorme.core.limits import client

log = structlog.get_logger(__name__)

T = TypeVar("T")
FAILURES_TO_OPEN = 5
SECONDS_OPEN = 30


class _Journal(pybreaker.CircuitBreakerListener):
    def state_change(
        self,
        cb: pybreaker.CircuitBreaker,
        old_state: pybreaker.CircuitBreakerState | None,
        new_state: pybreaker.CircuitBreakerState,
    ) -> None:
        log.warning("breaker.state", provider=cb.name, state=new_state.name)


class _Breaker(pybreaker.CircuitBreaker):
    """pybreaker holds its lock for as long as a call lasts: one slow answer would hold up every
    thread of the process. Here calls pass side by side while all is well; while it is not, one
    tries and the others are refused at once."""

    def call(self, func: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        state = self.state
        if isinstance(state, pybreaker.CircuitClosedState):
            return state.call(func, *args, **kwargs)
        if not self._lock.acquire(blocking=False):
            raise pybreaker.CircuitBreakerError("another call is trying")
        try:
            return super().call(func, *args, **kwargs)
        finally:
            self._lock.release()


def states(providers: Iterable[str]) -> dict[str, str]:
    """Each provider's, as all processes see it: closed, open or half-open. Empty without Redis."""
    names = sorted(providers)
    keys = [
        f"breaker:{name}:{pybreaker.CircuitRedisStorage.BASE_NAMESPACE}:state" for name in names
    ]
    try:
        kept: list[Any] = client(settings.REDIS_URL).mget(keys) if keys else []
    except redis.RedisError:
        return {}
    return {
        name: bytes(state or b"closed").decode() for name, state in zip(names, kept, strict=True)
    }


def for_provider(provider: str) -> pybreaker.CircuitBreaker:
    """Opens after five failures in a row, lets one try through after thirty seconds. A refusal
    by the provider is an answer, not a failure. Where Redis was never reached yet, this process
    counts for itself, and asks Redis again at the next call."""
    try:
        return _shared(provider)
    except redis.RedisError:
        log.warning("breaker.redis_away", provider=provider)
        return _alone(provider)


@lru_cache(maxsize=32)
def _shared(provider: str) -> pybreaker.CircuitBreaker:
    storage = pybreaker.CircuitRedisStorage(
        pybreaker.STATE_CLOSED,
        client(settings.REDIS_URL),
        namespace=f"breaker:{provider}",
        fallback_circuit_state=pybreaker.STATE_CLOSED,
    )
    return _over(storage, provider)


@lru_cache(maxsize=32)
def _alone(provider: str) -> pybreaker.CircuitBreaker:
    return _over(pybreaker.CircuitMemoryStorage(pybreaker.STATE_CLOSED), provider)


def _over(storage: pybreaker.CircuitBreakerStorage, provider: str) -> pybreaker.CircuitBreaker:
    return _Breaker(
        fail_max=FAILURES_TO_OPEN,
        reset_timeout=SECONDS_OPEN,
        exclude=[GatewayRejected, GatewayMisconfigured],
        listeners=[_Journal()],
        state_storage=storage,
        name=provider,
    )
