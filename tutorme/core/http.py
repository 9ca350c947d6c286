"""The one door through which TutorMe's own code speaks HTTP to others.

Time-outs for connecting, reading and for the whole call; a bounded number of tries for calls
that may be repeated; Retry-After honoured; no redirects; a cap on the answer's size; a breaker
per provider; one log line a call, without query, body or secrets.
"""

import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import httpx
import pybreaker
import stamina
import structlog
from django.utils.http import parse_http_date_safe

from tutorme.core import breaker, context, metrics, tracing
from tutorme.core.deadline import Deadline
from tutorme.core.gateways import GatewaySilent, GatewayUnavailable
from tutorme.core.transactions import hold_nothing, refuse_transaction

log = structlog.get_logger(__name__)

_REPEATABLE_METHODS = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_REPEATABLE_STATUS = frozenset({408, 429, 500, 502, 503, 504})
_BEFORE_IT_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_LONGEST_ASKED_S = 86_400.0
_ENCODING_HEADERS = frozenset({"content-encoding", "content-length", "transfer-encoding"})


class _Again(Exception):
    """`wait_s` as the provider asked; `is_soon` where that is within the call's deadline."""

    def __init__(
        self,
        reason: str,
        wait_s: float | None = None,
        *,
        silent: bool = False,
        is_soon: bool = True,
    ) -> None:
        super().__init__(reason)
        self.wait_s = wait_s
        self.silent = silent
        self.is_soon = is_soon


def _wait(error: Exception) -> bool | float:
    if not isinstance(error, _Again) or not error.is_soon:
        return False
    return error.wait_s if error.wait_s is not None else True


def refused_for_now(response: httpx.Response) -> str:
    """Why the call should be made again; empty where the answer stands."""
    passing = response.status_code in _REPEATABLE_STATUS
    return f"HTTP {response.status_code}" if passing else ""


@dataclass(frozen=True)
class Door:
    """A provider's entrance. All durations in seconds, `max_bytes` after decompression. `again`
    says which answers mean "not now" at this provider, `on_silence` hears of each try that left and
    was not answered. Some addresses are a secret by themselves:
    the log keeps their path only where `tells_path`."""

    provider: str
    base_url: str
    read_timeout: float = 15.0
    deadline: float = 20.0
    attempts: int = 3
    max_bytes: int = 5 * 1024 * 1024
    wait_initial: float = 0.25
    again: Callable[[httpx.Response], str] = refused_for_now
    tells_path: bool = True
    on_silence: Callable[[], None] | None = None

    def request(
        self,
        method: str,
        path: str,
        *,
        idempotent: bool | None = None,
        headers: dict[str, str] | None = None,
        on_bytes: Callable[[bytes], None] | None = None,
        **content: Any,
    ) -> httpx.Response:
        """The answer, whatever its status, or `GatewayUnavailable`; `GatewaySilent` where the call
        left without one. `idempotent` defaults by method; only such calls are repeated. `on_bytes`
        is given the body as it arrives, anew for each try. Who asks for more patience than the
        deadline allows is not asked again here: `retry_after_s` of the error says when."""
        refuse_transaction(f"{self.provider} {method}")
        hold_nothing()
        repeat = method in _REPEATABLE_METHODS if idempotent is None else idempotent
        content["on_bytes"] = on_bytes
        try:
            return breaker.for_provider(self.provider).call(
                self._repeated, method, path, repeat=repeat, headers=headers or {}, content=content
            )
        except pybreaker.CircuitBreakerError as error:
            raise GatewayUnavailable(f"{self.provider} is resting after failures") from error

    def _repeated(
        self,
        method: str,
        path: str,
        *,
        repeat: bool,
        headers: dict[str, str],
        content: dict[str, Any],
    ) -> httpx.Response:
        ends_at = time.monotonic() + self.deadline
        tries = stamina.retry_context(
            on=_wait,
            attempts=self.attempts if repeat else 1,
            timeout=self.deadline,
            wait_initial=self.wait_initial,
            wait_jitter=0.25,
        )
        try:
            for attempt in tries:
                with attempt:
                    return self._once(method, path, headers, content, ends_at)
        except _Again as error:
            kind = GatewaySilent if error.silent else GatewayUnavailable
            raise kind(f"{self.provider}: {error}", retry_after_s=error.wait_s) from error
        raise AssertionError("stamina ends by returning or raising")

    def _once(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        content: dict[str, Any],
        ends_at: float,
    ) -> httpx.Response:
        started = time.monotonic()
        status: int | str = "failed"
        try:
            with tracing.span(f"{self.provider} {method}", kind="client", peer=self.provider):
                response = self._send(method, path, headers, content, ends_at)
            status = response.status_code
        except httpx.HTTPError as error:
            status = type(error).__name__
            silent = not isinstance(error, _BEFORE_IT_LEFT)
            if silent and self.on_silence:
                self.on_silence()
            raise _Again(status, silent=silent) from error
        finally:
            seconds = time.monotonic() - started
            metrics.count_call(metrics.Call(self.provider, _outcome(status), seconds))
            log.info(
                "http.call",
                provider=self.provider,
                method=method,
                path=path.partition("?")[0] if self.tells_path else "…",
                status=status,
                ms=round(seconds * 1000),
            )
        if reason := self.again(response):
            asked_s = retry_after(response)
            soon = asked_s is None or time.monotonic() + asked_s < ends_at
            raise _Again(reason, asked_s, is_soon=soon)
        return response

    def _send(
        self,
        method: str,
        path: str,
        headers: dict[str, str],
        content: dict[str, Any],
        ends_at: float,
    ) -> httpx.Response:
        left = max(0.05, ends_at - time.monotonic())
        timeout = httpx.Timeout(min(self.read_timeout, left), connect=min(3.0, left))
        named = {"User-Agent": "TutorMe/1.0", "X-Request-Id": context.request_id(), **headers}
        on_bytes = content["on_bytes"]
        sent = {name: value for name, value in content.items() if name != "on_bytes"}
        extended = sent.pop("extensions", None) or {}
        with (
            Deadline(ends_at) as deadline,
            httpx.Client(
                timeout=timeout, follow_redirects=False, trust_env=False, verify=_trusted()
            ) as http,
            http.stream(
                method,
                self.base_url + path,
                headers=named,
                extensions={**extended, "trace": deadline.trace},
                **sent,
            ) as response,
        ):
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if on_bytes:
                    on_bytes(chunk)
                if len(body) > self.max_bytes:
                    raise httpx.DecodingError("answer too large")
                if time.monotonic() > ends_at:
                    raise httpx.ReadTimeout("deadline passed")
            if deadline.over:
                # What was cut off may look like an end.
                raise httpx.ReadTimeout("deadline passed")
            return _decoded(response, bytes(body))


def _outcome(status: int | str) -> str:
    """Few words, so that few series: 2xx, 4xx, 5xx, failed."""
    return f"{status // 100}xx" if isinstance(status, int) else "failed"


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """Reading the certificate authorities takes 40 ms of processor: once a process, not a call."""
    return httpx.create_ssl_context(trust_env=False)


def _decoded(response: httpx.Response, body: bytes) -> httpx.Response:
    # The body was decompressed while it was counted; the header must not ask for it again.
    kept = [(k, v) for k, v in response.headers.items() if k.lower() not in _ENCODING_HEADERS]
    return httpx.Response(
        response.status_code, headers=kept, content=body, request=response.request
    )


def retry_after(response: httpx.Response) -> float | None:
    """Seconds, of either way to write the header; None without one that can be read."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:12]), _LONGEST_ASKED_S)
    until = parse_http_date_safe(value)
    return None if until is None else min(max(0.0, until - time.time()), _LONGEST_ASKED_S)
