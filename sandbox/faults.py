"""Switches that make a stand-in fail the ways providers do.

`POST /_faults {"provider", "operation", "kind", "times"?, "seconds"?, "issue"?}` arms one;
the next `times` calls of that operation meet it.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

Endpoint = Callable[[Request], Awaitable[Response]]

BEFORE = ("latency", "429", "500-before", "hang", "refuse")
AFTER = ("500-after", "lost-reply")
DELIVERY = ("drop", "duplicate", "corrupt-signature", "hold")
SMTP = ("451", "550", "lost-reply")
KINDS = frozenset((*BEFORE, *AFTER, *DELIVERY, *SMTP))
_HANG_S = 60.0


@dataclass
class Fault:
    provider: str
    operation: str
    kind: str
    times: int = 1
    seconds: float = 1.0
    issue: str = "INTERNAL_SERVER_ERROR"


class Switchboard:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._armed: list[Fault] = []

    def arm(self, fault: Fault) -> None:
        if fault.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(sorted(KINDS))}")
        with self._lock:
            self._armed.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._armed.clear()

    def armed(self) -> list[dict[str, object]]:
        with self._lock:
            return [asdict(fault) for fault in self._armed]

    def take(self, provider: str, operation: str) -> Fault | None:
        """The fault this call meets, if any; counts it."""
        with self._lock:
            for fault in self._armed:
                if (fault.provider, fault.operation) == (provider, operation) and fault.times > 0:
                    fault.times -= 1
                    if fault.times == 0:
                        self._armed.remove(fault)
                    return fault
        return None


board = Switchboard()


class LostReply(Response):
    """The connection ends in the middle of the answer, after the effect took place."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


def operation(provider: str, name: str) -> Callable[[Endpoint], Endpoint]:
    """Names an endpoint so that faults can be armed for it."""

    def named(endpoint: Endpoint) -> Endpoint:
        async def answered(request: Request) -> Response:
            fault = board.take(provider, name)
            if fault is None:
                return await endpoint(request)
            if fault.kind in BEFORE and (early := await _before(fault)):
                return early
            response = await endpoint(request)
            return _after(fault, response)

        return answered

    return named


async def _before(fault: Fault) -> Response | None:
    if fault.kind == "latency":
        await asyncio.sleep(fault.seconds)
        return None
    if fault.kind == "hang":
        await asyncio.sleep(_HANG_S)
    if fault.kind == "429":
        return _problem(429, "RATE_LIMIT_REACHED", {"Retry-After": str(int(fault.seconds))})
    if fault.kind == "refuse":
        return _problem(422, fault.issue)
    return _problem(500, "INTERNAL_SERVER_ERROR")


def _after(fault: Fault, response: Response) -> Response:
    if fault.kind == "500-after":
        return _problem(500, "INTERNAL_SERVER_ERROR")
    return LostReply() if fault.kind == "lost-reply" else response


def _problem(status: int, issue: str, headers: dict[str, str] | None = None) -> Response:
    body = {
        "name": issue if status != 422 else "UNPROCESSABLE_ENTITY",
        "message": "A fault armed in the sandbox.",
        "debug_id": "fault",
        "details": [{"issue": issue, "description": "A fault armed in the sandbox."}],
    }
    return JSONResponse(body, status_code=status, headers=headers)


async def faults(request: Request) -> Response:
    if request.method == "DELETE":
        board.clear()
    elif request.method == "POST":
        try:
            board.arm(Fault(**await request.json()))
        except (TypeError, ValueError) as error:
            return JSONResponse({"error": str(error)}, status_code=400)
    return JSONResponse({"armed": board.armed()})
